import { getCredentials } from './aws/credentials.ts';
import { ignoreEnvProxy, type Network, warnOfUncheckedTls } from './aws/http.ts';
import { maskProxyPasswords, parseProxy } from './aws/proxy.ts';
import { stepRegion } from './aws/region.ts';
import { isRegionName, needsRegion, planCalls, type TokenCall } from './aws/registries.ts';
import {
  checkCallerAccount,
  type FoundTokens,
  getTokens,
  type RegistryToken,
} from './aws/token.ts';
import { hideLogins } from './clients/auth-file.ts';
import { locationVariables } from './clients/auth-file-path.ts';
import { type Client, createClient } from './clients/client.ts';
import { chooseClients, type FoundClient } from './clients/client-choice.ts';
import type { Isolation } from './clients/isolation.ts';
import { logIn } from './clients/login.ts';
import { Failure, throwAll } from './errors/failure.ts';
import { type Inputs, readInputs } from './inputs.ts';
import * as outputs from './outputs.ts';
import { nameSettings } from './runner/job-hook.ts';
import * as log from './runner/log.ts';
import { StateWriter } from './state.ts';
import { CREDENTIALS_MS, callsEndMs, loginEndMs } from './time/limits.ts';

/**
 * The main step: logs the container clients in to every registry of the inputs. A registry that
 * fails does not affect the others. Throws one error for all that has failed.
 *
 * @param endMs when the step has to end, by the clock of `performance`
 */
export async function login(signal: AbortSignal, endMs: number) {
  hideSecrets(process.env);
  const state = new StateWriter();
  outputs.requireOutputFile();
  const inputs = readInputs();
  if (inputs.skipLogout) state.stopSaving();

  const chosen = await chooseClients(inputs.containerCli);
  const network = settleNetwork(inputs);
  const { calls, region } = await planStep(inputs);

  const { credentials, doubt } = await getCredentials({
    choice: inputs.credentialSource,
    region,
    network,
    agentAttempts: inputs.maxAttempts.agent,
    budgetMs: CREDENTIALS_MS,
    signal,
  });
  if (doubt !== undefined) await warnOf(doubt);

  const { maskPassword } = inputs;
  const callsEnd = callsEndMs(endMs, performance.now());
  const request = { credentials, network, maskPassword, endMs: callsEnd, signal };
  const found = await getTokens(inputs.registries, calls, request);
  if (!maskPassword) warnOfPassword();

  try {
    await checkCallerAccount(inputs.allowedAccountIds, found, region, request);
  } catch (error) {
    throwAll([...found.failures, error]);
  }

  // Set before the login, so that a later step with `if: always()` can log out of the registry. The
  // password follows once the login has succeeded.
  const only = onlyToken(found);
  if (only !== undefined) outputs.setRegistry(only);

  const step = { inputs, state, signal };
  const clients = await prepareClients(chosen, found.tokens, step);
  const { done, failures } = await logInToAll(clients, found.tokens, step, endMs);
  if (done.length > 0) outputs.setOutputs(done);

  throwAll([...found.failures, ...failures]);
  signal.throwIfAborted();
  if (only !== undefined) outputs.setOnlyLogin(only);
}

/**
 * Nothing that is printed from here on contains a secret of the environment. It comes before all
 * settings: a secret can stand in the place of one by mistake, and the error quotes it.
 */
function hideSecrets(env: NodeJS.ProcessEnv) {
  log.hide(
    env['AWS_SECRET_ACCESS_KEY'],
    env['AWS_SESSION_TOKEN'],
    env['AWS_CONTAINER_AUTHORIZATION_TOKEN'],
  );
  hideLogins(env['DOCKER_AUTH_CONFIG'] ?? '');
  maskProxyPasswords(env);
}

function warnOfPassword() {
  const state = "Input 'mask-password' is 'false': the docker password is not masked.";

  log.warning(`${state} Do not print it, nor config.json.`);
}

