import * as fs from 'node:fs';
import { join } from 'node:path';
import * as core from '@actions/core';
import { Failure, messageOf } from '../errors/failure.ts';
import { makeDirectory } from '../files/file-system.ts';
import * as log from '../runner/log.ts';
import { readAuthFile, writeAuthFile } from './auth-file.ts';
import { authFilePath, dockerDirectory } from './auth-file-path.ts';
import { withoutHelpers } from './helper-free-config.ts';
import type { FileKind, KnownClient } from './known-clients.ts';
import { LOCK_NAME, withLock } from './lock.ts';

// Input `isolate-docker-config`: a docker configuration of the job's own. The configuration that
// was in force before is read, never written.

/** A docker configuration of the job's own. */
export type Isolation = {
  directory: string;
  /** Whether this step created it. Then its post removes it. */
  createdHere: boolean;
  /**
   * The variables that lead the job to it, and their earlier values; empty if they were not set.
   */
  moved: { name: string; value: string; earlier: string }[];
};

/** The runner empties its temporary directory before each job, so this name belongs to one job. */
const DIRECTORY = 'ecr-pod-identity-login';

/** The file of each kind in the directory, and the variable that leads its clients there. */
const FILES = {
  docker: { name: 'config.json', variable: 'DOCKER_CONFIG' },
  containers: { name: 'auth.json', variable: 'REGISTRY_AUTH_FILE' },
  helm: { name: 'helm.json', variable: 'HELM_REGISTRY_CONFIG' },
};

/**
 * Creates the job's own configuration, or adds to the one that another step of the job has created.
 * The caller must export the variables in `moved`; until then no client uses the configuration.
 * Throws a Failure if it cannot be created.
 *
 * @param hosts the registries that are about to be logged in to
 * @param onPlan is told what is about to be created, and again, with `createdHere` false, if
 * another step has already created it
 */
export async function isolate(
  clients: KnownClient[],
  hosts: string[],
  signal: AbortSignal,
  onPlan: (isolation: Isolation) => void,
) {
  // Docker's file is always there: builders such as buildctl read it, and are no clients of this
  // step.
  const used = clients.map(({ fileKind }) => fileKind);
  const kinds = [...new Set<FileKind>(['docker', ...used])];

  try {
    const isolation = claimDirectory(kinds, onPlan);
    const { directory } = isolation;

    await withLock(join(directory, FILES.docker.name), signal, async () => {
      for (const kind of kinds) {
        const readers = clients.filter(({ fileKind }) => fileKind === kind);
        fill(directory, kind, readers, hosts);
      }
    });
    return isolation;
  } catch (error) {
    signal.throwIfAborted();
    throw new Failure(
      `The job's own docker configuration could not be created: ${messageOf(error)}`,
    );
  }
}

/**
 * Creates the directory of the job, or finds the one that another of its steps has created.
 * Throws a Failure if something else has that name.
 */
function claimDirectory(kinds: FileKind[], onPlan: (isolation: Isolation) => void) {
  const temp = process.env['RUNNER_TEMP'];
  if (temp === undefined) throw new Failure('RUNNER_TEMP is not set');

  const directory = join(temp, DIRECTORY);
  const moved = variablesToMove(directory, kinds);
  const common = { directory, moved };

  // Saved before the directory exists, so that post removes it if the step is killed in between.
  const ours = { ...common, createdHere: true };
  onPlan(ours);
  if (makeDirectory(directory)) return ours;

  // Another step of the job has created the directory, and its post removes it.
  const shared = { ...common, createdHere: false };
  onPlan(shared);
  if (!isPrivateDirectory(directory)) {
    throw new Failure(`${directory} is no directory of this user alone`);
  }
  return shared;
}

/** Whether nobody else can use a directory. Windows has no modes that say so. */
function isPrivateDirectory(path: string) {
  const found = fs.lstatSync(path);
  const isPrivate = found.uid === process.getuid?.() && (found.mode & 0o077) === 0;

  return found.isDirectory() && (isPrivate || process.platform === 'win32');
}

function variablesToMove(directory: string, kinds: FileKind[]) {
  const variables = kinds.map((kind) => {
    const { name, variable } = FILES[kind];

    return {
      name: variable,
      value: kind === 'docker' ? directory : join(directory, name),
      earlier: process.env[variable] ?? '',
    };
  });

  return variables.filter(({ value, earlier }) => value !== earlier);
}

/** Writes the file of a kind, from the one that is in force for its clients. */
function fill(directory: string, kind: FileKind, clients: KnownClient[], hosts: string[]) {
  const file = join(directory, FILES[kind].name);
  if (kind === 'docker' && !fs.existsSync(file)) {
    tryTo(dockerDirectory(process.env), (shared) => linkShared(shared, directory));
  }

  const sources = [
    file,
    authFilePath(kind, process.env),
    // podman and helm read docker's file if there is none of their own.
    authFilePath('docker', process.env),
  ];
  const source = sources.find((path) => path !== undefined && fs.existsSync(path));
  const config = source === undefined ? {} : (tryTo(source, readAuthFile) ?? {});

  writeAuthFile(file, withoutHelpers(config, hosts, clients));
}

/**
 * Links what is beside `config.json`: plugins, builders, contexts, certificates. Throws one Failure
 * for all that it cannot.
 */
function linkShared(shared: string, directory: string) {
  if (!fs.existsSync(shared)) return;

  const notLinked = [...Object.values(FILES).map(({ name }) => name), LOCK_NAME];
  const problems: string[] = [];
  for (const name of fs.readdirSync(shared)) {
    // The name of a draft starts with that of the file.
    if (notLinked.some((start) => name.startsWith(start))) continue;

    try {
      const target = join(shared, name);

      // On Windows a junction, which only a directory can have, needs no privilege.
      const type = fs.statSync(target).isDirectory() ? 'junction' : 'file';
      fs.symlinkSync(target, join(directory, name), type);
    } catch (error) {
      problems.push(messageOf(error));
    }
  }

  if (problems.length > 0) {
    throw new Failure(`not linked: ${problems.length}. The first: ${problems[0]}`);
  }
}

/** What cannot be read or linked is left out. */
function tryTo<Result>(source: string, use: (source: string) => Result) {
  try {
    return use(source);
  } catch (error) {
    log.warning(
      `Could not copy ${source} to the docker configuration of this job: ${messageOf(error)}`,
    );
    return undefined;
  }
}

/**
 * Removes the job's own configuration, and nothing else, whatever the saved state says. Returns the
 * reason if it fails.
 */
export function removeIsolation({ directory }: Isolation) {
  const expected = join(process.env['RUNNER_TEMP'] ?? '', DIRECTORY);
  if (directory !== expected) return 'unexpected path';

  try {
    const found = fs.lstatSync(directory, { throwIfNoEntry: false });
    if (found?.isDirectory() === false) return 'it is not a directory';

    // Of a link inside the directory, the link itself is removed, not what it leads to.
    fs.rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Has the steps that follow use the job's own docker configuration. */
export function exportVariables(moved: Isolation['moved']) {
  for (const { name, value } of moved) core.exportVariable(name, value);
}

/**
 * Gives the variables their earlier values back, unless the job has set them to something else
 * since.
 */
export function restoreVariables(moved: Isolation['moved']) {
  for (const { name, value, earlier } of moved) {
    const current = process.env[name];
    const isUnchanged = current === undefined || current === value;

    if (isUnchanged) core.exportVariable(name, earlier);
  }
}
