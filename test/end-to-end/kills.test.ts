import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { LOCK_NAME } from '../../src/container/lock.ts';
import { failingFiles } from '../harness/faults-of-files.ts';
import { leftovers, writeEarlierLogins } from '../harness/leftovers.ts';
import { testReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import { useWorld } from '../harness/use-world.ts';

// Fixed moments at which a step is killed; scripts/random-kills.ts makes many at random.

const test = testReal('docker');
const world = useWorld();
const earlier = { 'ghcr.io': { auth: 'eDp5' } };
const CONFIG_FILE = { 'container-cli': 'config-file' };
const ISOLATED = { 'isolate-docker-config': 'true' };
const TWO = '111111111111,222222222222';

/** Makes the lock that a killed step has left old, so that post does not wait until it counts as abandoned. */
function ageLock(): void {
  const lock = join(world.home, '.docker', LOCK_NAME);
  const then = new Date(Date.now() - 60_000);
  const claims = existsSync(lock) ? readdirSync(lock) : [];
  for (const claim of claims) utimesSync(join(lock, claim), then, then);
}

/** What is left once post has run after a main step. */
async function leftAfterPost(main: StepResult): Promise<string[]> {
  const post = await world.post(main);
  const hosts = await Promise.all(TWO.split(',').map((account) => world.registryHost(account)));
  return [...post.errors, ...leftovers(world, earlier, hosts)];
}

test.each([
  ['before its draft', CONFIG_FILE, 'openSync:SIGKILL:1:config.json.'],
  ['between draft and rename', CONFIG_FILE, 'renameSync:SIGKILL:1:config.json'],
  ['under the lock, before it can have written', CONFIG_FILE, 'realpathSync:SIGKILL:1:config.json'],
  ['before the directory of the job', ISOLATED, 'mkdirSync:SIGKILL:1:ecr-pod-identity-login-9'],
  ['in the half-made directory of the job', ISOLATED, 'renameSync:SIGKILL:1:config.json'],
])('a step that is killed %s leaves nothing behind', async (_, inputs, fault) => {
  writeEarlierLogins(world, earlier);
  const env = { ...world.podIdentityEnv(), ...failingFiles(fault) };
  const main = await world.main({ env, inputs: { ...inputs, registries: TWO } });
  expect(main.signal).toBe('SIGKILL');
  ageLock();
  expect(await leftAfterPost({ ...main, options: { ...main.options, env: world.podIdentityEnv() } })).toEqual(
    [],
  );
});

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'a step that gets %s as soon as docker is run leaves nothing behind',
  async (signal) => {
    writeEarlierLogins(world, earlier);
    let kill = (): void => {};
    const when = new Promise<void>((resolve) => {
      kill = resolve;
    });
    const main = await world.main({
      env: world.podIdentityEnv(),
      inputs: { registries: TWO },
      reaction: { words: 'Logging in to registry', act: kill },
      interrupts: [{ signal, when }],
    });
    // After SIGKILL docker goes on, while post waits until the lock counts as abandoned.
    expect(await leftAfterPost(main)).toEqual([]);
  },
);
