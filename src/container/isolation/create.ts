import { randomBytes } from 'node:crypto';
import { copyFileSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, messageOf } from '../../errors/failure.ts';
import { type Environment, variable } from '../../runner/environment.ts';
import * as log from '../../runner/log.ts';
import { singleLine } from '../../runner/safe-text.ts';
import { type AuthFile, readAuthFile, replaceAuthFile } from '../auth-file.ts';
import { authFileLocation, containersSources, dockerDirectory } from '../auth-file-location.ts';
import { LOCK_NAME, withLock } from '../lock.ts';
import type { FileKind, Tool } from '../tool.ts';
import { authFileForJob, configForJob } from './config.ts';
import { isJobDirectory, jobDirectoryName } from './directory.ts';

// Input `isolate-docker-config`: a configuration of the job's own, in a directory below the runner's temporary one.

/** A variable that leads the job's steps to its own configuration, and what it was before. */
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

/** Each family's variable, and its file in the job's directory. */
const FILES: Readonly<Record<FileKind, { variable: string; file: string; names: 'directory' | 'file' }>> = {
  docker: { variable: 'DOCKER_CONFIG', file: 'config.json', names: 'directory' },
  containers: { variable: 'REGISTRY_AUTH_FILE', file: 'auth.json', names: 'file' },
  helm: { variable: 'HELM_REGISTRY_CONFIG', file: 'helm.json', names: 'file' },
};

/**
 * Makes the job's own configuration, or adds to the one that another step of the job has made. The tools use it once
 * the variables that it names are moved. The configuration in force is read, never written.
 * `onPlan` is told what will be made before it is, so that a step that is cancelled in between is cleaned up after.
 * Throws a Failure where the runner names no temporary directory, or the directory cannot be made.
 */
export function isolate(
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
  // Steps that run at the same time must agree on one directory.
  return withLock(temp, signal, async () => {
    try {
      const isolation = plan(temp, environment, purpose.tools);
      onPlan(isolation);
      if (isolation.isFirst) makeDirectory(isolation.directory, dockerDirectory(environment));
      await withLock(isolation.directory, signal, () =>
        prepareFiles(isolation.directory, environment, purpose),
      );
      return isolation;
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure(
        { what: `The job's own docker configuration could not be made: ${singleLine(messageOf(error))}` },
        { cause: error },
      );
    }
  });
}

function plan(temp: string, environment: Environment, tools: readonly Tool[]): Isolation {
  const existing = existingDirectory(temp);
  const directory = existing ?? join(temp, jobDirectoryName(randomBytes(16)));
  const moved = kindsOf(tools)
    .map((kind) => {
      const { variable: name, file, names } = FILES[kind];
      const value = names === 'directory' ? directory : join(directory, file);
      return { name, value, earlier: variable(environment, name) ?? '' };
    })
    .filter(({ value, earlier }) => value !== earlier);
  return { directory, isFirst: existing === undefined, moved };
}

/** docker's file is always there: what comes without a client (buildx, kaniko, crane) reads it. */
function kindsOf(tools: readonly Tool[]): readonly FileKind[] {
  return [...new Set<FileKind>(['docker', ...tools.map((tool) => tool.keepsIn)])];
}

/** The directory of this job, where a step has made one: nobody else can have made one that is ours and closed. */
function existingDirectory(temp: string): string | undefined {
  return readdirSync(temp)
    .filter(isJobDirectory)
    .map((name) => join(temp, name))
    .find((path) => {
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (!found?.isDirectory()) return false;
      return process.platform === 'win32' || (found.uid === process.getuid?.() && (found.mode & 0o077) === 0);
    });
}

/**
 * Makes the directory, for this user alone. All that stands beside `config.json` in the shared one (plugins, builders,
 * contexts, certificates) is reachable from it by links.
 */
function makeDirectory(directory: string, shared: string): void {
  mkdirSync(directory, { mode: 0o700 });
  for (const name of namesIn(shared)) {
    // Beside config.json itself, docker's drafts of it.
    if (name.startsWith('config.json') || name === LOCK_NAME) continue;
    link(join(shared, name), join(directory, name));
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    log.debug(`Nothing is taken over from ${directory}: ${messageOf(error)}`);
    return [];
  }
}

/** What leads nowhere, such as a link to itself, is left out: nobody could have used it in the shared one either. */
function link(target: string, path: string): void {
  let isDirectory: boolean;
  try {
    isDirectory = statSync(target, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    log.debug(`${target} is not taken over: ${messageOf(error)}`);
    return;
  }
  try {
    // A junction needs no privilege on Windows, unlike a symbolic link.
    symlinkSync(target, path, isDirectory ? 'junction' : 'file');
  } catch (error) {
    if (process.platform !== 'win32' || isDirectory) throw error;
    copyFileSync(target, path);
  }
}

function prepareFiles(directory: string, environment: Environment, { tools, hosts }: IsolationPurpose): void {
  for (const kind of kindsOf(tools)) {
    const file = join(directory, FILES[kind].file);
    const isThere = lstatSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
    const sources = isThere ? [file] : sourcesOf(kind, environment);
    const configs = sources.map(configIn);
    const ofKind = tools.filter((tool) => tool.keepsIn === kind);
    const config =
      kind === 'containers' ? authFileForJob(configs, hosts) : configForJob(configs[0] ?? {}, hosts, ofKind);
    replaceAuthFile(file, config);
  }
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
