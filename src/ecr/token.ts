import { describeError } from '../errors/describe.ts';
import { Failure, type Symptom } from '../errors/failure.ts';
import { sdkClientConfig } from '../network/client-config.ts';
import { ECRClient, GetAuthorizationTokenCommand } from '../packages/aws-sdk.ts';
import type { TokenCall } from '../registry/calls.ts';
import type { Authorization } from '../registry/login.ts';
import { type Retry, retryLine } from '../retry/retry-line.ts';
import * as log from '../runner/log.ts';
import type { EcrClientConfig } from './client.ts';
import { expiry, readToken, registryHost } from './response.ts';

type OnRetry = (retry: Retry) => void;

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
  let lastFailure: unknown;
  const onRetry = (retry: Retry): void => {
    lastFailure = retry.cause;
    log.info(retryLine(retry));
  };
  try {
    return call.service === 'ecr'
      ? await fromEcr(call, settings, onRetry, signal)
      : await fromEcrPublic(call, settings, onRetry, signal);
  } catch (error) {
    if (error instanceof Failure) throw error;
    // An attempt that is cut short says nothing about the service; the one before it does.
    throw tokenFailure(call, signal.aborted ? (lastFailure ?? error) : error);
  }
}

function tokenFailure(call: TokenCall, error: unknown): Failure {
  const { message, details } = describeError(error);
  const symptom: Symptom = {
    area: 'ecr',
    what: `No authorization token from ${nameOfCall(call)}: ${message}`,
    details,
    facts: { service: call.service === 'ecr' ? 'Amazon ECR' : 'Amazon ECR Public', region: regionOf(call) },
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
  onRetry: OnRetry,
  signal: AbortSignal,
): Promise<readonly Authorization[]> {
  const { registryIds } = call;
  const command = new GetAuthorizationTokenCommand(
    registryIds === undefined ? {} : { registryIds: [...registryIds] },
  );
  const client = new ECRClient(await clientSettings(call, settings, onRetry));
  const response = await client.send(command, { abortSignal: signal });
  const data = response.authorizationData ?? [];
  if (data.length === 0) throw noData(call);
  const isCustom = await hasCustomEndpoint(client);
  return data.map((one) => {
    const registry = registryHost(one.proxyEndpoint, isCustom);
    return { registry, ...readToken(registry, one.authorizationToken), ...expiry(one.expiresAt) };
  });
}

async function fromEcrPublic(
  call: TokenCall & { readonly service: 'ecr-public' },
  settings: EcrClientConfig,
  onRetry: OnRetry,
  signal: AbortSignal,
): Promise<readonly Authorization[]> {
  const { ECRPUBLICClient, GetAuthorizationTokenCommand } = await import('../packages/ecr-public.ts');
  const client = new ECRPUBLICClient(await clientSettings(call, settings, onRetry));
  const response = await client.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal });
  if (!response.authorizationData) throw noData(call);
  const { authorizationToken, expiresAt } = response.authorizationData;
  return [{ ...readToken('of ECR Public', authorizationToken), ...expiry(expiresAt) }];
}

/** The settings of the client for a call. A variant that is not requested is left to the SDK's own configuration. */
async function clientSettings(
  call: TokenCall,
  { clientConfig, ...shared }: EcrClientConfig,
  onRetry: OnRetry,
) {
  return {
    ...shared,
    ...(await sdkClientConfig(nameOfCall(call), clientConfig, onRetry)),
    region: regionOf(call),
    ...(call.service === 'ecr' && call.fips && { useFipsEndpoint: true }),
    ...(call.dualStack && { useDualstackEndpoint: true }),
  };
}

/** Whether AWS_ENDPOINT_URL or its like, or a setting of the configuration file, leads the calls of a client elsewhere. */
async function hasCustomEndpoint({ config }: ECRClient): Promise<boolean> {
  return (await config.serviceConfiguredEndpoint?.()) !== undefined;
}

function regionOf(call: TokenCall): string {
  return call.service === 'ecr' ? call.region : PUBLIC_REGION;
}

function noData(call: TokenCall): Failure {
  return new Failure({ what: `The response of ${nameOfCall(call)} has no authorization data.` });
}
