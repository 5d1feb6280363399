import { requireHome } from '../container/auth-file-location.ts';
import { warnOfAuthFiles } from '../container/auth-file-warnings.ts';
import { chooseTools } from '../container/choose-tools.ts';
import type { FoundTool } from '../container/find-tool.ts';
import type { Isolation } from '../container/isolation/create.ts';
import { type Authorized, authorize } from '../ecr/authorize.ts';
import { checkCallerAccount } from '../ecr/caller-account.ts';
import { ecrClientConfig } from '../ecr/client.ts';
import { type Diagnosis, FAILED } from '../errors/diagnosis.ts';
import { joinFailures } from '../errors/failure.ts';
import { reportWarning } from '../errors/report.ts';
import { getCredentials } from '../identity/get-credentials.ts';
import { regionForCredentials, stepRegion } from '../identity/region.ts';
import { type InputSource, type Inputs, readInputs } from '../inputs.ts';
import { describeClientConfig, readClientConfig } from '../network/client-config.ts';
import { ignoreEnvProxy } from '../network/env-proxy.ts';
import { maskSecrets, type SetOutput, setRegistryOutput } from '../outputs.ts';
import { needsRegion, planCalls, type TokenCall } from '../registry/calls.ts';
import type { RegistryLogin } from '../registry/login.ts';
import type { Environment } from '../runner/environment.ts';
import type { StateWriter } from '../state.ts';
import { isolateClients, locateClients } from './locate-clients.ts';
import { logInToAll } from './log-in-to-all.ts';
import type { Stage } from './run-stage.ts';

/** A stage that logs in: what it reads, and where it leaves what it has done. */
export type LoginStage = Stage & {
  readonly inputs: InputSource;
  readonly setOutput: SetOutput;
  readonly state: StateWriter;
  /** Time for all attempts at the EKS Pod Identity agent, in milliseconds; a step has its own. */
  readonly agentBudgetMs?: number;
};

/**
 * Logs the container clients in to every registry that the inputs name.
 * A registry without a token does not keep the others from being logged in to; a login that fails ends the stage. What
 * was logged in to keeps its outputs, and is saved for post.
 * Throws one error for all that has failed.
 */
export async function logIn(stage: LoginStage): Promise<void> {
  const { environment, signal, diagnosis, agentBudgetMs } = stage;
  ignoreEnvProxy();
  const inputs = await diagnosis.part(
    'Inputs',
    () => readInputs(stage.inputs),
    () => 'valid',
  );
  const tools = await diagnosis.part('Container client', () => findTools(inputs.containerCli), pathsOf);
  const network = () => readClientConfig(inputs, environment);
  const clientConfig = await diagnosis.part('Network', network, describeClientConfig);
  const calls = await diagnosis.part('Registries', () => planRegistries(inputs, environment), countOf);

  const region = regionForCredentials(inputs.awsRegion, environment, calls);
  const credentials = await getCredentials(
    inputs.credentialSource,
    { environment, region, signal, clientConfig, ...(agentBudgetMs !== undefined && { agentBudgetMs }) },
    { diagnosis, warn: reportWarning },
  );
  const settings = ecrClientConfig(environment, credentials, clientConfig);

  const { logins, failures } = await authorize(calls, settings, signal);
  maskSecrets(logins, inputs.maskPassword);
  noteTokens({ logins, failures }, diagnosis);
  const account = { region, settings, signal, diagnosis };
  await checkCallerAccount(inputs.allowedAccountIds, { calls, logins }, account);

  const { maxAttempts } = clientConfig;
  const problems = [...failures];
  await logInTools(tools, logins, inputs, { ...stage, maxAttempts }).catch((error) => problems.push(error));
  const [first, ...others] = problems;
  if (first !== undefined) throw joinFailures([first, ...others]);
  setRegistryOutput(logins.map(hostOf), stage.setOutput);
}

/** Logs every tool in to every registry, in the configurations in force, or in one of the job's own. */
async function logInTools(
  tools: readonly FoundTool[],
  logins: readonly RegistryLogin[],
  { isolateDockerConfig, skipLogout }: Inputs,
  stage: LoginStage & { readonly maxAttempts: number },
): Promise<void> {
  if (logins.length === 0) return;
  const { environment, signal, diagnosis, setOutput, maxAttempts } = stage;
  const state = skipLogout ? undefined : stage.state;
  const onPlan = (isolation: Isolation): void => state?.saveIsolation(isolation);
  const clients = isolateDockerConfig
    ? await isolateClients(tools, logins, { environment, signal, onPlan })
    : locateClients(tools, environment);
  warnOfAuthFiles(clients, environment);
  const isIsolated = isolateDockerConfig;
  await logInToAll(clients, logins, { maxAttempts, isIsolated, signal, diagnosis, state, setOutput });
}

function findTools(names: Inputs['containerCli']): Promise<readonly FoundTool[]> {
  requireHome();
  return chooseTools(names);
}

const pathsOf = (tools: readonly FoundTool[]): string =>
  tools.map(({ tool, executable }) => executable ?? tool.name).join(', ');

function countOf(calls: readonly TokenCall[]): string {
  const count = calls.reduce((sum, { targets }) => sum + targets.length, 0);
  return String(count);
}

async function planRegistries(inputs: Inputs, environment: Environment): Promise<readonly TokenCall[]> {
  const { registries, awsRegion } = inputs;
  const region = needsRegion(registries) ? await stepRegion(awsRegion, environment) : undefined;
  return planCalls(registries, region);
}

function noteTokens({ logins, failures }: Authorized, diagnosis: Diagnosis): void {
  const subject = 'Authorization tokens';
  if (logins.length > 0)
    diagnosis.add({ mark: 'good', subject, reason: `for ${logins.map(hostOf).join(', ')}` });
  diagnosis.add(...failures.map(() => ({ mark: 'bad' as const, subject, reason: FAILED })));
}

const hostOf = ({ registry }: RegistryLogin): string => registry;
