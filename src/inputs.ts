import * as core from '@actions/core';
import { CREDENTIAL_SOURCE_CHOICES, type CredentialSourceChoice } from './aws/credential-choice.ts';
import {
  accountIdProblem,
  isRegionName,
  type List,
  PUBLIC_HOST,
  parseRegistries,
  type RegistryEntry,
} from './aws/registries.ts';
import { parseTools } from './clients/tools.ts';
import { Failure, throwAll } from './errors/failure.ts';
import { HOOK_SETTINGS, isJobHook, variableOf } from './job-hook.ts';
import * as log from './log.ts';

/** How many attempts are made, the first one included. The agent retries by itself, too. */
type Attempts = { readonly call: number; readonly agent: number };
export const DEFAULT_MAX_ATTEMPTS: Attempts = { call: 8, agent: 5 };

/** The values of all inputs, checked. */
export type Inputs = ReturnType<typeof readInputs>;

/** Reads and checks every input. Throws a Failure for each invalid one, with its name, its value, and what is allowed. */
export function readInputs() {
  const problems: string[] = [];
  const inputs = {
    allowedAccountIds: readList('allowed-account-ids', parseAccountIds, problems),
    awsRegion: readRegion(problems),
    containerCli: readList('container-cli', parseTools, problems),
    credentialSource: readCredentialSource(problems),
    httpProxy: getInput('http-proxy'),
    isolateDockerConfig: readFlag('isolate-docker-config', { unset: false, invalid: true }),
    maskPassword: readFlag('mask-password', { unset: true, invalid: true }),
    maxAttempts: readMaxAttempts(problems),
    registries: readRegistries(problems),
    skipLogout: readFlag('skip-logout', { unset: false, invalid: false }),
  };
  problems.push(...(isJobHook() ? unknownSettings() : foreignInputs()));
  throwAll(problems.map((text) => new Failure(text)));
  return inputs;
}

function getInput(name: string): string {
  return isJobHook() ? (process.env[variableOf(name)]?.trim() ?? '') : core.getInput(name);
}

const problem = (name: string, text: string): string => `Input '${name}': ${text}`;

function invalid(name: string, allowed: string): string {
  return problem(name, `invalid value '${log.singleLine(getInput(name))}'. Allowed: ${allowed}.`);
}

/**
 * Reads true or false, in any case. Any other value counts as the safe one, with a warning: an error would break workflows
 * that run today with aws-actions/amazon-ecr-login.
 */
function readFlag(
  name: string,
  value: { readonly unset: boolean; readonly invalid: boolean },
): boolean {
  const text = getInput(name).toLowerCase();
  if (text === '') return value.unset;
  if (text === 'true' || text === 'false') return text === 'true';
  log.warning(`${invalid(name, "'true', 'false'")} Treating it as '${value.invalid}'.`);
  return value.invalid;
}

const SET_IT = 'Set the variable or secret that it is made from';

/** Reads a list. One that names nothing was meant to: a variable of the workflow is not set. */
function readList<Entry>(name: string, parse: (text: string) => List<Entry>, problems: string[]) {
  const text = getInput(name);
  const list = parse(text);
  problems.push(...list.problems.map((reason) => problem(name, `${reason}.`)));
  if (text !== '' && list.entries.length + list.problems.length === 0) {
    problems.push(
      problem(name, `'${log.singleLine(text)}' names nothing. ${SET_IT}, or leave it out.`),
    );
  }
  return list.entries;
}

function parseAccountIds(text: string): List<string> {
  const entries = [...new Set(text.split(/[\s,]+/))].filter((id) => id !== '');
  const problems = entries.flatMap((id) => {
    const reason = accountIdProblem(id);
    return reason === undefined ? [] : `'${log.singleLine(id)}' ${reason}`;
  });
  return { entries, problems };
}

function readRegion(problems: string[]): string {
  const text = getInput('aws-region');
  if (text !== '' && !isRegionName(text))
    problems.push(invalid('aws-region', "a region, such as 'eu-west-1'"));
  return text;
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
function readMaxAttempts(problems: string[]): Attempts {
  const text = getInput('max-attempts');
  if (
    text !== '' &&
    (!/^\d{1,2}$/.test(text) || Number(text) < 1 || Number(text) > MOST_ATTEMPTS)
  ) {
    problems.push(invalid('max-attempts', `a whole number from 1 to ${MOST_ATTEMPTS}`));
  }
  const number = text === '' ? variableMaxAttempts() : Number(text);
  return number === 0 ? DEFAULT_MAX_ATTEMPTS : { call: number, agent: number };
}

/** Not an input: it is also meant for other programs, which allow more attempts. Like the SDK, 0 counts as not set. */
function variableMaxAttempts(): number {
  const text = process.env['AWS_MAX_ATTEMPTS']?.trim() ?? '0';
  if (/^\d+$/.test(text)) return Math.min(Number(text), MOST_ATTEMPTS);
  log.warning(
    `AWS_MAX_ATTEMPTS is '${log.singleLine(text)}', which is not a number. It is ignored.`,
  );
  return 0;
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
  const entries = readList('registries', parseRegistries, problems);
  if (entries.length === 0) return [{ kind: 'default' }];
  for (const part of emptyParts(text)) {
    log.warning(problem('registries', `part ${part}, counted by commas, is empty. ${SET_IT}.`));
  }
  return entries;
}

/** The empty parts between commas, counted from 1. A list of several lines can end with a comma. */
function emptyParts(text: string): readonly number[] {
  const parts = text.split(',').map((part) => part.trim());
  const last = /[\r\n]/.test(text) ? parts.length - 1 : parts.length;
  return parts.slice(0, last).flatMap((part, index) => (part === '' ? [index + 1] : []));
}

/** A misspelled setting of a job hook would be ignored without a word. */
function unknownSettings(): readonly string[] {
  // ECR_LOGIN_NODE is read by the script.
  const known = [...HOOK_SETTINGS, 'node'].map(variableOf);
  const names = Object.keys(process.env).filter(
    (name) => /^ECR_LOGIN_/.test(name) && !known.includes(name),
  );
  const problems = names.map(
    (name) => `Variable ${log.singleLine(name)}: unknown setting of the job hook.`,
  );
  const isKnown = /^(?:warn|fail)?$/i.test(getInput('on-failure'));
  return isKnown ? problems : [...problems, invalid('on-failure', "'warn', 'fail'")];
}

/**
 * A problem if inputs of docker/login-action name a user, of whatever registry; a warning for its other inputs. Values are
 * not shown: one of them is a password.
 */
function foreignInputs(): readonly string[] {
  const given = (...names: readonly string[]): string =>
    names.flatMap((name) => (getInput(name) === '' ? [] : `'${name}'`)).join(', ');
  const ignored = given('registry', 'logout', 'ecr', 'scope');
  if (ignored !== '') {
    log.warning(
      `Inputs of docker/login-action are ignored: ${ignored}. List the registries in 'registries'; 'skip-logout' is the opposite of 'logout'.`,
    );
  }
  const refused = given('username', 'password', 'registry-auth');
  if (refused === '') return [];
  return [
    `Inputs of docker/login-action are not supported: ${refused}. Leave user and password out, and list the registries in 'registries'.`,
  ];
}