/** The token of the only registry of the step; undefined if there are several. */
function onlyToken({ tokens, failures }: FoundTokens) {
  return tokens.length + failures.length === 1 ? tokens[0] : undefined;
}

/** How the step goes over the network. */
function settleNetwork({ httpProxy, maxAttempts }: Inputs): Network {
  if (httpProxy !== '') parseProxy(httpProxy, nameSettings("input 'http-proxy'"));

  ignoreEnvProxy();
  warnOfUncheckedTls();

  return { httpProxy, maxAttempts: maxAttempts.call };
}

/**
 * Which calls return the tokens. A step whose registries are all given by host needs no region of
 * its own. The one that is returned is for calls to STS and for the check of the account: empty if
 * no registry and no variable names any.
 */
async function planStep({ registries, awsRegion }: Inputs) {
  const ownRegion = needsRegion(registries) ? await stepRegion(awsRegion) : awsRegion;
  const calls = planCalls(registries, ownRegion);

  return { calls, region: ownRegion || fallbackRegion(calls) };
}

function fallbackRegion(calls: TokenCall[]) {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const candidates = [AWS_REGION, AWS_DEFAULT_REGION, calls[0]?.region];

  return candidates.find((name = '') => isRegionName(name)) ?? '';
}

/** The texts of known errors are loaded only if there is something to explain. */
async function warnOf(doubt: Failure) {
  const { explain } = await import('./known-errors/explain.ts');

  log.warning(...explain(doubt).split('\n'));
}

type Step = {
  inputs: Inputs;
  state: StateWriter;
  signal: AbortSignal;
};

/**
 * Settles where the clients keep their logins: in the docker configuration in force, or in one of
 * the job's own. Saves what post needs to know of it.
 */
async function prepareClients(
  chosen: FoundClient[],
  tokens: RegistryToken[],
  { inputs, state, signal }: Step,
) {
  const variables = locationVariables(process.env);
  const names = chosen.map(({ name }) => name);
  const hosts = tokens.map(({ registry }) => registry);
  state.plan(names, hosts);

  if (inputs.isolateDockerConfig && tokens.length > 0) {
    const { exportVariables, isolate } = await import('./clients/isolation.ts');
    const onPlan = (isolation: Isolation) => state.save({ isolation });

    const { directory, moved } = await isolate(chosen, hosts, signal, onPlan);
    log.info(`The logins are kept in a docker configuration for this job only: ${directory}`);
    exportVariables(moved);
    for (const { name, value } of moved) variables[name] = value;
  }

  state.save({ variables });
  return chosen.map((client) => createClient(client, variables));
}

/**
 * Logs every client in to every registry, one after another: a client reads, changes and writes
 * back its auth file. A login is saved before it can be written, so that post also undoes one that
 * is cut short. A login that hangs is ended early enough for the remaining logins to finish by
 * `endMs`.
 */
async function logInToAll(
  clients: Client[],
  tokens: RegistryToken[],
  { inputs, state, signal }: Step,
  endMs: number,
) {
  const logins = tokens.flatMap((token) => clients.map((client) => ({ client, token })));
  const failed = new Set<RegistryToken>();
  const failures: unknown[] = [];

  // The plan of the state numbers the logins in this order: for each registry, each client.
  for (const [number, { client, token }] of logins.entries()) {
    const { registry } = token;
    const following = logins.length - number - 1;

    try {
      if (signal.aborted) {
        throw new Failure(`No time was left to log ${client.name} in to ${registry}.`);
      }
      log.info(`Logging in to ${registry} with ${client.name}`);

      await logIn(client, token, {
        maxAttempts: inputs.maxAttempts.call,
        endMs: loginEndMs(endMs, performance.now(), following),
        signal,
        onMayBeWritten: () => state.set(number, true),
        // Post must not remove a login that was there before this step.
        onNotWritten: () => state.set(number, false),
      });
    } catch (error) {
      failures.push(error);
      failed.add(token);
    }
  }

  const done = tokens.filter((token) => !failed.has(token));
  return { done, failures };
}
