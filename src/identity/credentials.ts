import { describeError } from '../errors/describe.ts';
import { Failure, type Symptom } from '../errors/failure.ts';
import type { ClientConfig } from '../network/client-config.ts';
import { type Credentials, containerCredentials } from '../pod-identity/agent.ts';
import { readPod } from '../pod-identity/pod.ts';
import { containerFailure, isUnreadable } from '../pod-identity/refusal.ts';
import { containerSource, podIdentitySource } from '../pod-identity/source.ts';
import { withDeadline } from '../retry/waiting.ts';
import { type Environment, variable } from '../runner/environment.ts';
import { type RunnerKind, runnerKind } from '../runner/runner-kind.ts';
import type { CredentialSource } from './credential-order.ts';
import { processFailure } from './credential-process.ts';
import { isFromContainer, type Profiles, readProfiles } from './profile.ts';
import { type SdkSource, sdkProvider } from './sdk-provider.ts';

/** What getting credentials depends on, whatever their source. */
export type CredentialsRequest = {
  readonly environment: Environment;
  /** For calls to STS; the region of a profile takes precedence. */
  readonly region: string | undefined;
  readonly signal: AbortSignal;
  readonly clientConfig: ClientConfig;
  /** Time for all attempts at the EKS Pod Identity agent, in milliseconds, where a step's is too long. */
  readonly agentBudgetMs?: number;
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
  const provider = await sdkProvider(source, request.region, request.clientConfig);
  try {
    return await withDeadline(provider, SOURCE_DEADLINE_MS, request.signal);
  } catch (error) {
    request.signal.throwIfAborted();
    const profiles = await readProfiles();
    throw processFailure(error, profiles) ?? (await sourceFailure(source, error, profiles, request));
  }
}

async function fromContainer(request: CredentialsRequest): Promise<Credentials> {
  const { environment } = request;
  const source = podIdentitySource(environment);
  if (source === undefined) {
    const facts = { ...(await readPod(environment)), region: request.region };
    const what = 'AWS_CONTAINER_CREDENTIALS_FULL_URI is not set.';
    const knownError = WITHOUT_URI[runnerKind(environment)];
    throw new Failure({ what, knownError, facts });
  }
  const { clientConfig, agentBudgetMs: budgetMs, ...rest } = request;
  return containerCredentials(source, { ...rest, maxAttempts: clientConfig.requestedMaxAttempts, budgetMs });
}

/** The known error where the URI of the container is not set. */
const WITHOUT_URI: Readonly<Record<RunnerKind, string>> = {
  'github-hosted': 'no-credentials-github-hosted',
  'container-job': 'container-job',
  pod: 'container-uri-not-set',
  other: 'container-uri-not-set',
};

async function sourceFailure(
  source: SdkSource,
  error: unknown,
  profiles: Profiles,
  { environment, region, signal }: CredentialsRequest,
): Promise<Failure> {
  const { message, details } = describeError(error);
  const profile = variable(environment, 'AWS_PROFILE');
  const mayAskContainer = source !== 'profile' || isFromContainer(profiles, profile);
  const container = mayAskContainer ? containerSource(environment) : undefined;
  // Where the chain ended at the container endpoint, the agent's own message says more than the chain's.
  const isContainers = /metadata service|from any providers/.test(message) || isUnreadable(error);
  if (container !== undefined && isContainers) {
    const { failure, saysWhy } = await containerFailure(error, container, { environment, region, signal });
    if (saysWhy || /metadata service/.test(message)) return failure;
  }
  const from = source === 'profile' ? `profile '${profile}'` : "the AWS SDK's default chain";
  const symptom: Symptom = {
    area: 'credentials',
    what: `No credentials from ${from}: ${message}`,
    // Where a profile is chosen, it is the cause, whatever runs the step.
    details: `${details}\n${source === 'profile' ? 'source: profile' : `runner: ${runnerKind(environment)}`}`,
    facts: { ...(await readPod(environment)), profile, region },
  };
  return new Failure(symptom, { cause: error });
}
