import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, hasCode, messageOf } from '../../errors/failure.ts';
import { type Environment, variable } from '../../runner/environment.ts';
import * as log from '../../runner/log.ts';
import { singleLine } from '../../runner/safe-text.ts';
import { type AuthFile, readAuthFile } from '../auth-file.ts';
import { authFileLocation, containersSources, dockerDirectory } from '../auth-file-location.ts';
import { withLock } from '../lock.ts';
import type { FileKind, Tool } from '../tool.ts';
import { replaceAuthFile } from '../write-auth-file.ts';
import { authFileForJob, configForJob } from './config.ts';
import { JOB_FILES, jobDirectories } from './directory.ts';
import { linkShared } from './link-shared.ts';

// Input `isolate-docker-config`: a configuration of the job's own, in a directory below the runner's temporary one.

/** A variable that leads the job's steps to its own configuration, and its earlier value; empty if it was not set. */
export type MovedVariable = { readonly name: string; readonly value: string; readonly earlier: string };

/** A configuration of the job's own, as post has to know it. */
export type Isolation = {
  readonly directory: string;
  /** Whether this step is the first of the job that uses it: then its post removes it. */
  readonly isFirst: boolean;
  readonly moved: readonly MovedVariable[];
};

/** What the configuration is for. */
export type IsolationPurpose = {
  readonly tools: readonly Tool[];
  /** The registries that are about to be logged in to. */
  readonly hosts: readonly string[];
};

/**
 * Creates the job's own configuration, or adds to the one that another step of the job has created. The tools use it
 * once the variables that it names are moved. The configuration in force is read, never written.
 * Throws a Failure if the runner names no temporary directory, or the directory cannot be created.
 *
 * @param onPlan is told what is about to be created, so that a step that is cancelled then is cleaned up after; called
 * again if another step was faster
 */
export async function isolate(
  environment: Environment,
  purpose: IsolationPurpose,
  signal: AbortSignal,
  onPlan: (isolation: Isolation) => void,
): Promise<Isolation> {
  const temp = variable(environment, 'RUNNER_TEMP');
  if (temp === undefined) {
    throw new Failure({
      what: "Input 'isolate-docker-config' needs the runner's temporary directory, and RUNNER_TEMP is not set.",
    });
  }
  try {
    const isolation = claimDirectory(temp, environment, purpose.tools, onPlan);
    const { directory } = isolation;
    // Steps that run at the same time share the directory.
    await withLock(directory, signal, () => fill(directory, environment, purpose, signal));
    return isolation;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      { what: `The job's own docker configuration could not be created: ${singleLine(messageOf(error))}` },
      { cause: error },
    );
  }
}

/** Creates the directory of the job, or finds the one that another of its steps has created. */
function claimDirectory(
  temp: string,
  environment: Environment,
  tools: readonly Tool[],
  onPlan: (isolation: Isolation) => void,
): Isolation {
  for (const directory of jobDirectories(temp, environment)) {
    const moved = variablesToMove(directory, environment, tools);
    const first = { directory, isFirst: true, moved };
    if (!exists(directory)) {
      onPlan(first);
      if (makeDirectory(directory)) return first;
    }
    if (isOurs(directory)) {
      const later = { ...first, isFirst: false };
      onPlan(later);
      return later;
    }
    log.debug(`${directory} was not created by a step of this job; another name is used.`);
  }
  throw new Error(`all names for it in ${temp} are taken`);
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Creates a directory for this user alone; returns false if another process was faster. */
function makeDirectory(directory: string): boolean {
  try {
    mkdirSync(directory, { mode: 0o700 });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Whether it is a directory that this user has created and nobody else can use. Windows has no such modes. */
function isOurs(directory: string): boolean {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return false;
  return process.platform === 'win32' || (found.uid === process.getuid?.() && (found.mode & 0o077) === 0);
}

/** Each family's variable, and its value for a directory. */
const VARIABLES: Readonly<Record<FileKind, (directory: string) => readonly [name: string, value: string]>> = {
  docker: (directory) => ['DOCKER_CONFIG', directory],
  containers: (directory) => ['REGISTRY_AUTH_FILE', join(directory, JOB_FILES.containers)],
  helm: (directory) => ['HELM_REGISTRY_CONFIG', join(directory, JOB_FILES.helm)],
};

function variablesToMove(
  directory: string,
  environment: Environment,
  tools: readonly Tool[],
): readonly MovedVariable[] {
  return kindsOf(tools, environment)
    .map((kind) => {
      const [name, value] = VARIABLES[kind](directory);
      return { name, value, earlier: variable(environment, name) ?? '' };
    })
    .filter(({ value, earlier }) => value !== earlier);
}

/**
 * docker's file is always there: builders without a client (buildx, kaniko, crane) read it. A `docker` that is podman
 * keeps its logins where REGISTRY_AUTH_FILE says, if that is set.
 */
function kindsOf(tools: readonly Tool[], environment: Environment): readonly FileKind[] {
  const mayBePodman =
    tools.some(({ name }) => name === 'docker') && variable(environment, 'REGISTRY_AUTH_FILE') !== undefined;
  const kinds = tools.map((tool) => tool.keepsIn);
  return [...new Set<FileKind>(['docker', ...kinds, ...(mayBePodman ? (['containers'] as const) : [])])];
}

async function fill(
  directory: string,
  environment: Environment,
  { tools, hosts }: IsolationPurpose,
  signal: AbortSignal,
): Promise<void> {
  // A step that was killed while it created the directory may have left it half full.
  if (!isFile(join(directory, JOB_FILES.docker))) linkShared(dockerDirectory(environment), directory);
  for (const kind of kindsOf(tools, environment)) {
    const file = join(directory, JOB_FILES[kind]);
    const sources = isFile(file) ? [file] : sourcesOf(kind, environment);
    const configs = sources.map(configIn);
    const ofKind = tools.filter((tool) => tool.keepsIn === kind);
    const config =
      kind === 'containers' ? authFileForJob(configs, hosts) : configForJob(configs[0] ?? {}, hosts, ofKind);
    // Not through a link that somebody has planted.
    await replaceAuthFile(file, config, { signal });
  }
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The files that a family's file starts from. */
function sourcesOf(kind: FileKind, environment: Environment): readonly string[] {
  if (kind === 'containers') return containersSources(environment);
  const { file } = authFileLocation(kind, environment);
  return file === undefined ? [] : [file];
}

/** What a file of the configuration in force holds; one that cannot be read is left out, as docker does. */
function configIn(file: string): AuthFile {
  try {
    return readAuthFile(file);
  } catch (error) {
    log.warning(
      `${file} cannot be read (${singleLine(messageOf(error))}); the job's own configuration starts without it.`,
    );
    return {};
  }
}
