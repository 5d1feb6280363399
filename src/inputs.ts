import * as core from '@actions/core';
import { CREDENTIAL_SOURCE_CHOICES } from './aws/credential-choice.ts';
import {
  accountIdProblem,
  isRegionName,
  type List,
  PUBLIC_HOST,
  parseRegistries,
  type RegistryEntry,
} from './aws/registries.ts';
import { parseClients } from './clients/client-choice.ts';
import { Failure, throwAll } from './errors/failure.ts';
import { HOOK_SETTINGS, isJobHook, nameSettings, variableOf } from './runner/job-hook.ts';
import * as log from './runner/log.ts';

/** How many attempts are made, the first one included. The agent retries by itself, too. */
const DEFAULT_MAX_ATTEMPTS = { call: 8, agent: 5 };

/** The values of all inputs, checked. */
export type Inputs = ReturnType<typeof readInputs>;

/**
 * Reads and checks every input. Throws a Failure for each invalid one, with its name, its value,
 * and what is allowed.
 */
export function readInputs() {
  const problems: string[] = [];
  const inputs = {
    allowedAccountIds: readList('allowed-account-ids', parseAccountIds, problems),
    awsRegion: readRegion(problems),
    containerCli: readList('container-cli', parseClients, problems),
    credentialSource: readChoice('credential-source', CREDENTIAL_SOURCE_CHOICES, problems),
    httpProxy: getInput('http-proxy'),
    isolateDockerConfig: readFlag('isolate-docker-config', { unset: false, invalid: true }),
    maskPassword: readFlag('mask-password', { unset: true, invalid: true }),
    maxAttempts: readMaxAttempts(problems),
    registries: readRegistries(problems),
    skipLogout: readFlag('skip-logout', { unset: false, invalid: false }),
  };

  if (isJobHook()) {
    problems.push(...unknownSettings());
    // It is the script of the hook that uses it.
    readChoice('on-failure', ['warn', 'fail'], problems);
  }
  throwAll(problems.map((text) => new Failure(text)));

  return inputs;
}

function getInput(name: string) {
  return isJobHook() ? (process.env[variableOf(name)]?.trim() ?? '') : core.getInput(name);
}

function problem(name: string, text: string) {
  return `${nameSettings(`Input '${name}'`)}: ${text}`;
}

function invalid(name: string, allowed: string) {
  return problem(name, `invalid value '${getInput(name)}'. Allowed: ${allowed}.`);
}

/**
 * Reads true or false, in any case. Any other value counts as the safe one, with a warning: an
 * error would break workflows that run today with aws-actions/amazon-ecr-login.
 */
function readFlag(name: string, defaults: { unset: boolean; invalid: boolean }) {
  const text = getInput(name).toLowerCase();
  if (text === '') return defaults.unset;
  if (text === 'true' || text === 'false') return text === 'true';

  log.warning(`${invalid(name, "'true', 'false'")} Treating it as '${defaults.invalid}'.`);
  return defaults.invalid;
}

/** Reads a list. One that names nothing was meant to: a variable of the workflow is not set. */
function readList<Entry>(name: string, parse: (text: string) => List<Entry>, problems: string[]) {
  const text = getInput(name);
  const list = parse(text);
  problems.push(...list.problems.map((reason) => problem(name, `${reason}.`)));

  const isEmpty = list.entries.length === 0 && list.problems.length === 0;
  if (isEmpty && text !== '') {
    const remedy = 'Set the variable or secret that it is made from, or leave it out.';
    problems.push(problem(name, `'${text}' names nothing. ${remedy}`));
  }

  return list.entries;
}

function parseAccountIds(text: string) {
  const entries = [...new Set(text.match(/[^\s,]+/g))];

  const problems = entries.flatMap((id) => {
    const reason = accountIdProblem(id);
    return reason === undefined ? [] : `'${id}' ${reason}`;
  });
  return { entries, problems };
}

function readRegion(problems: string[]) {
  const text = getInput('aws-region');

  if (text !== '' && !isRegionName(text)) {
    problems.push(invalid('aws-region', "a region, such as 'eu-west-1'"));
  }
  return text;
}

/** Reads one of several words, in any case. The first one is the default. */
function readChoice<Choice extends string>(
  name: string,
  choices: readonly [Choice, ...Choice[]],
  problems: string[],
) {
  const text = getInput(name).toLowerCase();
  const choice = choices.find((one) => one === text);

  if (choice === undefined && text !== '') {
    problems.push(invalid(name, `'${choices.join("', '")}'`));
  }
  return choice ?? choices[0];
}

/** More attempts would not end within the time limit of the step. */
const MOST_ATTEMPTS = 20;

function readMaxAttempts(problems: string[]) {
  const text = getInput('max-attempts');

  const isValid = /^(?!0+$)\d*$/.test(text) && Number(text) <= MOST_ATTEMPTS;
  if (!isValid) {
    problems.push(invalid('max-attempts', `a whole number from 1 to ${MOST_ATTEMPTS}`));
  }

  const number = Number(text) || variableMaxAttempts();
  return number === 0 ? DEFAULT_MAX_ATTEMPTS : { call: number, agent: number };
}

/**
 * Not an input: it is also meant for other programs, which allow more attempts. 0 counts as not
 * set, as for the SDK. So does what is not a number.
 */
function variableMaxAttempts() {
  const text = process.env['AWS_MAX_ATTEMPTS']?.trim() ?? '';

  return /^\d+$/.test(text) ? Math.min(Number(text), MOST_ATTEMPTS) : 0;
}

function readRegistries(problems: string[]): RegistryEntry[] {
  const type = readChoice('registry-type', ['private', 'public'], problems);
  // As for aws-actions/amazon-ecr-login, `registries` is not read then.
  if (type === 'public') return parseRegistries(PUBLIC_HOST).entries;

  const entries = readList('registries', parseRegistries, problems);
  return entries.length === 0 ? [{ kind: 'default' }] : entries;
}

/** A misspelled setting of a job hook would be ignored without a word. */
function unknownSettings() {
  // ECR_LOGIN_NODE is read by the script.
  const known = [...HOOK_SETTINGS, 'node'].map(variableOf);
  const given = Object.keys(process.env).filter((name) => name.startsWith('ECR_LOGIN_'));

  return given
    .filter((name) => !known.includes(name))
    .map((name) => `Variable ${name}: unknown setting of the job hook.`);
}
