import { Failure, wordsOf } from '../failure/failure.ts';
import type { TokenCall } from '../registry/calls.ts';
import { singleLine } from '../safe-text.ts';
import type { ClientSettings } from './client.ts';

/** What logs a container client in to one registry. */
export type RegistryLogin = {
  /** The registry host, with a port where it has one. */
  readonly registry: string;
  readonly username: string;
  readonly password: string;
  /** The authorization token as ECR gave it: base64 of `username:password`. */
  readonly token: string;
};

/** ECR Public's API is in this region only. */
const PUBLIC_REGION = 'us-east-1';

/**
 * Calls GetAuthorizationToken and checks what comes back.
 * Throws a Failure that names the service and says in its own words why there is no token.
 */
export async function getAuthorizationTokens(
  call: TokenCall,
  settings: ClientSettings,
  signal: AbortSignal,
): Promise<readonly RegistryLogin[]> {
  const service = call.service === 'ecr' ? 'Amazon ECR' : 'Amazon ECR Public';
  try {
    return call.service === 'ecr'
      ? await fromEcr(call.registryIds, settings, signal)
      : await fromEcrPublic(call.registry, settings, signal);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const what = `No authorization token from ${service}: ${singleLine(wordsOf(error))}`;
    throw new Failure({ what }, { cause: error });
  }
}

async function fromEcr(
  registryIds: readonly string[] | undefined,
  settings: ClientSettings,
  signal: AbortSignal,
): Promise<readonly RegistryLogin[]> {
  const { ECRClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr');
  const command = new GetAuthorizationTokenCommand(
    registryIds === undefined ? {} : { registryIds: [...registryIds] },
  );
  const reply = await new ECRClient(settings).send(command, { abortSignal: signal });
  const data = reply.authorizationData ?? [];
  if (data.length === 0) throw new Failure({ what: 'Amazon ECR answered without any authorization data.' });
  return data.map((one) => readLogin(registryHost(one.proxyEndpoint), one.authorizationToken));
}

async function fromEcrPublic(
  registry: string,
  settings: ClientSettings,
  signal: AbortSignal,
): Promise<readonly RegistryLogin[]> {
  const { ECRPUBLICClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr-public');
  const client = new ECRPUBLICClient({ ...settings, region: PUBLIC_REGION });
  const reply = await client.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal });
  if (!reply.authorizationData) {
    throw new Failure({ what: 'Amazon ECR Public answered without any authorization data.' });
  }
  return [readLogin(registry, reply.authorizationData.authorizationToken)];
}

/**
 * The registry host that a reply names. It becomes an argument of the container client, so it must be a plain
 * `host[:port]`; which host it is, is the service's to say.
 */
export function registryHost(proxyEndpoint: string | undefined): string {
  const host = proxyEndpoint?.replace(/^https?:\/\//, '').replace(/\/$/, '') ?? '';
  if (/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i.test(host)) return host;
  throw new Failure({ what: `Amazon ECR answered with a registry that is no host: '${singleLine(host)}'.` });
}

/**
 * Takes a token apart. The password is all that follows the first colon.
 * Its text never goes into an error: a token that is broken in the middle may still be a secret.
 */
export function readLogin(registry: string, token: string | undefined): RegistryLogin {
  if (!token) throw new Failure({ what: `The answer for registry ${registry} has no authorization token.` });
  const decoded = Buffer.from(token, 'base64').toString('utf8');
  const [, username, password] = /^(\w[\w.-]*):(\S+)$/.exec(decoded) ?? [];
  if (username === undefined || password === undefined) {
    throw new Failure({
      what: `The authorization token for registry ${registry} is not base64 of 'user:password'.`,
    });
  }
  return { registry, username, password, token };
}
