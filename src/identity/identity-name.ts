import { readFile } from 'node:fs/promises';
import type { Credentials } from '../pod-identity/agent.ts';
import { containerIdentity, containerSource, currentClaims } from '../pod-identity/source.ts';
import { readClaims } from '../pod-identity/token-claims.ts';
import { type Environment, variable } from '../runner/environment.ts';
import type { CredentialSource } from './credential-order.ts';

/** Where credentials come from, as the log names it behind "Using credentials from". */
export type IdentityName = {
  readonly name: string;
  /** Whether they are those of the machine, from its instance metadata, which every process on it can get. */
  readonly isInstance: boolean;
};

/**
 * Names the identity of the credentials that a source returned. Only the SDK's marks on them (`$source`) tell from which
 * provider of the default chain they came.
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
  if (marks !== '') return named("the AWS SDK's default chain");
  return { name: 'the instance metadata: the IAM role of this machine', isInstance: true };
}

const KEYS_NAME = 'the environment';

function profileName(environment: Environment): string {
  return `profile '${variable(environment, 'AWS_PROFILE') ?? 'default'}'`;
}

async function containerName(environment: Environment): Promise<string> {
  const source = containerSource(environment);
  return source === undefined
    ? "the container's credentials endpoint"
    : containerIdentity(source, await currentClaims(source));
}

/** IAM roles for service accounts, or any other web identity: the role, and the service account of the token. */
async function webIdentityName(environment: Environment): Promise<string> {
  const path = variable(environment, 'AWS_WEB_IDENTITY_TOKEN_FILE') ?? '';
  const claims = readClaims(await readFile(path, 'utf8').catch(() => ''));
  const account =
    claims?.serviceAccount && ` (IRSA), service account ${claims.namespace}/${claims.serviceAccount}`;
  return `web identity, role ${variable(environment, 'AWS_ROLE_ARN')}${account ?? ''}`;
}
