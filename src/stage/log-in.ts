import { requireHome } from '../container/auth-file-location.ts';
import { chooseTools } from '../container/choose-tools.ts';
import type { FoundTool } from '../container/find-tool.ts';
import { type Authorized, authorize } from '../ecr/authorize.ts';
import { checkCallerAccount } from '../ecr/caller-account.ts';
import { ecrClientConfig } from '../ecr/client.ts';
import { type Diagnosis, FAILED } from '../errors/diagnosis.ts';
import { joinFailures } from '../errors/failure.ts';
import { reportWarning } from '../errors/report.ts';
import { getCredentials } from '../identity/get-credentials.ts';
import { regionForCredentials, stepRegion } from '../identity/region.ts';
import { type Inputs, readInputs } from '../inputs.ts';
import { describeClientConfig, readClientConfig } from '../network/client-config.ts';
import { maskSecrets, setRegistryOutput } from '../outputs.ts';
import { needsRegion, planCalls, type TokenCall } from '../registry/calls.ts';
import type { RegistryLogin } from '../registry/login.ts';
import type { Environment } from '../runner/environment.ts';
import { logInToAll } from './log-in-to-all.ts';
import type { Stage } from './run-stage.ts';

/**
 * The main stage: logs the container client in to every registry that the inputs ask for.
 * Registries that no token could be had for do not keep the others from being logged in to; a login that fails ends
 * the stage. What was logged in to keeps its outputs, and is saved for post.
 * Throws one error for all that has failed.
 */
export async function logIn(step: Stage): Promise<void> {
  const { environment, signal, diagnosis } = step;
  const inputs = await diagnosis.part('Inputs', readInputs, () => 'valid');
  const { containerCli } = inputs;
  const tools = await diagnosis.part('Container client', () => readyTools(containerCli), pathsOf);
  const clientConfig = await diagnosis.part(
    'Network',
    () => readClientConfig(inputs, environment),
    describeClientConfig,
  );
  const calls = await diagnosis.part('Registries', () => planStep(inputs, environment), countOf);

  const region = regionForCredentials(inputs.awsRegion, environment, calls);
  const credentials = await getCredentials(
    inputs.credentialSource,
    { environment, region, signal, clientConfig },
    { diagnosis, warn: reportWarning },
  );
  const settings = ecrClientConfig(environment, credentials, clientConfig);

  const authorized = await authorize(calls, settings, signal);
  maskSecrets(authorized.logins, inputs.maskPassword);
  noteTokens(authorized, diagnosis);
  const { allowedAccountIds } = inputs;
  await checkCallerAccount(allowedAccountIds, { calls, ...authorized }, { region, settings, ...step });

  const problems = [...authorized.failures];
  const { maxAttempts } = clientConfig;
  await logInToAll(tools, authorized.logins, { ...inputs, ...step, maxAttempts }).catch((error) =>
    problems.push(error),
  );
  const [first, ...others] = problems;
  if (first !== undefined) throw joinFailures([first, ...others]);
  setRegistryOutput(authorized.logins.map(({ registry }) => registry));
}

function readyTools(names: Inputs['containerCli']): Promise<readonly FoundTool[]> {
  requireHome();
  return chooseTools(names);
}

const pathsOf = (tools: readonly FoundTool[]): string =>
  tools.map(({ tool, executable }) => executable ?? tool.name).join(', ');

function countOf(calls: readonly TokenCall[]): string {
  const count = calls.reduce((sum, { targets }) => sum + targets.length, 0);
  return String(count);
}

async function planStep(inputs: Inputs, environment: Environment): Promise<readonly TokenCall[]> {
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
