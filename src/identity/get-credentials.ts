import type { Diagnosis } from '../errors/diagnosis.ts';
import { Failure } from '../errors/failure.ts';
import type { Credentials } from '../pod-identity/agent.ts';
import { readPod, runsInPod } from '../pod-identity/pod.ts';
import { containerIdentity, containerSource, currentClaims } from '../pod-identity/source.ts';
import { type Environment, variable } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { singleLine } from '../runner/safe-text.ts';
import {
  type ChosenCredentials,
  type CredentialSourceChoice,
  chooseCredentials,
  SUBJECTS,
} from './credential-order.ts';
import { type CredentialsRequest, obtainCredentials } from './credentials.ts';
import { nameIdentity } from './identity-name.ts';
import { profileContent, readProfile } from './profile.ts';

/** Who is told of what happens on the way. */
export type Reporting = {
  readonly diagnosis: Diagnosis;
  /** Warns of what does not end the stage, with its explanation. */
  readonly warn: (failure: Failure) => Promise<void>;
};

/**
 * Decides who signs, says so in the log, and gets the credentials.
 * Throws a Failure that explains why there are none.
 */
export async function sign(
  choice: CredentialSourceChoice,
  request: CredentialsRequest,
  { diagnosis, warn }: Reporting,
): Promise<Credentials> {
  const { environment } = request;
  log.keepOut(...SECRET_VARIABLES.map((name) => variable(environment, name)));
  const signer = await decide(choice, environment, diagnosis);
  for (const warning of signer.warnings) log.warning(warning);
  for (const note of signer.notes) log.info(note);

  const credentials = await credentialsOf(signer, request).catch((error: unknown) => {
    diagnosis.add({
      mark: 'bad',
      subject: SUBJECTS[signer.source],
      reason: `selected (${signer.reason}), but returned no credentials`,
    });
    throw error;
  });
  log.keepOut(credentials.secretAccessKey, credentials.sessionToken);

  const { name, isInstance } = await nameIdentity(signer.source, environment, credentials);
  if (signer.source !== 'container') log.info(`Signing with ${name} (${signer.reason})`);
  if (isInstance && runsInPod(environment)) await warn(await nodeIdentity(request.region));
  diagnosis.add({ mark: 'good', subject: SUBJECTS[signer.source], reason: `${name} (${signer.reason})` });
  return credentials;
}

/** Variables whose values are secrets; services have quoted what they refuse. */
const SECRET_VARIABLES = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'];

async function decide(
  choice: CredentialSourceChoice,
  environment: Environment,
  diagnosis: Diagnosis,
): Promise<ChosenCredentials> {
  const name = variable(environment, 'AWS_PROFILE');
  const profile =
    choice === 'auto' && name !== undefined ? profileContent(await readProfile(name)) : undefined;
  const signer = chooseCredentials(choice, { environment, profile });
  diagnosis.add(...signer.passedOver);
  if (signer.source === 'profile' && profile === 'missing') {
    const shown = singleLine(String(name));
    const what = `The profile '${shown}' of AWS_PROFILE does not exist.`;
    diagnosis.add({ mark: 'bad', subject: SUBJECTS.profile, reason: `'${shown}' does not exist` });
    throw new Failure({ what, knownError: 'profile-missing', facts: { profile: name } });
  }
  return signer;
}

async function credentialsOf(signer: ChosenCredentials, request: CredentialsRequest): Promise<Credentials> {
  const { environment } = request;
  await announceContainer(signer, environment);
  return obtainCredentials(signer.source, request);
}

/** Who the pod's credentials will be is known before they are there, and the log of a long wait should say it. */
async function announceContainer(
  { source, reason }: ChosenCredentials,
  environment: Environment,
): Promise<void> {
  const container = containerSource(environment);
  if (source !== 'container' || container === undefined) return;
  const name = containerIdentity(container, await currentClaims(container));
  const both = variable(environment, 'AWS_CONTAINER_CREDENTIALS_FULL_URI') !== undefined;
  const asked =
    both && container.variable === 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'
      ? `; asked is ${singleLine(container.uri)}, since ${container.variable} is set too and goes before it`
      : '';
  log.info(`Signing with ${name} (${reason}${asked})`);
}

async function nodeIdentity(region: string | undefined): Promise<Failure> {
  const what = 'Signing as the role of the node, which is most likely not what is meant.';
  return new Failure({ what, knownError: 'node-identity', facts: { ...(await readPod()), region } });
}
