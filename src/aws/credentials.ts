import { Failure } from '../errors/failure.ts';
import { runnerKind } from '../runner/kind.ts';
import * as log from '../runner/log.ts';
import { containerEndpoint, identityOf } from './container-endpoint.ts';
import {
  type CredentialSourceChoice,
  choiceWarnings,
  chooseCredentials,
  URI_VARIABLE,
} from './credential-choice.ts';
import { podFacts } from './pod.ts';
import { type AgentOptions, podCredentials } from './pod-identity.ts';
import { type Profiles, readProfiles } from './profiles.ts';
import {
  type ChainSource,
  type Credentials,
  chainSource,
  type SdkOptions,
  sdkCredentials,
  skippedSources,
} from './sdk-credentials.ts';

export type CredentialsRequest = AgentOptions & SdkOptions & { choice: CredentialSourceChoice };

export type FoundCredentials = {
  credentials: Credentials;
  /** Why they are most likely not those that are meant, if that is so. */
  doubt?: Failure | undefined;
};

/** Decides which credentials are used, names them in the log, and gets them. Throws a Failure if there are none. */
export async function getCredentials(request: CredentialsRequest): Promise<FoundCredentials> {
  const { env } = process;
  log.hide(
    env['AWS_SECRET_ACCESS_KEY'],
    env['AWS_SESSION_TOKEN'],
    env['AWS_CONTAINER_AUTHORIZATION_TOKEN'],
  );

  const profiles = await readProfiles();
  const { source, reason } = chooseCredentials(request.choice, env, profiles);
  for (const warning of choiceWarnings(source, env)) log.warning(warning);

  if (source === 'default-chain') return chainCredentials(reason, profiles, request);

  const credentials =
    source === 'container'
      ? await containerCredentials(reason, request)
      : await sdkCredentials(source, reason, request);
  mask(credentials);

  return { credentials };
}

async function containerCredentials(
  reason: string,
  request: CredentialsRequest,
): Promise<Credentials> {
  const { region } = request;
  const endpoint = await containerEndpoint();
  if (endpoint === undefined) throw await noPodIdentity(`${URI_VARIABLE} is not set.`, region);

  // The log of a long wait should name the identity.
  log.info(`Using credentials from ${identityOf(endpoint)} (${reason})`);
  return podCredentials(endpoint, region, request);
}

async function chainCredentials(
  reason: string,
  profiles: Profiles,
  request: CredentialsRequest,
): Promise<FoundCredentials> {
  const { env } = process;
  const warnOfSkipped = (used?: ChainSource): void => {
    for (const problem of skippedSources(env, profiles, used)) log.warning(problem);
  };

  const credentials = await sdkCredentials('default-chain', reason, request).catch(
    (error: unknown) => {
      if (!request.signal.aborted) warnOfSkipped();
      throw error;
    },
  );
  mask(credentials);

  const used = chainSource(credentials, env);
  warnOfSkipped(used);

  const doubt = used === 'instance' ? await doubtOfInstance(request) : undefined;
  return { credentials, doubt };
}

/** A later step of the job can print what it gets from the same source. */
function mask({ secretAccessKey, sessionToken = '' }: Credentials): void {
  log.mask(secretAccessKey);
  log.mask(sessionToken);
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
