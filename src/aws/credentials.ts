import { Failure } from '../errors/failure.ts';
import { runnerKind } from '../runner/kind.ts';
import * as log from '../runner/log.ts';
import { containerEndpoint, identityOf } from './container-endpoint.ts';
import {
  type CredentialSourceChoice,
  choiceWarning,
  chooseCredentials,
  URI_VARIABLE,
} from './credential-choice.ts';
import { type AgentOptions, podCredentials } from './pod-identity.ts';
import { readProfiles } from './profiles.ts';
import { type SdkOptions, sdkCredentials } from './sdk-credentials.ts';
import { podFacts } from './service-account-token.ts';

type CredentialsRequest = AgentOptions & SdkOptions & { choice: CredentialSourceChoice };

/**
 * Decides which credentials are used, names them in the log, and gets them. Throws a Failure if there are none. The doubt
 * says why they are most likely not those that are meant, if that is so.
 */
export async function getCredentials(request: CredentialsRequest) {
  const { env } = process;
  log.hide(
    env['AWS_SECRET_ACCESS_KEY'],
    env['AWS_SESSION_TOKEN'],
    env['AWS_CONTAINER_AUTHORIZATION_TOKEN'],
  );

  const profiles = await readProfiles();
  const { source, reason } = chooseCredentials(request.choice, env, profiles);
  const warning = choiceWarning(source, env);
  if (warning !== undefined) log.warning(warning);

  const { credentials, used } =
    source === 'container'
      ? { credentials: await containerCredentials(reason, request), used: source }
      : await sdkCredentials(source, reason, profiles, request);

  // A later step of the job can print what it gets from the same source.
  log.mask(credentials.secretAccessKey);
  log.mask(credentials.sessionToken ?? '');

  return { credentials, doubt: used === 'instance' ? await doubtOfInstance(request) : undefined };
}

async function containerCredentials(reason: string, request: CredentialsRequest) {
  const { region } = request;
  const endpoint = await containerEndpoint();
  if (endpoint === undefined) throw await noPodIdentity(`${URI_VARIABLE} is not set.`, region);

  // The log of a long wait should name the identity.
  log.info(`Using credentials from ${identityOf(endpoint)} (${reason})`);
  return podCredentials(endpoint, region, request);
}

/** A failure that says why the role of the machine is most likely not meant; undefined where it can be. */
async function doubtOfInstance({ choice, region }: CredentialsRequest) {
  const kind = runnerKind();
  // The explicit choice says that it is meant.
  const isDoubtful = kind === 'pod' || (kind === 'container-job' && choice !== 'default-chain');
  if (!isDoubtful) return undefined;

  const owner = kind === 'pod' ? 'node' : 'machine';
  const message = `Using the IAM role of the ${owner}, which is probably not intended.`;
  return noPodIdentity(message, region);
}

async function noPodIdentity(message: string, region: string) {
  const knownError = runnerKind() === 'container-job' ? 'container-job' : 'no-pod-identity';
  const facts = { ...(await podFacts()), region };

  return new Failure(message, { knownError, facts });
}
