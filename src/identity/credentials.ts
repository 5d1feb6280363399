import { describeError } from '../errors/describe.ts';
import { Failure, type Symptom } from '../errors/failure.ts';
import { type ClientConfig, sdkClientConfig } from '../network/client-config.ts';
import {
  type Credentials,
  containerCredentials,
  containerFailure,
  isUnreadable,
} from '../pod-identity/agent.ts';
import { readPod } from '../pod-identity/pod.ts';
import { containerSource } from '../pod-identity/source.ts';
import { withDeadline } from '../retry/deadline.ts';
import { type Environment, variable } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { singleLine } from '../runner/safe-text.ts';
import type { CredentialSource } from './credential-order.ts';

/** What is needed to get credentials, whatever their source. */
export type CredentialsRequest = {
  readonly environment: Environment;
  /** The region of the step, for the calls to STS; the profile's own goes before it. */
  readonly region: string | undefined;
  readonly signal: AbortSignal;
  readonly clientConfig: ClientConfig;
};

/**
 * Time for sources that bring no deadline of their own, in milliseconds: for a process that a profile names, the SDK
 * would wait for ever. It leaves STS, which has deadlines, time for its retries.
 */
const SOURCE_DEADLINE_MS = 180_000;

/**
 * Gets the credentials of a source, once: they are good for longer than a step lasts.
 * Throws a Failure that explains why there are none.
 */
export async function obtainCredentials(
  source: CredentialSource,
  request: CredentialsRequest,
): Promise<Credentials> {
  if (source === 'container') return fromContainer(request);
  const provider = await sdkProvider(source, request);
  try {
    return await withDeadline(provider, SOURCE_DEADLINE_MS, request.signal);
  } catch (error) {
    request.signal.throwIfAborted();
    throw await sourceFailure(source, error, request);
  }
}

async function fromContainer({ environment, ...request }: CredentialsRequest): Promise<Credentials> {
  const source = containerSource(environment);
  if (source?.variable === undefined || !variable(environment, 'AWS_CONTAINER_CREDENTIALS_FULL_URI')) {
    const facts = { ...(await readPod()), region: request.region };
    const what = 'AWS_CONTAINER_CREDENTIALS_FULL_URI is not set.';
    throw new Failure({ what, knownError: 'container-uri-not-set', facts });
  }
  const { clientConfig, ...rest } = request;
  const { requestedMaxAttempts: maxAttempts } = clientConfig;
  return containerCredentials(source, { ...rest, ...(maxAttempts !== undefined && { maxAttempts }) });
}

/** What a profile, or the variables of IRSA, say of a role and a web identity, in the words of STS. */
type WebIdentity = {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly WebIdentityToken: string;
};

async function sdkProvider(
  source: Exclude<CredentialSource, 'container'>,
  { region, clientConfig }: CredentialsRequest,
): Promise<() => Promise<Credentials>> {
  const providers = await import('../packages/credential-chain.ts');
  if (source === 'environment') return providers.fromEnv();
  const sdkConfig = await sdkClientConfig('Credentials', clientConfig);
  const settings = {
    logger: SDK_LOGGER,
    clientConfig: sdkConfig,
    ...(region !== undefined && { parentClientConfig: { region } }),
    // A profile with a web identity gets the client's settings in this way only: fromIni does not hand them on.
    roleAssumerWithWebIdentity: ({ RoleArn, RoleSessionName, WebIdentityToken }: WebIdentity) =>
      providers.fromWebToken({
        roleArn: RoleArn,
        roleSessionName: RoleSessionName,
        webIdentityToken: WebIdentityToken,
        clientConfig: { ...sdkConfig, ...(region !== undefined && { region }) },
      })(),
  };
  return source === 'profile' ? providers.fromIni(settings) : providers.fromNodeProviderChain(settings);
}

/** Warnings of the SDK (keys and a profile at once, say) go to the log as warnings, in one line each. */
const SDK_LOGGER = {
  debug: (...parts: unknown[]) => log.debug(singleLine(parts.join(' '))),
  info: (...parts: unknown[]) => log.debug(singleLine(parts.join(' '))),
  warn: (...parts: unknown[]) => log.warning(singleLine(parts.join(' '))),
  error: (...parts: unknown[]) => log.debug(singleLine(parts.join(' '))),
};

async function sourceFailure(
  source: Exclude<CredentialSource, 'container'>,
  error: unknown,
  { environment, region, signal }: CredentialsRequest,
): Promise<Failure> {
  const { message, details } = describeError(error);
  const container = containerSource(environment);
  // Where a chain has ended at the container, the agent's own words say more than those of the chain.
  const isContainers = /metadata service|from any providers/.test(message) || isUnreadable(error);
  if (container !== undefined && isContainers) {
    const { failure, saysWhy } = await containerFailure(error, container, region, signal);
    if (saysWhy || /metadata service/.test(message)) return failure;
  }
  const profile = variable(environment, 'AWS_PROFILE');
  const from = source === 'profile' ? `the profile '${profile}'` : "the AWS SDK's default chain";
  const symptom: Symptom = {
    area: 'credentials',
    what: `No credentials from ${from}: ${message}`,
    details: `${details}\nsource: ${source}`,
    facts: { ...(await readPod()), profile, region },
  };
  return new Failure(symptom, { cause: error });
}
