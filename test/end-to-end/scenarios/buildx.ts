import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Scenario } from '../../harness/namespace.ts';
import type { NamespaceWorld } from '../../harness/namespace-world.ts';
import { findProgram } from '../../harness/tools.ts';

/** Why buildx could not read the image, by when it tried; empty where it could. */
export interface BuildxReads {
  afterMain: string;
  afterPost: string;
  inTheJob: string;
  besideTheJob: string;
}

const NO_ENGINE = 'unix:///nowhere/docker.sock';

/** Reads an image of the registry with buildx, which needs no engine for that. */
async function readWithBuildx(
  world: NamespaceWorld,
  host: string,
  env: Record<string, string>,
): Promise<string> {
  const words = ['buildx', 'imagetools', 'inspect', '--raw', `${host}/team/app:skopeo`];
  // No PATH: docker finds no credential helper of the machine.
  const options = {
    env: { HOME: world.home, DOCKER_HOST: NO_ENGINE, ...world.trustEnv(), ...env },
  };
  try {
    await promisify(execFile)(findProgram('docker') ?? 'docker', words, options);
    return '';
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
}

/** A job that logs in and builds with buildx, first with the shared configuration and then with one of its own. */
const buildx: Scenario<null, BuildxReads> = async (world) => {
  const host = await world.registryHost();
  const shared = await world.main({ env: world.podIdentityEnv() });
  await world.push('skopeo', host);
  const afterMain = await readWithBuildx(world, host, {});
  await world.post(shared);
  const afterPost = await readWithBuildx(world, host, {});

  const isolated = await world.main({
    env: world.podIdentityEnv(),
    inputs: { 'isolate-docker-config': 'true' },
  });
  const inTheJob = await readWithBuildx(world, host, isolated.exportedEnv);
  const besideTheJob = await readWithBuildx(world, host, { DOCKER_CONFIG: join(world.home, '.docker') });
  await world.post(isolated);
  return { afterMain, afterPost, inTheJob, besideTheJob };
};

export default buildx;
