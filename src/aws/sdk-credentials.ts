import { detailsOf, Failure, messageOf } from '../errors/failure.ts';
import { runnerKind } from '../runner/kind.ts';
import * as log from '../runner/log.ts';
import { DeadlineError, withDeadline } from '../time/retry.ts';
import { containerEndpoint, identityOf } from './container-endpoint.ts';
import type { CredentialSource } from './credential-choice.ts';
import { clientSettings, type Network } from './http.ts';
import { podFacts } from './pod.ts';
import { hasCredentials, type Profiles } from './profiles.ts';

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

/** Gets credentials from a provider of the SDK, and names them in the log. Throws a Failure if there are none. */
export async function sdkCredentials(
  source: SdkSource,
  reason: string,
  options: SdkOptions,
): Promise<Credentials> {
  const { budgetMs, signal } = options;
  const provider = await sdkProvider(source, options);
  const getNamed = async () => {
    const credentials = await provider();
    return { credentials, name: await nameOf(source, credentials) };
  };

  try {
    // Some of them wait for a response, or for a program, without an end.
    const { credentials, name } = await withDeadline(getNamed, budgetMs, signal);
    log.info(`Using credentials from ${name} (${reason})`);
    return credentials;
  } catch (error) {
    signal.throwIfAborted();
    throw await sdkFailure(source, error, options);
  }
}

/** The SDK's providers are loaded only if they are used. */
async function sdkProvider(
  source: SdkSource,
  { region, network, budgetMs }: SdkOptions,
): Promise<() => Promise<Credentials>> {
  const providers = await import('@aws-sdk/credential-providers');
  if (source === 'environment') return providers.fromEnv();

  const clientConfig = clientSettings('AWS STS', network, performance.now() + budgetMs);
  const settings: Parameters<typeof providers.fromIni>[0] = {
    logger: SDK_LOGGER,
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

/** Node puts the command line of a `credential_process` and its output into a message. Both can hold secrets. */
const COMMAND_FAILED = 'Command failed: ';

const debugLine = (...parts: unknown[]): void => {
  const text = parts.join(' ');
  if (!text.includes(COMMAND_FAILED)) log.debug(text);
};
const SDK_LOGGER = {
  debug: debugLine,
  info: debugLine,
  warn: debugLine,
  error: debugLine,
};

/** How the log names where credentials came from. */
async function nameOf(source: SdkSource, credentials: Credentials): Promise<string> {
  const { env } = process;

  switch (source === 'default-chain' ? chainSource(credentials, env) : source) {
    case 'environment':
      return 'the environment';
    case 'profile':
      return `profile '${profileName()}'`;
    case 'web-identity':
      return `web identity, role ${log.singleLine(String(env['AWS_ROLE_ARN']))}`;
    case 'container': {
      const endpoint = await containerEndpoint();
      return endpoint ? identityOf(endpoint) : 'the ECS container endpoint';
    }
    case 'instance':
      return 'the instance metadata: the IAM role of this machine';
  }
}

const profileName = (): string => log.singleLine(process.env['AWS_PROFILE'] ?? 'default');

async function sdkFailure(source: SdkSource, error: unknown, { region, budgetMs }: SdkOptions) {
  const profile = profileName();
  const from = source === 'profile' ? `profile '${profile}'` : "the AWS SDK's default chain";
  const subject = `No credentials from ${from}`;
  const context = {
    area: 'credentials',
    situation: { runner: runnerKind(), source },
    facts: {
      ...(await podFacts()),
      profile,
      region,
    },
  } as const;

  const message = messageOf(error);
  if (message.includes(COMMAND_FAILED)) {
    // The output of a process can hold secrets. So can the error as a cause, which the debug log would show.
    return new Failure(`${subject}: credential_process failed; its output is not shown`, context);
  }

  if (error instanceof DeadlineError) {
    // In the words of a lost connection, it would be taken for one to STS.
    const late = `a process or an endpoint that it asks did not answer in ${budgetMs / 1000} s`;
    return new Failure(`${subject}: ${late}`, {
      ...context,
      cause: error,
    });
  }

  return new Failure(`${subject}: ${message}`, {
    ...context,
    cause: error,
    details: detailsOf(error),
  });
}

/** The sources of the SDK's default chain, in its order (@aws-sdk/credential-provider-node 3.972). */
export type ChainSource = 'environment' | 'profile' | 'web-identity' | 'container' | 'instance';

/** The source that returned the credentials. What a profile uses in turn leaves marks, too. */
export function chainSource({ $source = {} }: Credentials, env: NodeJS.ProcessEnv): ChainSource {
  const marks = Object.keys($source).join(' ');
  if (/CREDENTIALS_PROFILE|CREDENTIALS_SSO|CREDENTIALS_PROCESS/.test(marks)) return 'profile';
  if (/CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN/.test(marks)) return 'web-identity';
  if (/CREDENTIALS_ENV_VARS/.test(marks)) return 'environment';
  if (/CREDENTIALS_HTTP/.test(marks)) return 'container';

  const isEcs = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] !== undefined;
  return isEcs ? 'container' : 'instance';
}

/** Configured sources that the default chain passed over without a message, before it came to the one it used. */
export function skippedSources(
  env: NodeJS.ProcessEnv,
  profiles: Profiles,
  used: ChainSource | undefined,
): readonly string[] {
  if (used === 'environment' || used === 'profile') return [];

  const problems: string[] = [];
  const { AWS_PROFILE: chosen, AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile } = env;

  const profile = profiles[chosen ?? 'default'];
  const isConfigured = profile === undefined ? chosen !== undefined : hasCredentials(profile);
  if (isConfigured) {
    const name = log.singleLine(chosen ?? 'default');
    problems.push(`profile '${name}': it does not exist, or returned no credentials.`);
  }

  if (role !== undefined && tokenFile === undefined) {
    problems.push('the web identity: AWS_ROLE_ARN is set without AWS_WEB_IDENTITY_TOKEN_FILE.');
  }
  if (role === undefined && tokenFile !== undefined) {
    problems.push('the web identity: AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN.');
  }

  return problems.map((problem) => `The AWS SDK skipped ${problem}`);
}
