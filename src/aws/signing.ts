import { type Environment, variable } from '../environment.ts';
import type { Diagnosis } from '../failure/diagnosis.ts';
import { readPod, runsInPod } from '../kubernetes/pod.ts';
import * as log from '../log.ts';
import { singleLine } from '../safe-text.ts';
import { containerIdentity, containerSource, currentClaims } from './container-source.ts';
import { type Credentials, type CredentialsRequest, obtainCredentials } from './credentials.ts';
import { type CredentialSourceChoice, chooseSigner, type Signer, SUBJECTS } from './identity.ts';
import { profileContent, readProfile } from './profile.ts';
import { requireReadable, TOKEN_FILES } from './readable-files.ts';
import { nameSigner } from './signer-name.ts';

/**
 * Decides who signs, says so in the log, and gets the credentials.
 * Throws a Failure that explains why there are none.
 */
export async function sign(
  choice: CredentialSourceChoice,
  request: CredentialsRequest,
  diagnosis: Diagnosis,
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
      reason: `chosen (${signer.reason}), gave none`,
    });
    throw error;
  });
  log.keepOut(credentials.secretAccessKey, credentials.sessionToken);

  const { name, isInstance } = await nameSigner(signer.source, environment, credentials);
  if (signer.source !== 'container') log.info(`Signing with ${name} (${signer.reason})`);
  if (isInstance && runsInPod(environment)) await warnOfNodeIdentity(request.region);
  diagnosis.add({ mark: 'good', subject: SUBJECTS[signer.source], reason: `${name} (${signer.reason})` });
  return credentials;
}

/** Variables whose values are secrets; services have quoted what they refuse. */
const SECRET_VARIABLES = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'];

async function decide(
  choice: CredentialSourceChoice,
  environment: Environment,
  diagnosis: Diagnosis,
): Promise<Signer> {
  const name = variable(environment, 'AWS_PROFILE');
  const profile =
    choice === 'auto' && name !== undefined ? profileContent(await readProfile(name)) : undefined;
  const signer = chooseSigner(choice, { environment, profile });
  diagnosis.add(...signer.passedOver);
  if (signer.source === 'profile' && profile === 'missing') {
    const shown = singleLine(String(name));
    const what = `The profile '${shown}' of AWS_PROFILE does not exist.`;
    diagnosis.add({ mark: 'bad', subject: SUBJECTS.profile, reason: `'${shown}' does not exist` });
    const { knownFailure } = await import('../failure/explain.ts');
    throw knownFailure('profile-missing', what, { profile: name });
  }
  return signer;
}

async function credentialsOf(signer: Signer, request: CredentialsRequest): Promise<Credentials> {
  const { environment } = request;
  await requireReadable(TOKEN_FILES[signer.source], environment);
  await announceContainer(signer, environment);
  return obtainCredentials(signer.source, request);
}

/** Who the pod's credentials will be is known before they are there, and the log of a long wait should say it. */
async function announceContainer({ source, reason }: Signer, environment: Environment): Promise<void> {
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

async function warnOfNodeIdentity(region: string | undefined): Promise<void> {
  const what = 'Signing as the role of the node, which is most likely not what is meant.';
  const { knownFailure } = await import('../failure/explain.ts');
  log.warning(knownFailure('node-identity', what, { ...(await readPod()), region }).message);
}
