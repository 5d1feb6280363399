import { readFile } from 'node:fs/promises';
import type { Credentials } from '../pod-identity/agent.ts';
import { containerIdentity, containerSource, currentClaims } from '../pod-identity/source.ts';
import { readClaims } from '../pod-identity/token-claims.ts';
import { type Environment, variable } from '../runner/environment.ts';
import type { CredentialSource } from './credential-order.ts';

/** Who signs, in words for the log. */
export type IdentityName = {
  readonly name: string;
  /** Whether these are the credentials of the machine, from its instance metadata, which anything on it can have. */
  readonly isInstance: boolean;
};

/**
 * Names who signs with the credentials that a source gave. The default chain does not say which of its sources they
 * came from, other than by the SDK's own marks on them (`$source`).
 */
export async function nameIdentity(
  source: CredentialSource,
  environment: Environment,
  { $source = {} }: Pick<Credentials, '$source'>,
): Promise<IdentityName> {
  const marks = Object.keys($source).join(' ');
  const named = async (name: string | Promise<string>) => ({ name: await name, isInstance: false });
  if (source === 'environment') return named(KEYS_NAME);
  if (source === 'profile') return named(profileName(environment));
  if (source === 'container' || /CREDENTIALS_HTTP/.test(marks)) return named(containerName(environment));
  if (/CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN/.test(marks)) return named(webIdentityName(environment));
  if (/CREDENTIALS_PROFILE|CREDENTIALS_SSO|CREDENTIALS_PROCESS/.test(marks))
    return named(profileName(environment));
  if (/CREDENTIALS_ENV_VARS/.test(marks)) return named(KEYS_NAME);
  if (containerSource(environment) !== undefined) return named(containerName(environment));
  if (marks !== '') return named("the AWS SDK's default credentials");
  return { name: 'the role of this machine, from the instance metadata', isInstance: true };
}

const KEYS_NAME = 'the keys in the environment';

function profileName(environment: Environment): string {
  return `the profile '${variable(environment, 'AWS_PROFILE') ?? 'default'}'`;
}

async function containerName(environment: Environment): Promise<string> {
  const source = containerSource(environment);
  return source === undefined
    ? 'container credentials'
    : containerIdentity(source, await currentClaims(source));
}

/** IAM roles for service accounts, or any other web identity: its role, and the service account of its token. */
async function webIdentityName(environment: Environment): Promise<string> {
  const path = variable(environment, 'AWS_WEB_IDENTITY_TOKEN_FILE') ?? '';
  const claims = readClaims(await readFile(path, 'utf8').catch(() => ''));
  const account =
    claims?.serviceAccount && ` (IRSA), service account ${claims.namespace}/${claims.serviceAccount}`;
  return `the role ${variable(environment, 'AWS_ROLE_ARN')} by web identity${account ?? ''}`;
}
