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
 * Calls GetAuthorizationToken and checks the response.
 * Throws a Failure with the service, the registries, and the service's own message where there is no token.
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

/** The service, region and registries of a call, for the log. */
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
  const response = await client.send(command, { abortSignal: signal });
  const data = response.authorizationData ?? [];
  if (data.length === 0) {
    throw new Failure({ what: `The response of ${nameOfCall(call)} has no authorization data.` });
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
  const response = await client.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal });
  if (!response.authorizationData) {
    throw new Failure({ what: `The response of ${nameOfCall(call)} has no authorization data.` });
  }
  const { authorizationToken, expiresAt } = response.authorizationData;
  return [{ ...readToken('of ECR Public', authorizationToken), ...expiry(expiresAt) }];
}

/** The client's settings for an endpoint. A variant that is not requested is left to the SDK's own configuration. */
function endpointVariant({ fips, dualStack }: { readonly fips: boolean; readonly dualStack: boolean }) {
  return { ...(fips && { useFipsEndpoint: true }), ...(dualStack && { useDualstackEndpoint: true }) };
}

/** A response with an invalid time still has a valid token. */
function expiry(expiresAt: Date | undefined): Pick<Authorization, 'expiresAt'> {
  return expiresAt === undefined || Number.isNaN(expiresAt.getTime()) ? {} : { expiresAt };
}

/**
 * The registry host in a response. It becomes an argument of the container client, so it must be a plain `host[:port]`.
 * Throws a Failure where it is anything else.
 */
export function registryHost(proxyEndpoint: string | undefined): string {
  const host = proxyEndpoint?.replace(/^https?:\/\//, '').replace(/\/$/, '') ?? '';
  if (/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i.test(host)) return host;
  throw new Failure({
    what: `The response of Amazon ECR names a registry that is not a host: '${singleLine(host)}'.`,
  });
}

/**
 * Decodes a token. The password is everything behind the first colon.
 * Throws a Failure, never with the token's text: even a damaged token can be a secret.
 */
export function readToken(
  registry: string,
  token: string | undefined,
): Pick<Authorization, 'username' | 'password' | 'token'> {
  if (!token)
    throw new Failure({ what: `The response for registry ${registry} has no authorization token.` });
  const decoded = Buffer.from(token, 'base64').toString('utf8');
  const [, username, password] = /^(\w[\w.-]*):(\S+)$/.exec(decoded) ?? [];
  if (username === undefined || password === undefined) {
    throw new Failure({
      what: `The authorization token for registry ${registry} is not base64 of 'user:password'.`,
    });
  }
  return { username, password, token };
}
