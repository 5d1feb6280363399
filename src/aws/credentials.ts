import { detailsOf, Failure, messageOf } from '../errors/failure.ts';
import { runnerKind } from '../runner/kind.ts';
import * as log from '../runner/log.ts';
import { DeadlineError, withDeadline } from '../time/retry.ts';
import { containerEndpoint, identityOf } from './container-endpoint.ts';
import {
  type CredentialSource,
  type CredentialSourceChoice,
  choiceWarnings,
  chooseCredentials,
  URI_VARIABLE,
} from './credential-choice.ts';
import { clientSettings, type Network } from './http.ts';
import { podFacts } from './pod.ts';
import { podCredentials } from './pod-identity.ts';
import { hasCredentials, type Profiles, readProfiles } from './profiles.ts';

/** Credentials for calls to AWS. */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** The SDK's marks for where they came from. Those of the instance metadata have none. */
  readonly $source?: Readonly<Record<string, unknown>>;
};

export type CredentialsRequest = {
  readonly choice: CredentialSourceChoice;
  /** For calls to STS. The region of a profile takes precedence. */
  readonly region: string;
  readonly network: Network;
  /** Attempts at the Pod Identity agent, or another container endpoint. */
  readonly agentAttempts: number;
  /** Time for all of it, in milliseconds. */
  readonly budgetMs: number;
  readonly signal: AbortSignal;
};

export type FoundCredentials = {
  readonly credentials: Credentials;
  /** Why they are most likely not those that are meant, if that is so. */
  readonly doubt?: Failure;
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
  const credentials =
    source === 'container'
      ? await containerCredentials(reason, request)
      : await sdkCredentials(source, reason, profiles, request);
  // A later step of the job can print what it gets from the same source.
  log.mask(credentials.secretAccessKey);
  log.mask(credentials.sessionToken ?? '');
  if (source !== 'default-chain') return { credentials };

  const used = chainSource(credentials, env);
  for (const problem of skippedSources(env, profiles, used)) log.warning(problem);

  const doubt = used === 'instance' ? await doubtOfInstance(request) : undefined;
  return doubt === undefined ? { credentials } : { credentials, doubt };
}

async function containerCredentials(
  reason: string,
  request: CredentialsRequest,
): Promise<Credentials> {
  const endpoint = await containerEndpoint();
  if (endpoint === undefined) {
    const facts = { ...(await podFacts()), region: request.region };
    const knownError = runnerKind() === 'container-job' ? 'container-job' : 'no-pod-identity';
    throw new Failure(`${URI_VARIABLE} is not set.`, { knownError, facts });
  }
  // The log of a long wait should name the identity.
  log.info(`Using credentials from ${identityOf(endpoint)} (${reason})`);

  const { agentAttempts: maxAttempts, budgetMs, signal } = request;
  return podCredentials(endpoint, request.region, { maxAttempts, budgetMs, signal });
}

async function sdkCredentials(
  source: Exclude<CredentialSource, 'container'>,
  reason: string,
  profiles: Profiles,
  request: CredentialsRequest,
): Promise<Credentials> {
  const provider = await sdkProvider(source, request);
  try {
    // Some of them wait for a response, or for a program, without an end.
    const credentials = await withDeadline(provider, request.budgetMs, request.signal);
    log.info(`Using credentials from ${await nameOf(source, credentials)} (${reason})`);
    return credentials;
  } catch (error) {
    request.signal.throwIfAborted();
    const skipped =
      source === 'default-chain' ? skippedSources(process.env, profiles, undefined) : [];
    for (const problem of skipped) log.warning(problem);
    throw await sdkFailure(source, error, request);
  }
}

/** The SDK's providers are loaded only if they are used. */
async function sdkProvider(
  source: Exclude<CredentialSource, 'container'>,
  { region, network, budgetMs }: CredentialsRequest,
): Promise<() => Promise<Credentials>> {
  const providers = await import('@aws-sdk/credential-providers');
  if (source === 'environment') return providers.fromEnv();
  const clientConfig = clientSettings('AWS STS', network, performance.now() + budgetMs);
  const settings: Parameters<typeof providers.fromIni>[0] = {
    logger: SDK_LOGGER,
    clientConfig,
    parentClientConfig: { region },
    // fromIni does not pass its settings on to a web identity.
    roleAssumerWithWebIdentity: ({ RoleArn: roleArn, RoleSessionName, WebIdentityToken = '' }) => {
      const identity = {
        roleArn,
        roleSessionName: RoleSessionName,
        webIdentityToken: WebIdentityToken,
      };
      return providers.fromWebToken({ ...identity, clientConfig: { ...clientConfig, region } })();
    },
  };
  return source === 'profile'
    ? providers.fromIni(settings)
    : providers.fromNodeProviderChain(settings);
}

