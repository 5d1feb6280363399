import {
  type AuthorizationData,
  ECRClient,
  type ECRClientConfig,
  GetAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr';
import { detailsOf, Failure, messageOf, throwAll } from '../errors/failure.ts';
import * as log from '../runner/log.ts';
import { clientSettings, type Network } from './http.ts';
import {
  PUBLIC_HOST,
  parsePrivateHost,
  planCalls,
  type RegistryEntry,
  type TokenCall,
} from './registries.ts';
import type { Credentials } from './sdk-credentials.ts';

/** What logs a container client in to one registry. */
export type RegistryToken = {
  registry: string;
  username: string;
  password: string;
  expiresAt?: Date;
};

type TokenRequest = {
  credentials: Credentials;
  network: Network;
  maskPassword: boolean;
  /** No attempt of a call starts that could end later, by the clock of `performance`. */
  endMs: number;
  signal: AbortSignal;
};

/** What the calls have returned, and the account of the credentials if a response names it. */
export type FoundTokens = {
  tokens: RegistryToken[];
  failures: unknown[];
  callerAccount: string | undefined;
};

/**
 * Gets a token for each registry of the calls: in the order of the input, each host once. A call
 * that fails does not affect the others.
 */
export async function getTokens(
  entries: RegistryEntry[],
  calls: TokenCall[],
  request: TokenRequest,
): Promise<FoundTokens> {
  const found = new Map<RegistryEntry, RegistryToken>();
  const failures: unknown[] = [];
  let callerAccount: string | undefined;

  const made = calls.map(async (call) => {
    try {
      const token = await requestToken(call, request);
      // A response of ECR names the registry of the caller account. Only a host of Amazon ECR
      // proves anything.
      callerAccount ??= parsePrivateHost(token.registry)?.accountId;

      for (const entry of call.entries) {
        found.set(entry, {
          ...token,
          registry: hostOf(entry, token.registry),
        });
      }
    } catch (error) {
      failures.push(error);
    }
  });
  await Promise.all(made);

  const inOrder = entries.flatMap((entry) => found.get(entry) ?? []);
  const byHost = new Map(inOrder.map((token) => [token.registry, token]));
  return {
    tokens: [...byHost.values()],
    failures,
    callerAccount,
  };
}

/**
 * Logs the caller account, and checks it against the allowed ones. Responses of ECR Public name no
 * account. If only those came, one call to ECR in the region is made, which needs no further
 * permission.
 * Throws a Failure if the account is not allowed, or is unknown.
 */
export async function checkCallerAccount(
  allowed: string[],
  { callerAccount, tokens }: FoundTokens,
  region: string,
  request: TokenRequest,
) {
  const mustCheck = allowed.length > 0 && tokens.length > 0;
  const account =
    mustCheck && !callerAccount ? await askForAccount(region, request) : callerAccount;
  if (account) log.info(`Caller account: ${account}`);
  if (!mustCheck) return;

  const isAllowed = account && allowed.includes(account);
  if (isAllowed) return;

  const list = allowed.join(', ');
  throw new Failure(
    `The caller account is ${account || 'unknown'}; allowed-account-ids allows ${list}.`,
    { knownError: 'account-not-allowed' },
  );
}

async function askForAccount(region: string, request: TokenRequest) {
  const entries = [{ kind: 'default' } as const];
  const { failures, callerAccount } = await getTokens(entries, planCalls(entries, region), request);

  throwAll(failures);
  return callerAccount;
}

/**
 * The host to log in to: that of the entry, or that of the response, with the account ID of the
 * entry.
 */
function hostOf(entry: RegistryEntry, host: string) {
  if ('host' in entry) return entry.host;
  if (entry.kind === 'account') return host.replace(/^\d{12}(?=\.)/, entry.accountId);
  return host;
}

/** The service and region of a call, for the log. */
function serviceName({ service, region }: TokenCall) {
  return service === 'ecr' ? `Amazon ECR in ${region}` : 'Amazon ECR Public';
}

/** Throws a Failure with the service's own message. */
async function requestToken(call: TokenCall, request: TokenRequest) {
  const settings = {
    credentials: request.credentials,
    customUserAgent: userAgent(),
    region: call.region,
    // A variant that is not asked for is left to the SDK's configuration.
    ...(call.fips && { useFipsEndpoint: true }),
    ...(call.dualStack && { useDualstackEndpoint: true }),
    ...clientSettings(serviceName(call), request.network, request.endMs),
  };

  try {
    const getToken = call.service === 'ecr' ? fromEcr : fromEcrPublic;
    const token = await getToken(settings, request.signal);
    conceal(token, request.maskPassword);
    return token;
  } catch (error) {
    if (error instanceof Failure) throw error;

    throw new Failure(`No authorization token from ${serviceName(call)}: ${messageOf(error)}`, {
      cause: error,
      area: 'ecr',
      details: detailsOf(error),
      facts: { region: call.region, endpoint: 'api' },
    });
  }
}

/**
 * Keeps what can log in to a registry out of what is printed. The runner masks it, too. With
 * `mask-password: false` it does not, so that the password, or a file that contains it, can be
 * handed to another job.
 */
function conceal({ username, password }: RegistryToken, maskPassword: boolean) {
  // The token itself is also what a client writes to its auth file.
  const token = Buffer.from(`${username}:${password}`).toString('base64');

  for (const secret of [password, token]) {
    if (maskPassword) log.mask(secret);
    else log.hide(secret);
  }
}

/**
 * The action's part of the user agent, which CloudTrail keeps: its name, and the run and attempt of
 * the workflow.
 */
function userAgent(): [string, string][] {
  const { env } = process;

  return [
    // The build puts the version in place of the variable.
    ['ecr-pod-identity-login', process.env['npm_package_version'] ?? '0'],
    ['md/run_id', env['GITHUB_RUN_ID'] ?? ''],
    ['md/attempt', env['GITHUB_RUN_ATTEMPT'] ?? ''],
  ];
}

async function fromEcr(settings: ECRClientConfig, abortSignal: AbortSignal) {
  const client = new ECRClient(settings);
  const isCustom = await logCustomEndpoint(client);

  const response = await client.send(new GetAuthorizationTokenCommand({}), { abortSignal });
  const [data] = response.authorizationData ?? [];

  return {
    registry: registryHost(data?.proxyEndpoint, isCustom),
    ...decodeToken(data),
  };
}

async function fromEcrPublic(settings: ECRClientConfig, abortSignal: AbortSignal) {
  const ecrPublic = await import('@aws-sdk/client-ecr-public');
  // The same settings, but their type names the plugins and the endpoint rules of ECR.
  const client = new ecrPublic.ECRPUBLICClient(settings as object);
  await logCustomEndpoint(client);

  const command = new ecrPublic.GetAuthorizationTokenCommand({});
  const { authorizationData } = await client.send(command, { abortSignal });

  return {
    registry: PUBLIC_HOST,
    ...decodeToken(authorizationData),
  };
}

/** Logs that AWS_ENDPOINT_URL or its like leads a client elsewhere. Returns whether it does. */
async function logCustomEndpoint({ config }: Pick<ECRClient, 'config'>) {
  const endpoint = await config.serviceConfiguredEndpoint?.();
  if (endpoint === undefined) return false;

  log.info(`Custom endpoint of ${config.serviceId}: ${URL.parse(endpoint)?.hostname}`);
  return true;
}

/**
 * The registry host in a response. A login to it replaces the one that the container client has
 * there, so only hosts of Amazon ECR are accepted. An emulator behind a custom endpoint names any.
 * Throws a Failure if it is another host.
 */
export function registryHost(proxyEndpoint = '', isCustom = false) {
  const host = proxyEndpoint.replace(/^https?:\/\//, '').replace(/\/$/, '');
  const isPlain = /^[a-z\d](?:[a-z\d.-]*[a-z\d])?(?::\d{1,5})?$/i.test(host);
  const isAccepted = isCustom ? isPlain : parsePrivateHost(host) !== undefined;
  if (isAccepted) return host;

  const shown = `'${log.singleLine(host)}'`;
  throw new Failure(
    `The response of Amazon ECR names ${shown}, which is not a registry of Amazon ECR.`,
  );
}

/**
 * Decodes a token. Throws a Failure without the text of the token: even a damaged one can be a
 * secret.
 */
export function decodeToken({ authorizationToken = '', expiresAt }: AuthorizationData = {}) {
  const decoded = Buffer.from(authorizationToken, 'base64').toString('utf8');
  const [, username = '', password = ''] = /^(\w[\w.-]*):(\S+)$/.exec(decoded) ?? [];
  if (password === '') {
    throw new Failure(
      'The response of the service contains no authorization token that can be read.',
    );
  }

  const isTime = expiresAt !== undefined && !Number.isNaN(expiresAt.getTime());
  return { username, password, ...(isTime && { expiresAt }) };
}
