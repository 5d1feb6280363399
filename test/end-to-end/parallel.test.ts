import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeReal } from '../harness/real-parts.ts';
import { ecrHost, OTHER_LOGINS, useWorld, world } from '../harness/use-world.ts';

const ACCOUNTS = Array.from({ length: 6 }, (_, index) => String(100000000001 + index));
const HOSTS = ACCOUNTS.map((account) => ecrHost(account));
const ISOLATED = { 'isolate-docker-config': 'true' };
const EVERYONE = [...HOSTS, 'ghcr.io'];

describeReal('six steps at once', ['docker', 'openssl'], () => {
  useWorld({ realNames: true });

  /** Runs the main stage of a step for each account, all at the same time. */
  function allAtOnce(
    inputs: Record<string, string>,
    temp = (account: string) => join(world.directory, `temp-${account}`),
  ) {
    world.writeDockerConfig({ auths: OTHER_LOGINS });
    const env = world.podIdentityEnv();

    const steps = ACCOUNTS.map((registries) => {
      const runnerTemp = temp(registries);
      mkdirSync(runnerTemp, { recursive: true });

      return world.main({
        env,
        inputs: { ...inputs, registries },
        runnerTemp,
        withoutDebugLog: true,
      });
    });
    return Promise.all(steps);
  }

  test('keep the logins of each other and of others in the home that they share', async () => {
    const steps = await allAtOnce({});
    expect(steps.flatMap(({ errors }) => errors)).toEqual([]);
    expect(world.loggedIn()).toEqual(EVERYONE);

    const posts = await Promise.all(
      steps.map((main) => world.post(main, { withoutDebugLog: true })),
    );
    expect(posts.flatMap(({ errors }) => errors)).toEqual([]);
    expect(world.dockerLogins()).toEqual(OTHER_LOGINS);
    expect(readdirSync(join(world.home, '.docker'))).toEqual(['config.json']);
  });

  test('do not share their logins if each job has an isolated configuration', async () => {
    const steps = await allAtOnce(ISOLATED);

    const logins = steps.map(({ exportedEnv }) => world.loggedIn(exportedEnv['DOCKER_CONFIG']));
    expect(logins).toEqual(HOSTS.map((host) => [host, 'ghcr.io']));
    expect(world.dockerLogins()).toEqual(OTHER_LOGINS);
  });

  test('share the isolated configuration of their job', async () => {
    const steps = await allAtOnce(ISOLATED, () => world.runnerTemp);
    expect(steps.flatMap(({ errors }) => errors)).toEqual([]);

    const directories = steps.map(({ exportedEnv }) => exportedEnv['DOCKER_CONFIG']);
    const [directory, ...more] = new Set(directories);
    expect(more).toEqual([]);
    expect(world.loggedIn(directory)).toEqual(EVERYONE);
    // The runner runs the post steps of a job one after another, in reverse order.
    for (const main of steps.reverse()) {
      const post = await world.post(main, { withoutDebugLog: true });
      expect(post.errors).toEqual([]);
    }
    expect(readdirSync(world.runnerTemp)).toEqual([]);
  });
});
