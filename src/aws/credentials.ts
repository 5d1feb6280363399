import { parseKnownFiles } from '@smithy/core/config';
import { detailsOf, Failure, messageOf, type Situation } from '../errors/failure.ts';
import * as log from '../log.ts';
import { containerEndpoint, identityOf } from './container-endpoint.ts';
import { clientSettings, type Network } from './http.ts';
import { podFacts, runnerKind } from './pod.ts';
import { type AgentOptions, podCredentials } from './pod-identity.ts';

/** Credentials for calls to AWS. */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** The SDK's marks for where they came from. Those of the instance metadata have none. */
  readonly $source?: Readonly<Record<string, unknown>>;
};

export type CredentialSource = NonNullable<Situation['source']>;

/** The values of input `credential-source`. */
export const CREDENTIAL_SOURCE_CHOICES = ['auto', 'container', 'default-chain'] as const;
export type CredentialSourceChoice = (typeof CREDENTIAL_SOURCE_CHOICES)[number];

/** The profiles of the AWS configuration files, by name. */
export type Profiles = Readonly<Record<string, Readonly<Record<string, string | undefined>>>>;

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
const URI_VARIABLE = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';

/**
 * Which credentials are used if `credential-source` is `auto`: those of the first rule that applies, else the default chain.
 *
 * The order goes from what a person chose for this job to what the machine happens to have. EKS Pod Identity comes before
 * the SDK's default chain: it belongs to this pod alone, and the chain hides the error of one source behind the next.
 */
const CREDENTIAL_ORDER: readonly {
  readonly source: CredentialSource;
  readonly reason: string;
  readonly applies: (env: NodeJS.ProcessEnv, profiles: Profiles) => boolean;
}[] = [
  {
    source: 'environment',
    reason: `${KEYS.join(' and ')} are set`,
    applies: (env) => KEYS.every((name) => env[name] !== undefined),
  },
  {
    // One that does not exist counts as chosen, too: falling back would silently use a different identity.
    source: 'profile',
    reason: 'AWS_PROFILE is set',
    applies: ({ AWS_PROFILE: name }, profiles) =>
      name !== undefined && (profiles[name] === undefined || hasCredentials(profiles[name])),
  },
  {
    source: 'container',
    reason: `${URI_VARIABLE} is set`,
    applies: (env) => env[URI_VARIABLE] !== undefined,
  },
];

/**
 * Settings that are credentials, or a way to get them.
 * Source: https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
 */
const CREDENTIAL_SETTINGS =
  /^(?:aws_access_key_id|aws_secret_access_key|role_arn|source_profile|credential_source|web_identity_token_file|credential_process|login_session|sso_\w+)$/;

/** Whether a profile contains credentials or a way to get them. One with only a region does not. */
function hasCredentials(profile: Profiles[string]): boolean {
  return Object.keys(profile).some((setting) => CREDENTIAL_SETTINGS.test(setting));
}

/** Decides which credentials are used, and why. Whether that source then returns any is not known here. */
export function chooseCredentials(
  choice: CredentialSourceChoice,
  env: NodeJS.ProcessEnv,
  profiles: Profiles,
): { readonly source: CredentialSource; readonly reason: string } {
  if (choice !== 'auto') return { source: choice, reason: `credential-source is '${choice}'` };
  const rule = CREDENTIAL_ORDER.find(({ applies }) => applies(env, profiles));
  return rule ?? { source: 'default-chain', reason: 'no other credentials are configured' };
}

/** What the user should know of the choice, since another tool would choose otherwise. */
export function choiceWarnings(source: CredentialSource, env: NodeJS.ProcessEnv): readonly string[] {
  const keys = KEYS.filter((name) => env[name] !== undefined);
  if (source === 'environment' && env['AWS_PROFILE'] !== undefined) {
    return ['AWS_PROFILE is not used: the keys in the environment take precedence.'];
  }
  if (source === 'environment' || keys.length !== 1) return [];
  return [`The keys in the environment are not used: of ${KEYS.join(' and ')}, only ${keys[0]} is set.`];
}

export type CredentialsRequest = {
  readonly choice: CredentialSourceChoice;
  /** For calls to STS. The region of a profile takes precedence. */
  readonly region: string;
  readonly network: Network;
  readonly agent: Pick<AgentOptions, 'maxAttempts' | 'budgetMs'>;
  readonly signal: AbortSignal;
};

/**
 * Decides which credentials are used, names them in the log, and gets them.
 * Throws a Failure if there are none.
 */
export async function getCredentials(request: CredentialsRequest): Promise<Credentials> {
  const { env } = process;
  log.hide(env['AWS_SECRET_ACCESS_KEY'], env['AWS_SESSION_TOKEN'], env['AWS_CONTAINER_AUTHORIZATION_TOKEN']);
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
  if (source === 'default-chain') await warnOfChain(credentials, profiles, request);
  return credentials;
}

/** Reads the AWS configuration files as the SDK does: one that it cannot read counts as empty. */
export async function readProfiles(): Promise<Profiles> {
  const profiles = await parseKnownFiles({});
  for (const { aws_secret_access_key: secret, aws_session_token: token } of Object.values(profiles)) {
    log.hide(secret, token);
  }
  return profiles;
}

