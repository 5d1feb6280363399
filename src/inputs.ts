import * as core from '@actions/core';
import { CREDENTIAL_SOURCE_CHOICES, type CredentialSourceChoice } from './aws/credential-choice.ts';
import {
  accountIdProblem,
  isRegionName,
  PUBLIC_HOST,
  parseRegistries,
  type RegistryEntry,
} from './aws/registries.ts';
import { parseTools, type ToolName } from './clients/tools.ts';
import { Failure } from './errors/failure.ts';
import { isJobHook } from './job-hook.ts';
import * as log from './log.ts';

/** How many attempts are made, the first one included. The agent retries by itself, too. */
type Attempts = { readonly call: number; readonly agent: number };
export const DEFAULT_MAX_ATTEMPTS: Attempts = { call: 8, agent: 5 };

/** The values of all inputs, checked. */
export type Inputs = ReturnType<typeof readInputs>;

/** Reads and checks every input. Throws one Failure that names each invalid input, its value, and what is allowed. */
export function readInputs() {
  const problems: string[] = [];
  const inputs = {
    allowedAccountIds: readAccountIds(problems),
    awsRegion: readRegion(problems),
    containerCli: readContainerCli(problems),
    credentialSource: readCredentialSource(problems),
    httpProxy: getInput('http-proxy'),
    isolateDockerConfig: readFlag('isolate-docker-config', { unset: false, invalid: true }),
    maskPassword: readFlag('mask-password', { unset: true, invalid: true }),
    maxAttempts: readMaxAttempts(problems),
    registries: readRegistries(problems),
    skipLogout: readFlag('skip-logout', { unset: false, invalid: false }),
  };
  problems.push(...(isJobHook() ? unknownSettings() : foreignInputs()));
  if (problems.length > 0) throw new Failure(problems.join('\n'));
  return inputs;
}

/** The variable of the runner that a job hook reads in place of an input. */
const variableOf = (name: string): string => `ECR_LOGIN_${name.toUpperCase().replaceAll('-', '_')}`;

function getInput(name: string): string {
  return isJobHook() ? (process.env[variableOf(name)]?.trim() ?? '') : core.getInput(name);
}

function problem(name: string, text: string): string {
  return `${isJobHook() ? `Variable ${variableOf(name)}` : `Input '${name}'`}: ${text}`;
}

function invalid(name: string, allowed: string): string {
  return problem(name, `invalid value '${log.singleLine(getInput(name))}'. Allowed: ${allowed}.`);
}

/**
 * Reads true or false, in any case. Any other value counts as the safe one, with a warning: an error would break workflows
 * that run today with aws-actions/amazon-ecr-login.
 */
function readFlag(name: string, value: { readonly unset: boolean; readonly invalid: boolean }): boolean {
  const text = getInput(name).toLowerCase();
  if (text === '') return value.unset;
  if (text === 'true' || text === 'false') return text === 'true';
  log.warning(`${invalid(name, "'true', 'false'")} Treating it as '${value.invalid}'.`);
  return value.invalid;
}

function readAccountIds(problems: string[]): readonly string[] {
  const ids = [...new Set(getInput('allowed-account-ids').split(/[\s,]+/))].filter((id) => id !== '');
  for (const id of ids) {
    const reason = accountIdProblem(id);
    if (reason !== undefined) {
      problems.push(problem('allowed-account-ids', `'${log.singleLine(id)}' ${reason}.`));
    }
  }
  return ids;
}

function readRegion(problems: string[]): string {
  const text = getInput('aws-region');
  if (text !== '' && !isRegionName(text))
    problems.push(invalid('aws-region', "a region, such as 'eu-west-1'"));
  return text;
}

function readContainerCli(problems: string[]): readonly ToolName[] {
  const tools = parseTools(getInput('container-cli'));
  problems.push(...tools.problems.map((reason) => problem('container-cli', `${reason}.`)));
  return tools.names;
}

