import { CREDENTIALS_BUDGET_MS, getCredentials } from './aws/credentials.ts';
import { ignoreEnvProxy, type Network, warnOfSettings } from './aws/http.ts';
import { maskProxyPasswords, parseProxy } from './aws/proxy.ts';
import { stepRegion } from './aws/region.ts';
import { isRegionName, needsRegion, planCalls } from './aws/registries.ts';
import { checkCallerAccount, getTokens, type RegistryToken } from './aws/token.ts';
import { locationVariables } from './clients/auth-file.ts';
import { type Client, createClient, logIn, SHORTEST_LOGIN_MS } from './clients/client.ts';
import type { Isolation } from './clients/isolation.ts';
import { chooseTools, type FoundTool } from './clients/tools.ts';
import { Failure, throwAll } from './errors/failure.ts';
import { type Inputs, readInputs } from './inputs.ts';
import * as log from './log.ts';
import * as outputs from './outputs.ts';
import { StateWriter } from './state.ts';

/**
 * The main step: logs the container clients in to every registry of the inputs. A registry that fails does not affect the
 * others. Throws one error for all that has failed.
 */
export async function login(signal: AbortSignal, limitMs: number): Promise<void> {
  const endMs = performance.now() + limitMs;
  const state = new StateWriter();
  outputs.requireOutputFile();
  const inputs = readInputs();
  if (inputs.skipLogout) state.close();
  const tools = await chooseTools(inputs.containerCli);
  const network = settleNetwork(inputs);

  const entries = inputs.registries;
  const ownRegion = needsRegion(entries) ? await stepRegion(inputs.awsRegion) : inputs.awsRegion;
  const calls = planCalls(entries, ownRegion);
  const others = [process.env['AWS_REGION'], process.env['AWS_DEFAULT_REGION'], calls[0]?.region];
  const region = ownRegion || (others.find((name = '') => isRegionName(name)) ?? '');

  const credentials = await getCredentials({
    choice: inputs.credentialSource,
    region,
    network,
    maxAttempts: inputs.maxAttempts.agent,
    budgetMs: Math.min(CREDENTIALS_BUDGET_MS, limitMs - 20_000),
    signal,
  });
  // The rest is for the logins.
  const callsEndMs = endMs - Math.min((endMs - performance.now()) / 2, 100_000);
  const request = { credentials, network: { ...network, endMs: callsEndMs }, signal };
  const found = await getTokens(entries, calls, request);
  outputs.maskTokens(found.tokens, inputs.maskPassword);
  await checkCallerAccount(inputs.allowedAccountIds, found, region, request).catch(
    (error: unknown) => throwAll([...found.failures, error]),
  );

  const [only, second] = found.tokens;
  const isOnly = second === undefined && found.failures.length === 0;
  if (only !== undefined && isOnly) outputs.setRegistry(only);

  const step = { inputs, state, signal };
  const clients = await createClients(tools, found.tokens, step);
  const { done, failures } = await logInToAll(clients, found.tokens, step, endMs);
  outputs.setOutputs(done);
  logExpiry(done);
  throwAll([...found.failures, ...failures]);
  signal.throwIfAborted();
  if (only !== undefined && isOnly) outputs.setOnlyLogin(only);
}

/** How the step goes over the network. Nothing that is printed from here on contains the password of a proxy. */
function settleNetwork({ httpProxy, maxAttempts }: Inputs): Omit<Network, 'endMs'> {
  maskProxyPasswords(httpProxy);
  if (httpProxy !== '') parseProxy(httpProxy, "input 'http-proxy'");
  ignoreEnvProxy();
  warnOfSettings();
  return { httpProxy, maxAttempts: maxAttempts.call };
}

type Tools = readonly FoundTool[];
type RegistryTokens = readonly RegistryToken[];
type Step = { readonly inputs: Inputs; readonly state: StateWriter; readonly signal: AbortSignal };

/** The clients with the docker configuration in force, or with one of the job's own. */
async function createClients(
  tools: Tools,
  tokens: RegistryTokens,
  { inputs, state, signal }: Step,
) {
  let variables = locationVariables(process.env);
  if (inputs.isolateDockerConfig && tokens.length > 0) {
    const { isolate } = await import('./clients/isolation.ts');
    const hosts = tokens.map(({ registry }) => registry);
    const onPlan = (isolation: Isolation): void => state.save({ isolation });
    const { directory, moved } = await isolate(tools, hosts, signal, onPlan);
    log.info(`The logins are kept in a docker configuration for this job only: ${directory}`);
    outputs.exportVariables(moved);
    variables = {
      ...variables,
      ...Object.fromEntries(moved.map(({ name, value }) => [name, value])),
    };
  }
  state.save({ variables });
  return tools.map((tool) => createClient(tool, variables));
}

/**
 * Logs every client in to every registry, one after another: a client reads, changes and writes back its auth file. A
 * login is saved before it can be written, so that post also undoes one that is cut short. One at a registry that does
 * not respond leaves time until `endMs` to those that follow.
 */
async function logInToAll(
  clients: readonly Client[],
  tokens: RegistryTokens,
  { inputs, state, signal }: Step,
  endMs: number,
) {
  let left = tokens.length * clients.length;
  const done: RegistryToken[] = [];
  const failures: unknown[] = [];
  for (const token of tokens) {
    const failuresBefore = failures.length;
    for (const client of clients) {
      const saved = { tool: client.tool.name, registry: token.registry };
      if (signal.aborted) {
        failures.push(
          new Failure(`No time was left to log ${saved.tool} in to ${saved.registry}.`),
        );
        continue;
      }
      log.info(`Logging in to ${token.registry} with ${client.tool.name}`);
      const forOthersMs = Math.min((endMs - performance.now()) / 2, (left - 1) * SHORTEST_LOGIN_MS);
      const options = {
        maxAttempts: inputs.maxAttempts.call,
        endMs: endMs - forOthersMs,
        signal,
        onMayBeWritten: () => state.add(saved),
        // Post must not remove a login that was there before this step.
        onNotWritten: () => state.remove(saved),
      };
      await logIn(client, token, options).catch((error: unknown) => failures.push(error));
      left -= 1;
    }
    if (failures.length === failuresBefore && !signal.aborted) done.push(token);
  }
  return { done, failures };
}

function logExpiry(tokens: readonly RegistryToken[]): void {
  const end = outputs.earliestExpiry(tokens);
  if (end === undefined) return;
  const minutes = Math.max(0, Math.round((end.getTime() - Date.now()) / 60_000));
  log.info(
    `Valid for ${Math.floor(minutes / 60)} h ${minutes % 60} min, until ${outputs.rfc3339(end)}`,
  );
}
