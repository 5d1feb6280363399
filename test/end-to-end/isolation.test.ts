import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { testReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import { ecrHost, OTHER_LOGINS, useWorld, world } from '../harness/use-world.ts';

const test = testReal('docker');
const asRoot = testReal('docker', 'root');
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
  test('is in RUNNER_TEMP until post removes it, and the shared configuration does not change', async () => {
    const read = share({
      auths: OTHER_LOGINS,
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
      ...OTHER_LOGINS,
      [await world.registryHost()]: { auth },
    });
    expect(mode(directory)).toBe('700');
    expect(mode(configOf(main))).toBe('600');
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
    expect(read()).toBe(before);
    expect(fs.existsSync(builder)).toBe(true);

    expect((await world.post(main)).exitCode).toBe(0);
  });

  test('is for podman and helm, too, and post restores the variables that no step has changed', async () => {
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

  test('is removed without docker on PATH, and links out of it are not followed', async () => {
    share({ currentContext: 'default' });
    fs.symlinkSync('circle', join(world.home, '.docker', 'circle'));

    const main = await world.main({ inputs });
    expect(main).toMatchObject({ errors: [], warnings: [expect.stringContaining('circle')] });

    const precious = world.writeHome('precious/file', 'untouched');
    fs.symlinkSync(join(precious, '..'), join(directoryOf(main), 'link'));

    const post = await world.post(main, { tools: {} });
    expect(post.exitCode).toBe(0);
    expect(fs.existsSync(directoryOf(main))).toBe(false);
    expect(fs.readFileSync(precious, 'utf8')).toBe('untouched');
  });

  test('is all that post removes, even if a link has taken its place', async () => {
    const main = await world.main({ inputs });
    const directory = directoryOf(main);

    const precious = world.writeHome('ecr-pod-identity-login/config.json', '{}');
    fs.rmSync(directory, { recursive: true });
    fs.symlinkSync(join(precious, '..'), directory);

    const post = await world.post(main);

    expect(post.exitCode).toBe(1);
    expect(fs.readFileSync(precious, 'utf8')).toBe('{}');
  });

  asRoot('keeps no password if a folder in it belongs to another user', async () => {
    const main = await world.main({ inputs, asOtherUser: true });
    const directory = directoryOf(main);

    // A container that mounts the directory (`docker run -v`) can leave such a folder.
    fs.mkdirSync(join(directory, 'of-root'));
    fs.writeFileSync(join(directory, 'of-root', 'file'), '');

    const post = await world.post(main, { asOtherUser: true });
    expect(post.exitCode).toBe(1);
    expect(post.errors.join()).toContain(directory);
    expect(world.dockerLogins(directory)).toEqual({});
  });

  test('stays, like the variables, with skip-logout', async () => {
    const main = await world.main({ inputs: { ...inputs, 'skip-logout': 'true' } });
    const post = await world.post(main);

    expect(post.exitCode).toBe(0);
    expect(post.exportedEnv).toEqual({});
    expect(world.loggedIn(directoryOf(main))).toEqual([await world.registryHost()]);
  });

  test('needs RUNNER_TEMP, even if the value of the input is not valid', async () => {
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
    'adds its login to the directory, which the post step of the first step removes',
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
      expect(postSecond.exitCode).toBe(0);
      expect(postSecond.exportedEnv).toEqual({});
      expect(world.loggedIn(directory)).toEqual([one]);

      const postFirst = await world.post(first);
      expect(postFirst.exitCode).toBe(0);
      expect(fs.existsSync(directory)).toBe(false);
    },
  );
});

describe('credential stores', () => {
  test('are not used for the registry if they refuse its login, but for other registries', async () => {
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

  test('are not used if docker finds them without a configuration', async () => {
    const stores = ['pass', 'docker-credential-pass', 'docker-credential-secretservice'];
    const fakes = Object.fromEntries(stores.map((name) => [name, { exitCode: 0 }]));

    const main = await world.main({ inputs, tools: { docker: 'real', ...fakes } });
    const auth = world.aws.issued[0]?.token;

    const logins = { [await world.registryHost()]: { auth } };
    expect(world.dockerLogins(directoryOf(main))).toEqual(logins);
  });
});
