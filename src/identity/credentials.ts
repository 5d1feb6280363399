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
import { withDeadline } from '../retry/waiting.ts';
import { type Environment, variable } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { singleLine } from '../runner/safe-text.ts';
import type { CredentialSource } from './credential-order.ts';

/** What getting credentials depends on, whatever their source. */
export type CredentialsRequest = {
  readonly environment: Environment;
  /** For calls to STS; the region of a profile takes precedence. */
  readonly region: string | undefined;
  readonly signal: AbortSignal;
  readonly clientConfig: ClientConfig;
};

/**
 * Deadline for sources that have none of their own, in milliseconds: the SDK waits for a `credential_process` without
 * limit. Long enough for calls to STS, which have deadlines, and their retries.
 */
const SOURCE_DEADLINE_MS = 180_000;

/**
 * Gets the credentials of a source, once: they stay valid for longer than a step takes.
 * Throws a Failure with the reason where there are none.
 */
export async function fetchCredentials(
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

/** The parameters of AssumeRoleWithWebIdentity, from a profile or the variables of IRSA. */
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
    // fromIni does not pass the client's settings on to a web identity; this is the only way to set them.
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

/** Warnings of the SDK, such as keys and a profile at once, are warnings of the log, one line each. */
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
  // Where the chain ended at the container endpoint, the agent's own message says more than the chain's.
  const isContainers = /metadata service|from any providers/.test(message) || isUnreadable(error);
  if (container !== undefined && isContainers) {
    const { failure, saysWhy } = await containerFailure(error, container, region, signal);
    if (saysWhy || /metadata service/.test(message)) return failure;
  }
  const profile = variable(environment, 'AWS_PROFILE');
  const from = source === 'profile' ? `profile '${profile}'` : "the AWS SDK's default chain";
  const symptom: Symptom = {
    area: 'credentials',
    what: `No credentials from ${from}: ${message}`,
    details: `${details}\nsource: ${source}`,
    facts: { ...(await readPod()), profile, region },
  };
  return new Failure(symptom, { cause: error });
}