/** Node puts the command line of a `credential_process` and its output into a message. Both can hold secrets. */
const COMMAND_FAILED = 'Command failed: ';

const debugLine = (...parts: unknown[]): void => {
  const text = parts.join(' ');
  if (!text.includes(COMMAND_FAILED)) log.debug(text);
};
const SDK_LOGGER = { debug: debugLine, info: debugLine, warn: debugLine, error: debugLine };

async function sdkFailure(
  source: CredentialSource,
  error: unknown,
  { region, budgetMs }: CredentialsRequest,
): Promise<Failure> {
  const profile = process.env['AWS_PROFILE'] ?? 'default';
  const isProfile = source === 'profile';
  // The output of a process can hold secrets. So can the error as a cause, which the debug log would show.
  const isProcess = messageOf(error).includes(COMMAND_FAILED);
  const isLate = error instanceof DeadlineError;
  let message = messageOf(error);
  if (isProcess) message = 'credential_process failed; its output is not shown';
  // In the words of a lost connection, it would be taken for one to STS.
  if (isLate)
    message = `a process or an endpoint that it asks did not answer in ${budgetMs / 1000} s`;
  const from = isProfile ? `profile '${log.singleLine(profile)}'` : "the AWS SDK's default chain";
  return new Failure(`No credentials from ${from}: ${message}`, {
    ...(!isProcess && { cause: error }),
    area: 'credentials',
    details: isProcess || isLate ? '' : detailsOf(error),
    situation: { runner: runnerKind(), source },
    facts: { ...(await podFacts()), profile, region },
  });
}

/** The sources of the SDK's default chain, in its order (@aws-sdk/credential-provider-node 3.972). */
type ChainSource = 'environment' | 'profile' | 'web-identity' | 'container' | 'instance';

/** The source that returned the credentials, by the SDK's marks. What a profile uses in turn leaves marks, too. */
function chainSource({ $source = {} }: Credentials, env: NodeJS.ProcessEnv): ChainSource {
  const marks = Object.keys($source).join(' ');
  if (/CREDENTIALS_PROFILE|CREDENTIALS_SSO|CREDENTIALS_PROCESS/.test(marks)) return 'profile';
  if (/CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN/.test(marks)) return 'web-identity';
  if (/CREDENTIALS_ENV_VARS/.test(marks)) return 'environment';
  const isContainer =
    /CREDENTIALS_HTTP/.test(marks) || env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] !== undefined;
  return isContainer ? 'container' : 'instance';
}

async function nameOf(source: CredentialSource, credentials: Credentials): Promise<string> {
  const { env } = process;
  const container = await containerEndpoint();
  const names: Readonly<Record<ChainSource, string>> = {
    environment: 'the environment',
    profile: `profile '${log.singleLine(env['AWS_PROFILE'] ?? 'default')}'`,
    'web-identity': `web identity, role ${log.singleLine(String(env['AWS_ROLE_ARN']))}`,
    container: container === undefined ? 'the ECS container endpoint' : identityOf(container),
    instance: 'the instance metadata: the IAM role of this machine',
  };
  return names[source === 'default-chain' ? chainSource(credentials, env) : source];
}

const WEB_IDENTITY = ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN'];

/** Configured sources that the default chain passed over without a message, before it came to the one it used. */
export function skippedSources(
  env: NodeJS.ProcessEnv,
  profiles: Profiles,
  used: ChainSource | undefined,
): readonly string[] {
  if (used === 'environment' || used === 'profile') return [];
  const { AWS_PROFILE: chosen, AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile } = env;
  const profile = profiles[chosen ?? 'default'];
  const isConfigured = profile === undefined ? chosen !== undefined : hasCredentials(profile);
  const problems: string[] = [];
  if (isConfigured) {
    const name = log.singleLine(chosen ?? 'default');
    problems.push(
      `The AWS SDK skipped profile '${name}': it does not exist, or returned no credentials.`,
    );
  }
  if ((role === undefined) !== (tokenFile === undefined)) {
    const [set, unset] = role === undefined ? WEB_IDENTITY : WEB_IDENTITY.toReversed();
    problems.push(`The AWS SDK skipped the web identity: ${set} is set without ${unset}.`);
  }
  return problems;
}

/** A failure that says why the role of the machine is most likely not meant; undefined where it can be. */
async function doubtOfInstance({
  choice,
  region,
}: CredentialsRequest): Promise<Failure | undefined> {
  const facts = { ...(await podFacts()), region };
  const message = (owner: string): string =>
    `Using the IAM role of the ${owner}, which is probably not intended.`;

  switch (runnerKind()) {
    case 'pod':
      return new Failure(message('node'), { knownError: 'no-pod-identity', facts });
    case 'container-job':
      // The explicit choice says that it is meant.
      if (choice === 'default-chain') return undefined;
      return new Failure(message('machine'), { knownError: 'container-job', facts });
    default:
      return undefined;
  }
}
