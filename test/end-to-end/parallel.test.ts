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

  /** Runs a step for each account at the same time. */
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

  test('on one home lose no login of each other or of others, neither at login nor at logout', async () => {
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

  test('on homes that link one file leave no login at logout', async () => {
    const file = world.writeDockerConfig({});

    for (const round of [1, 2, 3]) {
      const mains = [];
      for (const index of ACCOUNTS.keys()) {
        const HOME = join(world.directory, `home-${round}-${index}`);
        mkdirSync(join(HOME, '.docker'), { recursive: true });
        symlinkSync(file, join(HOME, '.docker/config.json'));

        const accounts = [1, 2, 3, 4, 5].map((login) => 200000000000 + 10 * index + login);
        const inputs = { registries: accounts.join() };
        mains.push(await world.main({ moreEnv: { HOME }, inputs }));
      }
      expect(world.loggedIn()).toHaveLength(30);

      const posts = await Promise.all(mains.map((main) => world.post(main)));
      expect(posts.flatMap(({ errors }) => errors)).toEqual([]);
      expect(world.loggedIn()).toEqual([]);
    }
  });

  test('of six jobs with a configuration of their own do not see each other', async () => {
    const steps = await allAtOnce(ISOLATED);

    const logins = steps.map(({ exportedEnv }) => world.loggedIn(exportedEnv['DOCKER_CONFIG']));
    expect(logins).toEqual(HOSTS.map((host) => [host, 'ghcr.io']));
    expect(world.dockerLogins()).toEqual(OTHER_LOGINS);
  });

  test('of one job share its configuration', async () => {
    const steps = await allAtOnce(ISOLATED, () => world.runnerTemp);
    expect(steps.flatMap(({ errors }) => errors)).toEqual([]);

    const directories = steps.map(({ exportedEnv }) => exportedEnv['DOCKER_CONFIG']);
    const [directory, ...more] = new Set(directories);
    expect(more).toEqual([]);
    expect(world.loggedIn(directory)).toEqual(EVERYONE);
    // The runner runs the post steps of a job one after another, the last one first.
    for (const main of steps.reverse()) {
      const post = await world.post(main, { withoutDebugLog: true });
      expect(post.errors).toEqual([]);
    }
    expect(readdirSync(world.runnerTemp)).toEqual([]);
  });
});
