import { readFile } from 'node:fs/promises';
import type { Credentials } from '../pod-identity/agent.ts';
import { containerIdentity, containerSource, currentClaims } from '../pod-identity/source.ts';
import { readClaims } from '../pod-identity/token-claims.ts';
import { type Environment, variable } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';
import type { CredentialSource } from './credential-order.ts';

/** The providers of the SDK's default chain that credentials can come from. */
export type Provider = 'environment' | 'profile' | 'web-identity' | 'container' | 'instance' | 'other';

/** Where credentials come from, as the log names it behind "Using credentials from". */
export type IdentityName = { readonly name: string; readonly provider: Provider };

/** Names the identity of the credentials that a source returned. */
export async function nameIdentity(
  source: CredentialSource,
  environment: Environment,
  credentials: Pick<Credentials, '$source'>,
): Promise<IdentityName> {
  const provider = source === 'default-chain' ? providerOf(credentials, environment) : source;
  return { provider, name: await NAMES[provider](environment) };
}

/**
 * The provider of the default chain that returned the credentials. Only the SDK's marks on them (`$source`) tell, and those
 * of the instance metadata have none. A profile comes first: what it uses in turn leaves its own marks.
 */
function providerOf({ $source = {} }: Pick<Credentials, '$source'>, environment: Environment): Provider {
  const marks = Object.keys($source).join(' ');
  if (/CREDENTIALS_PROFILE|CREDENTIALS_SSO|CREDENTIALS_PROCESS/.test(marks)) return 'profile';
  if (/CREDENTIALS_HTTP/.test(marks)) return 'container';
  if (/CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN/.test(marks)) return 'web-identity';
  if (/CREDENTIALS_ENV_VARS/.test(marks)) return 'environment';
  if (containerSource(environment) !== undefined) return 'container';
  return marks === '' ? 'instance' : 'other';
}

const NAMES: Readonly<Record<Provider, (environment: Environment) => string | Promise<string>>> = {
  environment: () => 'the environment',
  profile: (environment) => `profile '${singleLine(variable(environment, 'AWS_PROFILE') ?? 'default')}'`,
  'web-identity': webIdentityName,
  container: containerName,
  instance: () => 'the instance metadata: the IAM role of this machine',
  other: () => "the AWS SDK's default chain",
};

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
  const role = singleLine(String(variable(environment, 'AWS_ROLE_ARN')));
  return `web identity, role ${role}${account ?? ''}`;
}
