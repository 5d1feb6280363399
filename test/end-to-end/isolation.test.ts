import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { testReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import { ecrHost, useWorld, world } from '../harness/use-world.ts';

const test = testReal('docker');
const asRoot = testReal('docker', 'root');
const OTHERS = { 'ghcr.io': { auth: 'eDp5' } };
const inputs = { 'isolate-docker-config': 'true' };

useWorld();

/** Writes the configuration that the runners of this host share; returns how to read it again. */
function share(config: object): () => string {
  const file = world.writeDockerConfig(config);

  return () => {
    const content = fs.readFileSync(file, 'utf8');
    const names = fs.readdirSync(join(file, '..'));
    return `${content} ${fs.statSync(file).mtimeMs} ${names}`;
  };
}

const directoryOf = ({ exportedEnv }: StepResult): string => exportedEnv['DOCKER_CONFIG'] ?? '';
const configOf = (main: StepResult) => join(directoryOf(main), 'config.json');
const mode = (path: string) => (fs.statSync(path).mode & 0o777).toString(8);

describe('the configuration of the job', () => {
  test('is in RUNNER_TEMP, for later steps; post removes it, and the shared one is not changed', async () => {
    const read = share({
      auths: OTHERS,
      proxies: { default: { httpProxy: 'http://p' } },
    });
    const builder = world.writeHome('.docker/buildx/instances/builder0', 'of all jobs');
    const before = read();

    const main = await world.main({ inputs });
    expect(main).toMatchObject({ exitCode: 0, warnings: [] });

    const directory = directoryOf(main);
    expect(directory).toBe(join(world.runnerTemp, 'ecr-pod-identity-login'));

    const auth = world.aws.issued[0]?.token;
    expect(world.dockerLogins(directory)).toEqual({
      ...OTHERS,
      [await world.registryHost()]: { auth },
    });
    expect([mode(directory), mode(configOf(main))]).toEqual(['700', '600']);
    expect(JSON.parse(fs.readFileSync(configOf(main), 'utf8'))).toHaveProperty('proxies');

    const linked = join(directory, 'buildx', 'instances', 'builder0');
    expect(fs.readFileSync(linked, 'utf8')).toBe('of all jobs');
    expect(main.log).toContain(directory);

    const post = await world.post(main);
    expect(post).toMatchObject({
      exitCode: 0,
      errors: [],
      exportedEnv: { DOCKER_CONFIG: '' },
    });
    expect(fs.readdirSync(world.runnerTemp)).toEqual([]);
    expect([read(), fs.existsSync(builder)]).toEqual([before, true]);

    expect((await world.post(main)).exitCode).toBe(0);
  });

  test('is for podman and helm, too; post gives the variables back, but not one that a step has changed', async () => {
    const DOCKER_CONFIG = join(world.home, 'mine');
    const REGISTRY_AUTH_FILE = join(world.home, 'auth.json');

    const main = await world.main({
      moreEnv: { DOCKER_CONFIG, REGISTRY_AUTH_FILE },
      inputs: { ...inputs, 'container-cli': 'docker,podman,helm' },
      tools: { docker: 'real', podman: { exitCode: 0 }, helm: { exitCode: 0 } },
    });
    const directory = directoryOf(main);
    const files = {
      DOCKER_CONFIG: directory,
      REGISTRY_AUTH_FILE: `${directory}/auth.json`,
      HELM_REGISTRY_CONFIG: `${directory}/helm.json`,
    };

    expect(main.exportedEnv).toEqual(files);
    for (const { env } of main.toolRuns) expect(env).toMatchObject(files);

    const exportedEnv = { ...files, REGISTRY_AUTH_FILE: '/of/a/later/step' };
    const post = await world.post(main, { after: [{ paths: [], exportedEnv }] });

    expect(post.exportedEnv).toEqual({ DOCKER_CONFIG, HELM_REGISTRY_CONFIG: '' });
  });

  test('is removed without docker on PATH; no link out of it is followed, and none in a circle copied', async () => {
    share({ currentContext: 'default' });
    fs.symlinkSync('circle', join(world.home, '.docker', 'circle'));

    const main = await world.main({ inputs });
    expect([main.errors, main.warnings]).toEqual([[], [expect.stringContaining('circle')]]);

    const precious = world.writeHome('precious/file', 'untouched');
    fs.symlinkSync(join(precious, '..'), join(directoryOf(main), 'link'));

    const post = await world.post(main, { tools: {} });
    expect([post.exitCode, fs.existsSync(directoryOf(main))]).toEqual([0, false]);
    expect(fs.readFileSync(precious, 'utf8')).toBe('untouched');
  });

  test.each([
    ['the temporary directory', (directory: string) => dirname(directory)],
    ['the end of a link', (directory: string) => `${directory}/.`],
    ['a link of that name', (directory: string) => directory],
  ])('is all that post removes, whatever the saved state says: not %s', async (_, choose) => {
    const main = await world.main({ inputs });
    const directory = directoryOf(main);

    const precious = world.writeHome('ecr-pod-identity-login/config.json', '{}');
    fs.rmSync(directory, { recursive: true });
    fs.symlinkSync(join(precious, '..'), directory);

    const state = JSON.parse(main.state['login'] ?? '') as { isolation: object };
    const isolation = { ...state.isolation, directory: choose(directory) };
    const login = JSON.stringify({ ...state, logins: [], isolation });
    const post = await world.post({ ...main, state: { ...main.state, login } });

    expect([post.exitCode, fs.readFileSync(precious, 'utf8')]).toEqual([1, '{}']);
  });

  asRoot('leaves no password behind if something in it belongs to another user', async () => {
    const main = await world.main({ inputs, asOtherUser: true });
    const directory = directoryOf(main);

    // As a container leaves it that was given the directory by `docker run -v`.
    fs.mkdirSync(join(directory, 'of-root'));
    fs.writeFileSync(join(directory, 'of-root', 'file'), '');

    const post = await world.post(main, { asOtherUser: true });
    expect(post.exitCode).toBe(1);
    expect(post.errors.join()).toContain(directory);
    expect(world.dockerLogins(directory)).toEqual({});
  });

  test('is cleaned up if the login failed', async () => {
    const tools = { docker: { exitCode: 1, stderr: 'denied: no\n' } };
    const main = await world.main({ inputs, tools });
    expect(main.exitCode).toBe(1);

    const post = await world.post(main);
    expect([post.exitCode, fs.readdirSync(world.runnerTemp)]).toEqual([0, []]);
    expect(post.exportedEnv).toEqual({ DOCKER_CONFIG: '' });
  });

  test('stays, and the variables with it, with skip-logout', async () => {
    const main = await world.main({ inputs: { ...inputs, 'skip-logout': 'true' } });
    const post = await world.post(main);

    expect([post.exitCode, post.exportedEnv]).toEqual([0, {}]);

    expect(world.loggedIn(directoryOf(main))).toEqual([await world.registryHost()]);
  });

  test('needs RUNNER_TEMP, and an invalid value of the input asks for it', async () => {
    const main = await world.main({
      moreEnv: { RUNNER_TEMP: undefined },
      inputs: { 'isolate-docker-config': 'ture' },
    });

    expect(main.exitCode).toBe(1);
    expect(main.errors.join()).toContain('RUNNER_TEMP');
    expect(main.warnings.join()).toContain("'ture'");
    expect(main.toolRuns).toEqual([]);
  });
});

describe('another step of the job', () => {
  useWorld({ realNames: true });

  testReal('docker', 'openssl')(
    'adds to the directory; the post of the first step removes it',
    async () => {
      const one = ecrHost('111111111111');
      const two = ecrHost('222222222222');

      const first = await world.main({ inputs: { ...inputs, registries: one } });
      const second = await world.main({
        inputs: { ...inputs, registries: two },
        after: [first],
      });
      const directory = directoryOf(first);

      expect(second.exportedEnv).toEqual({});
      expect(world.loggedIn(directory)).toEqual([one, two]);

      const postSecond = await world.post(second, { after: [first] });
      expect([postSecond.exitCode, postSecond.exportedEnv]).toEqual([0, {}]);
      expect(world.loggedIn(directory)).toEqual([one]);

      const postFirst = await world.post(first);
      expect([postFirst.exitCode, fs.existsSync(directory)]).toEqual([0, false]);
    },
  );
});

describe('credential stores', () => {
  test('that refuse the login are set aside for the job, and stay for other registries', async () => {
    const read = share({ credsStore: 'ecr-login', auths: {} });
    const before = read();
    const helper = { exitCode: 1, stdout: 'not implemented\n' };
    const tools = { docker: 'real', 'docker-credential-ecr-login': helper } as const;

    const main = await world.main({ inputs, tools });
    expect(main).toMatchObject({ exitCode: 0, warnings: [] });

    const config = JSON.parse(fs.readFileSync(configOf(main), 'utf8'));
    const auth = world.aws.issued[0]?.token;
    expect(config).toMatchObject({
      auths: { [await world.registryHost()]: { auth } },
      credsStore: 'ecr-login',
    });

    await world.post(main);
    expect(read()).toBe(before);
  });

  test('that are named for the registry are set aside', async () => {
    share({ credHelpers: { [await world.registryHost()]: 'nowhere' } });
    const main = await world.main({
      inputs,
      tools: { docker: 'real', 'docker-credential-nowhere': { exitCode: 1 } },
    });

    expect([main.exitCode, main.toolRuns.map(({ tool }) => tool)]).toEqual([0, ['docker']]);
  });

  test('of the operating system are not used by docker, also if the shared configuration is empty', async () => {
    const stores = ['pass', 'docker-credential-pass', 'docker-credential-secretservice'];
    const fakes = Object.fromEntries(stores.map((name) => [name, { exitCode: 0 }]));

    const main = await world.main({ inputs, tools: { docker: 'real', ...fakes } });
    const auth = world.aws.issued[0]?.token;

    const logins = { [await world.registryHost()]: { auth } };
    expect(world.dockerLogins(directoryOf(main))).toEqual(logins);
  });
});
