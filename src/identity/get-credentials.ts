import type { Diagnosis } from '../errors/diagnosis.ts';
import { Failure } from '../errors/failure.ts';
import type { Credentials } from '../pod-identity/agent.ts';
import { readPod } from '../pod-identity/pod.ts';
import { containerIdentity, currentClaims, podIdentitySource } from '../pod-identity/source.ts';
import { type Environment, variable } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { runnerKind } from '../runner/runner-kind.ts';
import { singleLine } from '../runner/safe-text.ts';
import { configFileProblems } from './config-files.ts';
import {
  type ChosenCredentials,
  type CredentialSource,
  type CredentialSourceChoice,
  chooseCredentials,
  SUBJECTS,
} from './credential-order.ts';
import { type CredentialsRequest, fetchCredentials } from './credentials.ts';
import { nameIdentity } from './identity-name.ts';
import { findProfile, profileContent, readProfiles } from './profile.ts';
import { skippedWarnings, type UnresolvedSource, unresolvedSources } from './unresolved-sources.ts';

/** Where the result of each check, and each warning, goes. */
export type Reporting = {
  readonly diagnosis: Diagnosis;
  /** Prints a warning with its explanation; the stage goes on. */
  readonly warn: (failure: Failure) => Promise<void>;
};

/**
 * Decides which credentials are used, logs them by name, and gets them.
 * Throws a Failure with the reason where there are none.
 */
export async function getCredentials(
  choice: CredentialSourceChoice,
  request: CredentialsRequest,
  { diagnosis, warn }: Reporting,
): Promise<Credentials> {
  const { environment } = request;
  log.keepOut(...SECRET_VARIABLES.map((name) => variable(environment, name)));
  const { source, reason, warnings, notes } = await choose(choice, environment, diagnosis);
  for (const warning of warnings) log.warning(warning);
  for (const note of notes) log.info(note);
  if (source === 'container') await announceContainer(reason, environment);

  const subject = SUBJECTS[source];
  const chain = await readChain(source, environment);
  const credentials = await fetchCredentials(source, request).catch((error: unknown) => {
    for (const warning of skippedWarnings(chain, undefined)) log.warning(warning);
    diagnosis.add({ mark: 'bad', subject, reason: `selected (${reason}), but returned no credentials` });
    throw error;
  });
  // Masked as well, so that a later step of the job does not print what it got from the same source.
  for (const secret of [credentials.secretAccessKey, credentials.sessionToken]) log.mask(secret ?? '');

  const identity = await nameIdentity(source, environment, credentials);
  if (source !== 'container') log.info(`Using credentials from ${identity.name} (${reason})`);
  for (const warning of skippedWarnings(chain, identity)) log.warning(warning);
  if (identity.provider === 'instance') await warnOfInstance(choice, request, warn);
  diagnosis.add({ mark: 'good', subject, reason: `${identity.name} (${reason})` });
  return credentials;
}

/** Variables whose values are secret: services quote what they refuse. */
const SECRET_VARIABLES = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'];

async function choose(
  choice: CredentialSourceChoice,
  environment: Environment,
  diagnosis: Diagnosis,
): Promise<ChosenCredentials> {
  const name = variable(environment, 'AWS_PROFILE');
  const profile =
    choice === 'auto' && name !== undefined
      ? profileContent(findProfile(await readProfiles(), name))
      : undefined;
  const chosen = chooseCredentials(choice, { environment, profile });
  diagnosis.add(...chosen.skipped);
  if (chosen.source === 'profile' && profile === 'missing') {
    const shown = singleLine(String(name));
    diagnosis.add({ mark: 'bad', subject: SUBJECTS.profile, reason: `'${shown}' does not exist` });
    const problems = await configFileProblems(environment);
    const what = [`Profile '${shown}' of AWS_PROFILE does not exist.`, ...problems].join(' ');
    throw new Failure({ what, knownError: 'profile-missing', facts: { profile: name } });
  }
  return chosen;
}

/** What the default chain may skip; warns of configuration files that it cannot read. */
async function readChain(
  source: CredentialSource,
  environment: Environment,
): Promise<readonly UnresolvedSource[]> {
  if (source !== 'profile' && source !== 'default-chain') return [];
  for (const problem of await configFileProblems(environment)) log.warning(problem);
  return source === 'default-chain' ? unresolvedSources(environment, await readProfiles()) : [];
}

/** The identity of a pod is known before its credentials are, and the log of a long wait should name it. */
async function announceContainer(reason: string, environment: Environment): Promise<void> {
  const container = podIdentitySource(environment);
  if (container === undefined) return;
  const name = containerIdentity(container, await currentClaims(container));
  const precedence =
    container.variable === 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'
      ? `; ${container.variable} is set too and takes precedence: ${singleLine(container.uri)}`
      : '';
  log.info(`Using credentials from ${name} (${reason}${precedence})`);
}

/**
 * Warns of the role of the machine where it is most likely not meant: in a pod, and in the container of a job, which may be
 * in one. There, the explicit choice of the default chain says that it is meant.
 */
async function warnOfInstance(
  choice: CredentialSourceChoice,
  { environment, region }: CredentialsRequest,
  warn: Reporting['warn'],
): Promise<void> {
  const facts = { ...(await readPod(environment)), region };
  const kind = runnerKind(environment);
  if (kind === 'pod') {
    const what = "Using the node's IAM role, which is probably not intended.";
    await warn(new Failure({ what, knownError: 'node-identity', facts }));
  } else if (kind === 'container-job' && choice !== 'default-chain') {
    const what = "Using the IAM role of the machine, which is probably not intended in a job's container.";
    await warn(new Failure({ what, knownError: 'container-job-instance', facts }));
  }
}