function readCredentialSource(problems: string[]): CredentialSourceChoice {
  const text = getInput('credential-source').toLowerCase() || 'auto';
  const choice = CREDENTIAL_SOURCE_CHOICES.find((one) => one === text);
  if (choice === undefined) {
    problems.push(invalid('credential-source', `'${CREDENTIAL_SOURCE_CHOICES.join("', '")}'`));
  }
  return choice ?? 'auto';
}

/** More attempts would not end within the time limit of the step. */
const MOST_ATTEMPTS = 20;
const ALLOWED_ATTEMPTS = `a whole number from 1 to ${MOST_ATTEMPTS}`;

function readMaxAttempts(problems: string[]): Attempts {
  const text = getInput('max-attempts');
  if (text !== '' && (!/^\d{1,2}$/.test(text) || Number(text) < 1 || Number(text) > MOST_ATTEMPTS)) {
    problems.push(invalid('max-attempts', ALLOWED_ATTEMPTS));
  }
  const number = text === '' ? variableMaxAttempts(problems) : Number(text);
  return number === 0 ? DEFAULT_MAX_ATTEMPTS : { call: number, agent: number };
}

/** The variable is also meant for other programs, which allow more attempts. Like the SDK, 0 counts as not set. */
function variableMaxAttempts(problems: string[]): number {
  const text = process.env['AWS_MAX_ATTEMPTS']?.trim() ?? '0';
  if (!/^\d+$/.test(text)) {
    problems.push(
      `Variable AWS_MAX_ATTEMPTS: invalid value '${log.singleLine(text)}'. Allowed: ${ALLOWED_ATTEMPTS}.`,
    );
  }
  return Math.min(Number(text), MOST_ATTEMPTS);
}

function readRegistries(problems: string[]): readonly RegistryEntry[] {
  const text = getInput('registries');
  const type = getInput('registry-type').toLowerCase();
  if (!['', 'private', 'public'].includes(type))
    problems.push(invalid('registry-type', "'private', 'public'"));
  if (type === 'public') {
    if (text !== '') log.info("Input 'registries' is not used, since registry-type is 'public'.");
    return [{ kind: 'public', host: PUBLIC_HOST, dualStack: false }];
  }
  const registries = parseRegistries(text);
  problems.push(...registries.problems.map((reason) => problem('registries', `${reason}.`)));
  return registries.entries.length > 0 ? registries.entries : [{ kind: 'default' }];
}

const HOOK_SETTINGS =
  'allowed-account-ids aws-region container-cli credential-source http-proxy max-attempts registries registry-type skip-logout node on-failure'
    .split(' ')
    .map(variableOf);

/** A misspelled setting of a job hook would be ignored without a word. */
function unknownSettings(): readonly string[] {
  const names = Object.keys(process.env).filter((name) => name.startsWith('ECR_LOGIN_'));
  const unknown = names.filter((name) => !HOOK_SETTINGS.includes(name)).map((name) => log.singleLine(name));
  const problems = unknown.map((name) => `Variable ${name}: unknown setting of the job hook.`);
  const isKnown = /^(?:warn|fail)?$/i.test(getInput('on-failure'));
  return isKnown ? problems : [...problems, invalid('on-failure', "'warn', 'fail'")];
}

/**
 * A problem if inputs of docker/login-action are set. The runner only warns of them, and the step would log in to another
 * registry than `registry` says. Values are not shown: one of them is a password.
 */
function foreignInputs(): readonly string[] {
  const names = ['registry', 'registry-auth', 'username', 'password', 'logout', 'ecr', 'scope'];
  const set = names.filter((name) => getInput(name) !== '').map((name) => `'${name}'`);
  if (set.length === 0) return [];
  return [
    `Inputs of docker/login-action are not supported: ${set.join(', ')}. List the registries in 'registries'; leave user and password out; 'skip-logout' is the opposite of 'logout'.`,
  ];
}
