import { checkSigningAccount } from './aws/account.ts';
import { type Authorized, authorize } from './aws/authorize.ts';
import { type CallRules, describeCallRules, readCallRules } from './aws/call-rules.ts';
import { clientSettings } from './aws/client.ts';
import { regionForSigning, stepRegion } from './aws/region.ts';
import { sign } from './aws/signing.ts';
import type { RegistryLogin } from './aws/token.ts';
import { type ContainerClient, findContainerClient } from './container/docker.ts';
import { logIn } from './container/login.ts';
import type { Environment } from './environment.ts';
import { earliestExpiry, remainingTime, rfc3339 } from './expiry.ts';
import { Diagnosis, firstLine } from './failure/diagnosis.ts';
import { joinFailures } from './failure/failure.ts';
import { reportDiagnosis } from './failure/report.ts';
import { type Inputs, readInputs } from './inputs.ts';
import * as log from './log.ts';
import { maskSecrets, setListOutputs, setLoginOutputs, setRegistryOutput } from './outputs.ts';
import { needsRegion, planCalls, type TokenCall } from './registry/calls.ts';
import { type SavedLogin, saveLogins } from './state.ts';

/** What all parts of the stage share. */
type Step = {
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** What was looked at so far; shown where the stage fails. */
  readonly diagnosis: Diagnosis;
};

/**
 * The main stage: logs the container client in to every registry that the inputs ask for.
 * Throws one error that names all that has failed, after the log and the job summary show what was looked at.
 */
export async function main(environment: Environment, signal: AbortSignal): Promise<void> {
  const diagnosis = new Diagnosis();
  try {
    await logInToRegistries({ environment, signal, diagnosis });
  } catch (error) {
    await reportDiagnosis(error, diagnosis, environment);
    throw error;
  }
}

/**
 * Registries that no token could be had for do not keep the others from being logged in to; a login that fails ends
 * the stage. What was logged in to keeps its outputs, and is saved for post.
 */
async function logInToRegistries(step: Step): Promise<void> {
  const { environment, signal, diagnosis } = step;
  const inputs = await diagnosis.part('Inputs', readInputs, () => 'well formed');
  const client = await diagnosis.part('Container client', () => findContainerClient(environment), pathOf);
  const rules = await diagnosis.part('Network', () => readCallRules(inputs, environment), describeCallRules);
  const calls = await diagnosis.part('Registries', () => planStep(inputs, environment), countOf);

  const region = regionForSigning(inputs.awsRegion, environment, calls);
  const credentials = await sign(inputs.credentialSource, { environment, region, signal, rules }, diagnosis);
  const settings = clientSettings(environment, credentials, rules);

  const authorized = await authorize(calls, settings, signal);
  maskSecrets(authorized.logins, inputs.maskPassword);
  noteTokens(authorized, diagnosis);
  const { allowedAccountIds } = inputs;
  await checkSigningAccount(allowedAccountIds, { calls, ...authorized }, { region, settings, ...step });

  const problems = [...authorized.failures];
  await logInToAll(client, authorized.logins, { ...inputs, ...rules }, step).catch((error) =>
    problems.push(error),
  );
  const [first, ...others] = problems;
  if (first !== undefined) throw joinFailures([first, ...others]);
  setRegistryOutput(authorized.logins.map(({ registry }) => registry));
}

const pathOf = ({ executable }: ContainerClient): string => executable;

function countOf(calls: readonly TokenCall[]): string {
  const count = calls.reduce((sum, { targets }) => sum + targets.length, 0);
  return `${count} to log in to`;
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
  diagnosis.add(...failures.map((error) => ({ mark: 'bad' as const, subject, reason: firstLine(error) })));
}

const hostOf = ({ registry }: RegistryLogin): string => registry;

/**
 * One after another: the container client reads, changes and writes back its configuration, so two at once would lose
 * entries. Each is saved before it is made, so that a step that is cancelled in the middle is logged out of as well.
 */
async function logInToAll(
  client: ContainerClient,
  logins: readonly RegistryLogin[],
  { skipLogout, maxAttempts }: Pick<Inputs, 'skipLogout'> & Pick<CallRules, 'maxAttempts'>,
  { environment, signal, diagnosis }: Step,
): Promise<void> {
  const saved: SavedLogin[] = [];
  const done: RegistryLogin[] = [];
  try {
    for (const login of logins) {
      signal.throwIfAborted();
      const { registry } = login;
      log.info(`Logging in to registry ${registry}`);
      saved.push({ registry, dockerConfig: client.config });
      if (!skipLogout) saveLogins(saved);
      const work = () => logIn(client, login, { environment, maxAttempts, signal });
      await diagnosis.part(`Login to ${registry}`, work, () => 'done');
      setLoginOutputs(login);
      done.push(login);
    }
  } finally {
    setListOutputs(done);
    sayHowLong(done);
  }
}

function sayHowLong(logins: readonly RegistryLogin[]): void {
  const end = earliestExpiry(logins);
  if (end === undefined) return;
  const which = logins.length === 1 ? 'The login holds' : 'The logins hold';
  log.info(`${which} for ${remainingTime(end, new Date())}, until ${rfc3339(end)}`);
}
