import { Failure } from '../errors/failure.ts';
import { isPod, type RunnerKind, runnerKind } from '../runner/kind.ts';
import { chooseCredentials, WEB_IDENTITY_VARIABLES } from './credential-choice.ts';
import { isProfileMeant, type Profiles } from './profiles.ts';
import { podFacts } from './service-account-token.ts';

// EKS gives a pod all of its variables, the region among them, or none: none where its service
// account has no association as the pod is created. That is the first failure of most new users, so
// it is named before what follows from it.

/** Whether EKS gave this pod nothing, and nobody chose other credentials for the job. */
export function gotNothing(profiles: Profiles, env = process.env) {
  // The source is the container endpoint if EKS has set the variables of Pod Identity.
  const { source } = chooseCredentials('auto', env, profiles);
  const hasWebIdentity = WEB_IDENTITY_VARIABLES.some((name) => env[name] !== undefined);
  const isGiven = hasWebIdentity || isProfileMeant(profiles, env);

  return isPod(runnerKind(env)) && source === 'default-chain' && !isGiven;
}

/** What to do is different in each kind of pod. */
const KNOWN_ERRORS: Partial<Record<RunnerKind, string>> = {
  'arc-pod': 'no-pod-identity-arc',
  'job-pod': 'no-pod-identity-job',
  'container-job': 'container-job',
};

/** How a message starts if `gotNothing` says so. */
export const GOT_NOTHING = 'This pod got nothing from EKS Pod Identity';

/**
 * The failure of a step that has no credentials of EKS Pod Identity.
 *
 * @param message what is known of it, or what follows from it
 */
export async function noPodIdentity(message: string, region: string) {
  return new Failure(message, {
    knownError: KNOWN_ERRORS[runnerKind()] ?? 'no-pod-identity',
    facts: { ...(await podFacts()), region },
  });
}
