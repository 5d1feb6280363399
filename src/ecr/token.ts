import { describeError } from '../errors/describe.ts';
import { Failure, type Symptom } from '../errors/failure.ts';
import { sdkClientConfig } from '../network/client-config.ts';
import { ECRClient, GetAuthorizationTokenCommand } from '../packages/aws-sdk.ts';
import type { TokenCall } from '../registry/calls.ts';
import type { Authorization } from '../registry/login.ts';
import { singleLine } from '../runner/safe-text.ts';
import type { EcrClientConfig } from './client.ts';

/** ECR Public's API is in this region only. */
const PUBLIC_REGION = 'us-east-1';

/**
 * Calls GetAuthorizationToken and checks what comes back.
 * Throws a Failure that names the service, the registries, and in its own words why there is no token.
 */
export async function getAuthorizationTokens(
  call: TokenCall,
  settings: EcrClientConfig,
  signal: AbortSignal,
): Promise<readonly Authorization[]> {
  try {
    return call.service === 'ecr'
      ? await fromEcr(call, settings, signal)
      : await fromEcrPublic(call, settings, signal);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw tokenFailure(call, error);
  }
}

function tokenFailure(call: TokenCall, error: unknown): Failure {
  const { message, details } = describeError(error);
  const symptom: Symptom = {
    area: 'ecr',
    what: `No authorization token from ${nameOfCall(call)}: ${message}`,
    details,
    facts:
      call.service === 'ecr'
        ? { service: 'Amazon ECR', region: call.region }
        : { service: 'Amazon ECR Public', region: PUBLIC_REGION },
  };
  return new Failure(symptom, { cause: error });
}

/** Where a call goes and for which registries, for the log. */
export function nameOfCall(call: TokenCall): string {
  const registries = call.targets.flatMap(({ host, accountId }) => host ?? accountId ?? []).join(', ');
  if (call.service === 'ecr-public') return `Amazon ECR Public for ${registries}`;
  const service = `Amazon ECR in ${call.region}`;
  return registries === '' ? service : `${service} for ${registries}`;
}

async function fromEcr(
  call: TokenCall & { readonly service: 'ecr' },
  settings: EcrClientConfig,
  signal: AbortSignal,
): Promise<readonly Authorization[]> {
  const { registryIds, region } = call;
  const command = new GetAuthorizationTokenCommand(
    registryIds === undefined ? {} : { registryIds: [...registryIds] },
  );
  const { clientConfig, ...shared } = settings;
  const ofCall = {
    ...(await sdkClientConfig(nameOfCall(call), clientConfig)),
    region,
    ...endpointVariant(call),
  };
  const client = new ECRClient({ ...shared, ...ofCall });
  const reply = await client.send(command, { abortSignal: signal });
  const data = reply.authorizationData ?? [];
  if (data.length === 0) {
    throw new Failure({ what: `${nameOfCall(call)} answered without any authorization data.` });
  }
  return data.map((one) => {
    const registry = registryHost(one.proxyEndpoint);
    return { registry, ...readToken(registry, one.authorizationToken), ...expiry(one.expiresAt) };
  });
}

async function fromEcrPublic(
  call: TokenCall & { readonly service: 'ecr-public' },
  settings: EcrClientConfig,
  signal: AbortSignal,
): Promise<readonly Authorization[]> {
  const { ECRPUBLICClient, GetAuthorizationTokenCommand } = await import('../packages/ecr-public.ts');
  const variant = endpointVariant({ fips: false, dualStack: call.dualStack });
  const { clientConfig, ...shared } = settings;
  const ofCall = {
    ...(await sdkClientConfig(nameOfCall(call), clientConfig)),
    region: PUBLIC_REGION,
    ...variant,
  };
  const client = new ECRPUBLICClient({ ...shared, ...ofCall });
  const reply = await client.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal });
  if (!reply.authorizationData) {
    throw new Failure({ what: 'Amazon ECR Public answered without any authorization data.' });
  }
  const { authorizationToken, expiresAt } = reply.authorizationData;
  return [{ ...readToken('of ECR Public', authorizationToken), ...expiry(expiresAt) }];
}

/** The client's settings for an endpoint. A variant that is not asked for is left to the SDK's own configuration. */
function endpointVariant({ fips, dualStack }: { readonly fips: boolean; readonly dualStack: boolean }) {
  return { ...(fips && { useFipsEndpoint: true }), ...(dualStack && { useDualstackEndpoint: true }) };
}

/** A time that is none of a calendar says nothing, and is no reason to throw the token away. */
function expiry(expiresAt: Date | undefined): Pick<Authorization, 'expiresAt'> {
  return expiresAt === undefined || Number.isNaN(expiresAt.getTime()) ? {} : { expiresAt };
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
export function readToken(
  registry: string,
  token: string | undefined,
): Pick<Authorization, 'username' | 'password' | 'token'> {
  if (!token) throw new Failure({ what: `The answer for registry ${registry} has no authorization token.` });
  const decoded = Buffer.from(token, 'base64').toString('utf8');
  const [, username, password] = /^(\w[\w.-]*):(\S+)$/.exec(decoded) ?? [];
  if (username === undefined || password === undefined) {
    throw new Failure({
      what: `The authorization token for registry ${registry} is not base64 of 'user:password'.`,
    });
  }
  return { username, password, token };
}