async function containerCredentials(reason: string, request: CredentialsRequest): Promise<Credentials> {
  const endpoint = await containerEndpoint();
  if (endpoint === undefined) {
    const facts = { ...(await podFacts()), region: request.region };
    const knownError = runnerKind() === 'container-job' ? 'container-job' : 'no-pod-identity';
    throw new Failure(`${URI_VARIABLE} is not set.`, { knownError, facts });
  }
  // The log of a long wait should name the identity.
  log.info(`Using credentials from ${identityOf(endpoint)} (${reason})`);
  const { region, agent, signal } = request;
  return podCredentials(endpoint, region, { ...agent, signal });
}

async function sdkCredentials(
  source: Exclude<CredentialSource, 'container'>,
  reason: string,
  profiles: Profiles,
  request: CredentialsRequest,
): Promise<Credentials> {
  const provider = await sdkProvider(source, request);
  try {
    const credentials = await provider();
    log.info(`Using credentials from ${await nameOf(source, credentials)} (${reason})`);
    return credentials;
  } catch (error) {
    request.signal.throwIfAborted();
    const skipped = source === 'default-chain' ? skippedSources(process.env, profiles, undefined) : [];
    for (const problem of skipped) log.warning(problem);
    throw await sdkFailure(source, error, request);
  }
}

/** The SDK's providers are loaded only if they are used. */
async function sdkProvider(
  source: Exclude<CredentialSource, 'container'>,
  { region, network }: CredentialsRequest,
): Promise<() => Promise<Credentials>> {
  const providers = await import('@aws-sdk/credential-providers');
  if (source === 'environment') return providers.fromEnv();
  const clientConfig = clientSettings('AWS STS', network);
  const settings: Parameters<typeof providers.fromIni>[0] = {
    logger: SDK_LOGGER,
    clientConfig,
    parentClientConfig: { region },
    // fromIni does not pass its settings on to a web identity.
    roleAssumerWithWebIdentity: ({ RoleArn: roleArn, RoleSessionName, WebIdentityToken = '' }) => {
      const identity = { roleArn, roleSessionName: RoleSessionName, webIdentityToken: WebIdentityToken };
      return providers.fromWebToken({ ...identity, clientConfig: { ...clientConfig, region } })();
    },
  };
  return source === 'profile' ? providers.fromIni(settings) : providers.fromNodeProviderChain(settings);
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
  { region }: CredentialsRequest,
): Promise<Failure> {
  const profile = process.env['AWS_PROFILE'] ?? 'default';
  const isProfile = source === 'profile';
  // The output of a process can hold secrets. So can the error as a cause, which the debug log would show.
  const isProcess = messageOf(error).includes(COMMAND_FAILED);
  const message = isProcess ? 'credential_process failed; its output is not shown' : messageOf(error);
  const from = isProfile ? `profile '${log.singleLine(profile)}'` : "the AWS SDK's default chain";
  return new Failure(`No credentials from ${from}: ${message}`, {
    ...(!isProcess && { cause: error }),
    area: 'credentials',
    details: isProcess ? '' : detailsOf(error),
    situation: { runner: runnerKind(), source },
    facts: { ...(await podFacts()), profile, region },
  });
}

/** The sources of the SDK's default chain, in its order (@aws-sdk/credential-provider-node 3.972). */
const CHAIN = ['environment', 'profile', 'web-identity', 'container', 'instance'] as const;
type ChainSource = (typeof CHAIN)[number];

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
  const isBefore = (source: ChainSource): boolean =>
    used === undefined || CHAIN.indexOf(source) < CHAIN.indexOf(used);
  const { AWS_PROFILE: chosen, AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile } = env;
  const profile = profiles[chosen ?? 'default'];
  const isConfigured = profile === undefined ? chosen !== undefined : hasCredentials(profile);
  const problems: string[] = [];
  if (isBefore('profile') && isConfigured) {
    const name = log.singleLine(chosen ?? 'default');
    problems.push(`The AWS SDK skipped profile '${name}': it does not exist, or returned no credentials.`);
  }
  if (isBefore('web-identity') && (role === undefined) !== (tokenFile === undefined)) {
    const [set, unset] = role === undefined ? WEB_IDENTITY : WEB_IDENTITY.toReversed();
    problems.push(`The AWS SDK skipped the web identity: ${set} is set without ${unset}.`);
  }
  return problems;
}

/** Warns if the chain passed a source over, or ended at the role of the machine where that is most likely not meant. */
async function warnOfChain(
  credentials: Credentials,
  profiles: Profiles,
  { choice, region }: CredentialsRequest,
): Promise<void> {
  const used = chainSource(credentials, process.env);
  for (const problem of skippedSources(process.env, profiles, used)) log.warning(problem);
  if (used !== 'instance') return;
  const kind = runnerKind();
  // In the container of a job, the explicit choice says that it is meant.
  const isMeant = kind !== 'pod' && (kind !== 'container-job' || choice === 'default-chain');
  if (isMeant) return;
  const message = `Using the IAM role of the ${kind === 'pod' ? 'node' : 'machine'}, which is probably not intended.`;
  const knownError = kind === 'pod' ? 'no-pod-identity' : 'container-job';
  const { explain } = await import('../errors/explain.ts');
  log.warning(explain(new Failure(message, { knownError, facts: { ...(await podFacts()), region } })));
}
