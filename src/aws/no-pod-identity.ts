import { Failure } from '../errors/failure.ts';
import { isPod, type RunnerKind, runnerKind } from '../runner/kind.ts';
import { chooseCredentials, URI_VARIABLE } from './credential-choice.ts';
import { hasCredentials, type Profiles } from './profiles.ts';
import { podFacts } from './service-account-token.ts';

// EKS gives a pod all of its variables, the region among them, or none: none where its service account has no association
// as the pod is created. That is the first failure of most new users, so it is named before what follows from it.

/** What EKS sets for Pod Identity, or for IAM roles for service accounts. */
const SET_BY_EKS = [URI_VARIABLE, 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN'];

/** Whether EKS gave this pod nothing, and nobody chose other credentials for the job. */
export function gotNothing(profiles: Profiles, env = process.env) {
  const isGiven = SET_BY_EKS.some((name) => env[name] !== undefined);
  const { source } = chooseCredentials('auto', env, profiles);
  const isChosen = source !== 'default-chain' || hasCredentials(profiles['default'] ?? {});

  return isPod(runnerKind(env)) && !isGiven && !isChosen;
}

/** What to do is different in each kind of pod. */
const KNOWN_ERRORS: Partial<Record<RunnerKind, string>> = {
  'arc-pod': 'no-pod-identity-arc',
  'job-pod': 'no-pod-identity-job',
  'container-job': 'container-job',
};

/** @param message what follows from it */
export async function noPodIdentity(message: string, region: string) {
  const knownError = KNOWN_ERRORS[runnerKind()] ?? 'no-pod-identity';
  const facts = { ...(await podFacts()), region };

  return new Failure(message, { knownError, facts });
}

/** The same for a pod. @param consequence continues the sentence */
export function nothingFromEks(consequence: string, region: string) {
  return noPodIdentity(`This pod got nothing from EKS Pod Identity${consequence}`, region);
}
