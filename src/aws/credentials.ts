import { isPod, runnerKind } from '../runner/kind.ts';
import * as log from '../runner/log.ts';
import { containerEndpoint, identityOf } from './container-endpoint.ts';
import {
  type CredentialSourceChoice,
  choiceWarning,
  chooseCredentials,
  URI_VARIABLE,
} from './credential-choice.ts';
import { GOT_NOTHING, gotNothing, noPodIdentity } from './no-pod-identity.ts';
import { type AgentOptions, podCredentials } from './pod-identity.ts';
import { type Profiles, readProfiles } from './profiles.ts';
import { type SdkOptions, sdkCredentials } from './sdk-credentials.ts';

type CredentialsRequest = AgentOptions & SdkOptions & { choice: CredentialSourceChoice };

/**
 * Decides which credentials are used, names them in the log, and gets them. Throws a Failure if
 * there are none. The doubt says why they are most likely not those that are meant, if that is so.
 */
export async function getCredentials(request: CredentialsRequest) {
  const { env } = process;
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

  return {
    credentials,
    doubt: used === 'instance' ? await doubtOfInstance(profiles, request) : undefined,
  };
}

async function containerCredentials(reason: string, request: CredentialsRequest) {
  const { region } = request;
  const endpoint = await containerEndpoint();
  if (endpoint === undefined) {
    const missing = `${URI_VARIABLE} is not set.`;
    const message = isPod(runnerKind()) ? `${GOT_NOTHING}: ${missing}` : missing;
    throw await noPodIdentity(message, region);
  }

  // The log of a long wait should name the identity.
  log.info(`Using credentials from ${identityOf(endpoint)} (${reason})`);
  return podCredentials(endpoint, region, request);
}

/**
 * A failure that says why the role of the machine is most likely not meant; undefined where it can
 * be.
 */
async function doubtOfInstance(profiles: Profiles, { choice, region }: CredentialsRequest) {
  const kind = runnerKind();
  let use = 'Using the IAM role of the node';

  if (gotNothing(profiles)) {
    use = `${GOT_NOTHING}, so the IAM role of the node is used`;
  } else if (!isPod(kind)) {
    // The explicit choice says that the role of the machine is meant.
    if (kind !== 'container-job' || choice === 'default-chain') return undefined;
    use = 'Using the IAM role of the machine';
  }

  return noPodIdentity(`${use}, which is probably not intended.`, region);
}
