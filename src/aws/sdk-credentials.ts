import { detailsOf, Failure, type FailureOptions, messageOf } from '../errors/failure.ts';
import { requireNoDevice } from '../files/file-system.ts';
import { runnerKind } from '../runner/kind.ts';
import * as log from '../runner/log.ts';
import { DeadlineError, withDeadline } from '../time/retry.ts';
import { containerEndpoint, identityOf } from './container-endpoint.ts';
import { type CredentialSource, WEB_IDENTITY_VARIABLES } from './credential-choice.ts';
import { clientSettings, type Network } from './http.ts';
import { GOT_NOTHING, gotNothing, noPodIdentity } from './no-pod-identity.ts';
import { isProfileMeant, type Profiles } from './profiles.ts';
import { podFacts } from './service-account-token.ts';

/** Credentials for calls to AWS. */
export type Credentials = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** The SDK's marks for where they came from. Those of the instance metadata have none. */
  $source?: Readonly<Record<string, unknown>>;
};

export type SdkOptions = {
  /** For calls to STS. The region of a profile takes precedence. */
  region: string;
  network: Network;
  /** Time for all of it, in milliseconds. */
  budgetMs: number;
  signal: AbortSignal;
};

/** The sources that the SDK's providers read. */
type SdkSource = Exclude<CredentialSource, 'container'>;

/**
 * Gets credentials from a provider of the SDK, and names in the log where they came from, and what
 * the default chain has skipped. Throws a Failure if there are none.
 */
export async function sdkCredentials(
  source: SdkSource,
  reason: string,
  profiles: Profiles,
  options: SdkOptions,
) {
  const { budgetMs, signal } = options;
  const provider = await sdkProvider(source, options);
  const getNamed = async () => {
    for (const name of TOKEN_FILES) await requireNoDevice(process.env[name] ?? '');

    const credentials = await provider();
    const used = source === 'default-chain' ? chainSource(credentials) : source;
    return { credentials, used, name: await nameOf(used) };
  };

  try {
    // Some of them wait for a response, or for a program, without an end.
    const found = await withDeadline(getNamed, budgetMs, signal);
    log.info(`Using credentials from ${found.name} (${reason})`);
    warnOfSkipped(profiles, found.used);
    return found;
  } catch (error) {
    signal.throwIfAborted();
    if (source !== 'default-chain') throw await sdkFailure(source, error, options);

    warnOfSkipped(profiles);
    if (!gotNothing(profiles)) throw await sdkFailure(source, error, options);

    const consequence = `and no other source has credentials: ${messageOf(error)}`;
    throw await noPodIdentity(`${GOT_NOTHING}, ${consequence}`, options.region);
  }
}

/** The default chain reads them at once: no signal would end the read of a pipe. */
const TOKEN_FILES = ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];

/** The SDK's providers are loaded only if they are used. */
async function sdkProvider(source: SdkSource, { region, network, budgetMs }: SdkOptions) {
  const providers = await import('@aws-sdk/credential-providers');
  if (source === 'environment') return providers.fromEnv();

  const clientConfig = clientSettings('AWS STS', network, performance.now() + budgetMs);
  const settings: Parameters<typeof providers.fromIni>[0] = {
    clientConfig,
    parentClientConfig: { region },
    // fromIni does not pass its settings on to a web identity.
    roleAssumerWithWebIdentity: ({ RoleArn, RoleSessionName, WebIdentityToken = '' }) =>
      providers.fromWebToken({
        roleArn: RoleArn,
        roleSessionName: RoleSessionName,
        webIdentityToken: WebIdentityToken,
        clientConfig: { ...clientConfig, region },
      })(),
  };
  return source === 'profile'
    ? providers.fromIni(settings)
    : providers.fromNodeProviderChain(settings);
}

/**
 * Node puts the command line of a `credential_process` and its output into a message. Both can hold
 * secrets.
 */
const COMMAND_FAILED = 'Command failed: ';

/** How the log names where credentials came from. */
async function nameOf(used: ChainSource) {
  if (used === 'container') {
    const endpoint = await containerEndpoint();
    return endpoint ? identityOf(endpoint) : 'the ECS container endpoint';
  }

  return {
    environment: 'the environment',
    profile: `profile '${profileName()}'`,
    'web-identity': `web identity, role ${process.env['AWS_ROLE_ARN']}`,
    instance: 'the instance metadata: the IAM role of this machine',
  }[used];
}

const profileName = () => process.env['AWS_PROFILE'] ?? 'default';

async function sdkFailure(source: SdkSource, error: unknown, { region, budgetMs }: SdkOptions) {
  const profile = profileName();
  const from = source === 'profile' ? `profile '${profile}'` : "the AWS SDK's default chain";
  let message = messageOf(error);
  let origin: FailureOptions = { cause: error, details: detailsOf(error) };

  if (message.includes(COMMAND_FAILED)) {
    message = 'credential_process failed; its output is not shown';
    // The output of a process can hold secrets. So can the error as a cause, which the debug log
    // would show.
    origin = {};
  }
  if (error instanceof DeadlineError) {
    message = `a process or an endpoint that it asks did not answer in ${budgetMs / 1000} s`;
    // In the words of a lost connection, it would be taken for one to STS.
    origin = { cause: error };
  }

  return new Failure(`No credentials from ${from}: ${message}`, {
    ...origin,
    area: 'credentials',
    situation: { runner: runnerKind(), source },
    facts: {
      ...(await podFacts()),
      profile,
      region,
    },
  });
}

/**
 * The sources of the SDK's default chain, in its order (@aws-sdk/credential-provider-node 3.972).
 */
export type ChainSource = 'environment' | 'profile' | 'web-identity' | 'container' | 'instance';

/** The source that returned the credentials. What a profile uses in turn leaves marks, too. */
function chainSource({ $source = {} }: Credentials): ChainSource {
  const marks = Object.keys($source).join(' ');
  if (/_(?:PROFILE|SSO|PROCESS)/.test(marks)) return 'profile';
  if (/_ENV_VARS_STS_WEB_ID_TOKEN/.test(marks)) return 'web-identity';
  if (/_ENV_VARS/.test(marks)) return 'environment';
  if (/_HTTP/.test(marks)) return 'container';

  const isEcs = process.env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] !== undefined;
  return isEcs ? 'container' : 'instance';
}

/**
 * Warns of configured sources that the default chain passed over in silence before it came to the
 * one it used.
 */
export function warnOfSkipped(profiles: Profiles, used?: ChainSource) {
  if (used === 'environment' || used === 'profile') return;

  const warn = (problem: string) => log.warning(`The AWS SDK skipped ${problem}`);

  if (isProfileMeant(profiles, process.env)) {
    warn(`profile '${profileName()}': it does not exist, or returned no credentials.`);
  }

  const [missing, other] = WEB_IDENTITY_VARIABLES.filter((variable) => !(variable in process.env));
  if (missing !== undefined && other === undefined) {
    const set = WEB_IDENTITY_VARIABLES.find((variable) => variable !== missing);
    warn(`the web identity: ${set} is set without ${missing}.`);
  }
}
