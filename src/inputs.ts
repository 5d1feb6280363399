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

/** Where the inputs come from. */
export type InputSource = {
  /** Returns the value of an input; empty if it is not set. */
  readonly get: (name: string) => string;
  /** How a message names an input. */
  readonly title: (name: string) => string;
};

/** The inputs of the step. */
export const ACTION_INPUTS: InputSource = { get: getInput, title: (name) => `Input '${name}'` };

/** The values of all inputs, checked. */
export type Inputs = {
  /** 12-digit account IDs; empty where every account is allowed. */
  readonly allowedAccountIds: readonly string[];
  /** A region name, or empty. */
  readonly awsRegion: string;
  /** The tools to log in, in the order given; empty where the action chooses one. */
  readonly containerCli: readonly ToolName[];
  readonly credentialSource: CredentialSourceChoice;
  readonly httpProxy: string;
  readonly isolateDockerConfig: boolean;
  readonly maskPassword: boolean;
  /** The most attempts of each call over the network; undefined where the input is not set. */
  readonly maxAttempts: number | undefined;
  /** Empty for the default registry. */
  readonly registries: readonly RegistryEntry[];
  readonly skipLogout: boolean;
};

/**
 * Reads and checks every input.
 * Throws one Failure that names each input with an invalid value, the value, and what is allowed.
 */
export function readInputs(source: InputSource): Inputs {
  const reader = new InputReader(source);
  refuseForeignInputs(reader);
  const inputs = {
    registries: readRegistries(reader),
    allowedAccountIds: readAccountIds(reader),
    awsRegion: readRegion(reader),
    containerCli: readContainerCli(reader),
    credentialSource: readCredentialSource(reader),
    httpProxy: reader.text('http-proxy'),
    isolateDockerConfig: reader.flag('isolate-docker-config', {
      unset: false,
      invalid: true,
      effect: 'the job gets a docker configuration of its own',
    }),
    maskPassword: reader.flag('mask-password', {
      unset: true,
      invalid: true,
      effect: 'the password is masked',
    }),
    maxAttempts: readMaxAttempts(reader),
    skipLogout: reader.flag('skip-logout', {
      unset: false,
      invalid: false,
      effect: 'the post step logs out',
    }),
  };
  reader.throwProblems();
  return inputs;
}

/** Reads the texts of inputs, and collects what is wrong with them. */
class InputReader {
  readonly #source: InputSource;
  readonly #problems: string[] = [];

  constructor(source: InputSource) {
    this.#source = source;
  }

  text(name: string): string {
    return this.#source.get(name);
  }

  addProblem(name: string, problem: string): void {
    this.#problems.push(`${this.#source.title(name)}: ${problem}.`);
  }

  /** A value that is none of those that are allowed. */
  addInvalid(name: string, allowed: string): void {
    this.addProblem(name, `invalid value '${singleLine(this.text(name))}'. Allowed: ${allowed}`);
  }

  /**
   * Reads true or false, in any case. Any other value counts as the safe one, with a warning: an error would break
   * workflows that run today with the action that this one replaces.
   */
  flag(name: string, rule: { unset: boolean; invalid: boolean; effect: string }): boolean {
    const text = this.text(name);
    if (text === '') return rule.unset;
    if (/^true$/i.test(text)) return true;
    if (/^false$/i.test(text)) return false;
    const title = this.#source.title(name);
    log.warning(
      `${title}: invalid value '${singleLine(text)}'. Allowed: 'true', 'false'. As it is, ${rule.effect}.`,
    );
    return rule.invalid;
  }

  log(name: string, note: string): void {
    log.info(`${this.#source.title(name)}: ${note}`);
  }

  throwProblems(): void {
    if (this.#problems.length > 0) throw new Failure({ what: this.#problems.join('\n') });
  }
}

/** What replaces the inputs of docker/login-action here. */
const FOREIGN_INPUTS = {
  registry: "use 'registries'",
  'registry-auth': "list the registries in 'registries'",
  username: 'leave it out: the login uses AWS credentials, from a step before this one or from the runner',
  password: 'leave it out: the login uses AWS credentials, from a step before this one or from the runner',
  logout: "use 'skip-logout', which means the opposite",
  ecr: 'leave it out: every registry of this action is one of Amazon ECR',
  scope: 'leave it out: a login to Amazon ECR is for all repositories of a registry',
} as const;

/**
 * Refuses inputs of docker/login-action. The runner only warns of an input that an action does not have; without an
 * error, `registry` would be ignored and the step would log in to the default registry. Values are not shown: one of
 * them is a password.
 */
function refuseForeignInputs(reader: InputReader): void {
  for (const [name, instead] of Object.entries(FOREIGN_INPUTS)) {
    if (reader.text(name) === '') continue;
    reader.addProblem(name, `an input of docker/login-action, not of this action; ${instead}`);
  }
}

/** Reads input `registry-type`. */
function isPublic(reader: InputReader): boolean {
  const text = reader.text('registry-type').toLowerCase();
  if (!['', 'private', 'public'].includes(text)) reader.addInvalid('registry-type', "'private', 'public'");
  return text === 'public';
}

function readRegistries(reader: InputReader): readonly RegistryEntry[] {
  const text = reader.text('registries');
  if (isPublic(reader)) {
    if (text !== '') reader.log('registries', "not used, since registry-type is 'public'");
    return [PUBLIC_ENTRY];
  }
  const { entries, problems } = parseRegistries(text);
  for (const problem of problems) reader.addProblem('registries', problem);
  return entries;
}

function readRegion(reader: InputReader): string {
  const text = reader.text('aws-region');
  if (text !== '' && !isRegionName(text)) reader.addInvalid('aws-region', "a region, such as 'eu-west-1'");
  return text;
}

function readCredentialSource(reader: InputReader): CredentialSourceChoice {
  const text = reader.text('credential-source').toLowerCase() || 'auto';
  const choice = CREDENTIAL_SOURCE_CHOICES.find((one) => one === text);
  if (choice === undefined) {
    reader.addInvalid('credential-source', `'${CREDENTIAL_SOURCE_CHOICES.join("', '")}'`);
  }
  // Stryker disable next-line StringLiteral: after a problem, the inputs are not used
  return choice ?? 'auto';
}

function readMaxAttempts(reader: InputReader): number | undefined {
  const text = reader.text('max-attempts');
  const number = parseMaxAttempts(text);
  if (text !== '' && number === undefined) reader.addInvalid('max-attempts', ALLOWED_ATTEMPTS);
  return number;
}

/** Reads a list that is separated by commas, spaces or newlines. */
function readAccountIds(reader: InputReader): readonly string[] {
  const ids = new Set(reader.text('allowed-account-ids').split(/[\s,]/));
  ids.delete('');
  for (const id of ids) {
    if (isAccountId(id)) continue;
    const problem = accountIdProblem(id) ?? 'is not a 12-digit account ID';
    reader.addProblem('allowed-account-ids', `'${singleLine(id)}' ${problem}`);
  }
  return [...ids];
}

function readContainerCli(reader: InputReader): readonly ToolName[] {
  const { names, problems } = parseTools(reader.text('container-cli'));
  for (const problem of problems) reader.addProblem('container-cli', problem);
  return names;
}
