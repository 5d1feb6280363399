import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeReal } from '../harness/real-parts.ts';
import {
  ecrHost,
  FAKE_DOCKER,
  FAST,
  ONE_ERROR,
  OTHER_LOGINS,
  SUCCESS,
  useWorld,
  world,
} from '../harness/use-world.ts';

useWorld({ realNames: true });

const HOST = ecrHost('123456789012');
const OTHER_HOST = ecrHost('210987654321');
const inputs = { registries: `${HOST},${OTHER_HOST}` };

describeReal('post', ['docker', 'openssl'], () => {
  test('logs out of the others if one logout fails, which is named and fails the step', async () => {
    const main = await world.main({ inputs });
    rmSync(join(world.home, '.docker', 'config.json'));

    const docker = [{ on: HOST, stderr: 'Error: store\n::error::broken\n', exitCode: 1 }, {}];
    const post = await world.post(main, { tools: { docker } });

    expect(post).toMatchObject(ONE_ERROR);
    for (const words of [HOST, 'Error: store']) expect(post.errors[0]).toContain(words);
    expect(post.toolRuns.map(({ argv }) => argv.at(-1))).toEqual([HOST, OTHER_HOST]);
  });

  test('ends a client that hangs, and removes the login from the file', async () => {
    const main = await world.main();
    const post = await world.post(main, { env: FAST, tools: { docker: { hangs: true } } });

    expect(post).toMatchObject(SUCCESS);
    expect(world.dockerLogins()).toEqual({});
    expect(post.log).toContain('timed out after 15 s');
  });

  test('shows no password that main has not masked, whatever a client prints', async () => {
    const hosts = [HOST, ecrHost('123456789012', 'eu-west-2')];
    const main = await world.main({
      inputs: { registries: hosts.join(), 'mask-password': 'false' },
    });

    const logins = Object.values(world.dockerLogins()).map(({ auth = '' }) => auth);
    const passwords = world.aws.issued.map(({ password }) => password);
    const stderr = `Error: ${[...logins, ...passwords].join(', ')}`;
    const post = await world.post(main, { tools: { docker: { stderr, exitCode: 1 } } });

    expect(logins).toHaveLength(2);
    expect(post.log).toContain('Error: ***, ***, ***, ***: removed the login');
  });

  test("keeps another tool's login to the same registry", async () => {
    const main = await world.main();
    const podmans = JSON.stringify({ auths: { [HOST]: { auth: 'eDp5' } } });
    const other = world.writeHome('../run/containers/auth.json', podmans);

    const post = await world.post(main);

    expect(post.exitCode).toBe(0);
    expect(world.dockerLogins()).toEqual({});
    expect(readFileSync(other, 'utf8')).toBe(podmans);
  });

  test('without the client on PATH removes the login from its file, and no other', async () => {
    world.writeDockerConfig({ auths: OTHER_LOGINS });

    const main = await world.main({ inputs });
    const post = await world.post(main, { tools: {} });

    expect(post).toMatchObject(SUCCESS);
    expect(world.dockerLogins()).toEqual(OTHER_LOGINS);
  });

  test('logs out of the configuration that main has written, even if the variables have changed, and can run twice', async () => {
    const own = join(world.directory, 'own');
    mkdirSync(own, { mode: 0o700 });

    const main = await world.main({ moreEnv: { DOCKER_CONFIG: own } });
    expect(world.loggedIn(own)).toEqual([HOST]);

    const env = { DOCKER_CONFIG: join(world.directory, 'other'), HOME: '/elsewhere' };
    for (let time = 1; time <= 2; time += 1) {
      expect(await world.post(main, { env })).toMatchObject(SUCCESS);
      expect(world.dockerLogins(own)).toEqual({});
    }
  });
});

describeReal('an earlier login to the same registry', ['openssl'], () => {
  test('stays if the login failed without a change', async () => {
    const earlier = { [HOST]: { auth: 'ZWFybGllcjpsb2dpbg==' } };
    world.writeDockerConfig({ auths: earlier });
    const stderr = 'Error saving credentials: write /config.json1: no space left on device';

    const main = await world.main({ tools: { docker: { stderr, exitCode: 1 } } });
    expect(main.errors[0]).toContain('no space left on device');

    const post = await world.post(main, { tools: FAKE_DOCKER });
    expect(post.exitCode).toBe(0);
    expect(world.dockerLogins()).toEqual(earlier);
  });
});

describeReal('a step with more registries than post could log out of', ['openssl'], () => {
  test('fails before any login', async () => {
    const accounts = Array.from({ length: 3_000 }, (_, index) => 100_000_000_000 + index);
    const many = { registries: accounts.join(), 'mask-password': 'false' };
    const main = await world.main({ inputs: many, tools: FAKE_DOCKER });

    expect(main.errors).toEqual([expect.stringMatching(/^3000 .* about 2[67]\d\d\./)]);
    expect(main.toolRuns).toEqual([]);

    const post = await world.post(main);
    expect(post).toMatchObject({ exitCode: 0, toolRuns: [] });
  });
});
