import { parseTools } from './container/choose-tools.ts';
import type { ToolName } from './container/tool.ts';
import { Failure } from './errors/failure.ts';
import { CREDENTIAL_SOURCE_CHOICES, type CredentialSourceChoice } from './identity/credential-order.ts';
import { getInput } from './packages/actions-core.ts';
import { PUBLIC_ENTRY, parseRegistries } from './registry/entry.ts';
import { isAccountId, type RegistryEntry } from './registry/host.ts';
import { accountIdProblem } from './registry/misspelling.ts';
import { isRegionName } from './registry/partition.ts';
import { ALLOWED_ATTEMPTS, parseMaxAttempts } from './retry/max-attempts.ts';
import * as log from './runner/log.ts';
import { singleLine } from './runner/safe-text.ts';

/** What the user asks for, read and checked. */
export type Inputs = {
  /** 12-digit account IDs; empty where every account is allowed. */
  readonly allowedAccountIds: readonly string[];
  /** A region name, or empty. */
  readonly awsRegion: string;
  /** The tools to log in, in the order given; none where the user leaves the choice to the action. */
  readonly containerCli: readonly ToolName[];
  readonly credentialSource: CredentialSourceChoice;
  readonly httpProxy: string;
  readonly isolateDockerConfig: boolean;
  readonly maskPassword: boolean;
  /** How often each call over the network is tried; undefined where the user names no number. */
  readonly maxAttempts: number | undefined;
  /** None stand for the default registry. */
  readonly registries: readonly RegistryEntry[];
  readonly skipLogout: boolean;
};

/**
 * Reads and checks every input.
 * Throws one Failure that names each input with an invalid value, the value, and what is allowed.
 */
export function readInputs(): Inputs {
  const problems: string[] = [...inputsOfDockerLogin()];
  const registries = readRegistries(readRegistryType(problems), problems);
  const awsRegion = readRegion(problems);
  const containerCli = readContainerCli(problems);
  const credentialSource = readCredentialSource(problems);
  const allowedAccountIds = readAccountIds(problems);
  const maxAttempts = readMaxAttempts(problems);
  if (problems.length > 0) {
    throw new Failure({ what: problems.join('\n') });
  }
  return {
    allowedAccountIds,
    awsRegion,
    containerCli,
    credentialSource,
    httpProxy: getInput('http-proxy'),
    isolateDockerConfig: readFlag('isolate-docker-config', {
      absent: false,
      unreadable: true,
      meaning: 'the job gets a docker configuration of its own',
    }),
    maskPassword: readFlag('mask-password', {
      absent: true,
      unreadable: true,
      meaning: 'the password is masked',
    }),
    maxAttempts,
    registries,
    skipLogout: readFlag('skip-logout', { absent: false, unreadable: false, meaning: 'post logs out' }),
  };
}

/** What replaces the inputs of docker/login-action here. */
const DOCKER_LOGIN_INPUTS = {
  registry: "use 'registries'",
  'registry-auth': "list the registries in 'registries'",
  username: 'leave it out: the login uses AWS credentials, from a step before this one or from the runner',
  password: 'leave it out: the login uses AWS credentials, from a step before this one or from the runner',
  logout: "use 'skip-logout', which means the opposite",
  ecr: 'leave it out: every registry of this action is one of Amazon ECR',
  scope: 'leave it out: a login to Amazon ECR is for all repositories of a registry',
} as const;

/**
 * Inputs of docker/login-action that are given to this action. The runner only warns of an input that an action does not
 * have; without an error, `registry` would be ignored and the step would log in to the default registry. Values are not
 * shown: one of them is a password.
 */
function inputsOfDockerLogin(): readonly string[] {
  return Object.entries(DOCKER_LOGIN_INPUTS)
    .filter(([name]) => getInput(name) !== '')
    .map(
      ([name, instead]) =>
        `Input '${name}' (variable INPUT_${name.toUpperCase()}) is one of docker/login-action, not of this action; ${instead}.`,
    );
}

function readRegistryType(problems: string[]): 'private' | 'public' {
  const text = getInput('registry-type').toLowerCase() || 'private';
  if (text === 'private' || text === 'public') return text;
  problems.push(`Input 'registry-type' is '${singleLine(text)}'; allowed are 'private' and 'public'.`);
  return 'private';
}

function readRegistries(type: 'private' | 'public', problems: string[]): readonly RegistryEntry[] {
  const text = getInput('registries');
  if (type === 'public') {
    if (text !== '') log.info("Input 'registries' is not used, since input 'registry-type' is 'public'");
    return [PUBLIC_ENTRY];
  }
  const parsed = parseRegistries(text);
  for (const problem of parsed.problems) problems.push(`Input 'registries': ${problem}.`);
  return parsed.entries;
}

function readRegion(problems: string[]): string {
  const text = getInput('aws-region');
  if (text !== '' && !isRegionName(text)) {
    problems.push(`Input 'aws-region' is '${singleLine(text)}'; a region is written as 'eu-west-1'.`);
  }
  return text;
}

function readCredentialSource(problems: string[]): CredentialSourceChoice {
  const text = getInput('credential-source') || 'auto';
  const choice = CREDENTIAL_SOURCE_CHOICES.find((one) => one === text.toLowerCase());
  if (choice === undefined) {
    const choices = `'${CREDENTIAL_SOURCE_CHOICES.join("', '")}'`;
    problems.push(`Input 'credential-source' is '${singleLine(text)}'; allowed are ${choices}.`);
  }
  return choice ?? 'auto';
}

function readMaxAttempts(problems: string[]): number | undefined {
  const text = getInput('max-attempts');
  const number = parseMaxAttempts(text);
  if (text !== '' && number === undefined) {
    problems.push(`Input 'max-attempts' is '${singleLine(text)}'; allowed is ${ALLOWED_ATTEMPTS}.`);
  }
  return number;
}

/** A list, separated by commas, spaces or line breaks. */
function readAccountIds(problems: string[]): readonly string[] {
  const ids = new Set(getInput('allowed-account-ids').split(/[\s,]+/));
  ids.delete('');
  for (const id of ids) {
    if (isAccountId(id)) continue;
    const problem = accountIdProblem(id) ?? 'is not a 12-digit account ID';
    problems.push(`Input 'allowed-account-ids': '${singleLine(id)}' ${problem}.`);
  }
  return [...ids];
}

function readContainerCli(problems: string[]): readonly ToolName[] {
  const parsed = parseTools(getInput('container-cli'));
  for (const problem of parsed.problems) problems.push(`Input 'container-cli': ${problem}.`);
  return parsed.names;
}

/**
 * Reads true or false, in any case. A value that is neither falls to the safe side, with a warning: stopping a job
 * over it would break workflows that run today with the action this one stands in for.
 */
function readFlag(name: string, rule: { absent: boolean; unreadable: boolean; meaning: string }): boolean {
  const text = getInput(name);
  if (text === '') return rule.absent;
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  log.warning(
    `Input '${name}' is '${singleLine(text)}'; allowed are 'true' and 'false'. As it is, ${rule.meaning}.`,
  );
  return rule.unreadable;
}
