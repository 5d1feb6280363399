import { Failure } from '../errors/failure.ts';
import type { InputSource } from '../inputs.ts';
import { type Environment, variable } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';

// The settings of the job hooks: variables of the runner's environment, named after the inputs of the action.

const PREFIX = 'ECR_LOGIN_';

/** The inputs that a hook takes. */
const INPUTS = [
  'allowed-account-ids',
  'aws-region',
  'container-cli',
  'credential-source',
  'http-proxy',
  'max-attempts',
  'registries',
  'registry-type',
  'skip-logout',
];

/** The settings that only a hook has. The first is read by the scripts that start the hooks. */
const OWN = ['ECR_LOGIN_NODE', 'ECR_LOGIN_ON_FAILURE'];

/** Inputs of the action that a hook cannot take, each with the reason. */
const REFUSED: Readonly<Record<string, string>> = {
  ECR_LOGIN_ISOLATE_DOCKER_CONFIG:
    "the runner pulls images with the docker configuration of its own user and does not see a job's own one",
  ECR_LOGIN_MASK_PASSWORD: 'a hook has no outputs, and always masks the password',
};

const variableOf = (input: string): string => PREFIX + input.toUpperCase().replaceAll('-', '_');

/**
 * The settings of a hook, as the inputs of a login.
 * Throws a Failure that names every variable that is no setting, or has an invalid value.
 */
export function hookSettings(environment: Environment): InputSource {
  const known = [...INPUTS.map(variableOf), ...OWN];
  const names = Object.keys(environment).filter((name) => name.startsWith(PREFIX));
  const problems = names.filter((name) => !known.includes(name)).map(problemOf);
  if (onFailure(environment) === undefined) {
    const value = singleLine(environment[ON_FAILURE] ?? '');
    problems.push(`Variable ${ON_FAILURE}: invalid value '${value}'. Allowed: 'warn', 'fail'.`);
  }
  if (problems.length > 0) throw new Failure({ what: problems.join('\n') });
  return {
    get: (name) => (INPUTS.includes(name) ? (variable(environment, variableOf(name))?.trim() ?? '') : ''),
    title: (name) => `Variable ${variableOf(name)}`,
  };
}

function problemOf(name: string): string {
  const reason = REFUSED[name];
  return reason === undefined
    ? `Variable ${singleLine(name)}: unknown setting of the job hook. See docs/job-hook.md for the ones that it has.`
    : `Variable ${name}: not supported by the job hook: ${reason}.`;
}

const ON_FAILURE = 'ECR_LOGIN_ON_FAILURE';

/** Whether a failure fails the job, or only warns. Undefined for any other value. */
export function onFailure(environment: Environment): 'warn' | 'fail' | undefined {
  const text = variable(environment, ON_FAILURE)?.trim().toLowerCase() ?? 'warn';
  return text === 'warn' || text === 'fail' ? text : undefined;
}
