import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { failingFiles } from '../harness/faults-of-files.ts';
import { harness } from '../harness/paths.ts';
import type { StepResult } from '../harness/runner.ts';
import { findProgram } from '../harness/tools.ts';
import { useWorld } from '../harness/use-world.ts';

let shared: string;
const world = useWorld();
beforeEach(() => {
  shared = join(world.home, '.docker');
});

const inputs = { 'isolate-docker-config': 'true' };

/** Writes the configuration that the runners of this host share; gives how to read it again. */
function share(config: unknown): () => string {
  mkdirSync(shared, { recursive: true });
  const file = join(shared, 'config.json');
  writeFileSync(file, JSON.stringify(config, null, 3), { mode: 0o600 });
  return () => `${readFileSync(file, 'utf8')} ${statSync(file).mtimeMs} ${readdirSync(shared)}`;
}

/** The directory of the job, as its later steps see it. */
function jobDirectory(main: StepResult): string {
  const directory = main.exportedEnv['DOCKER_CONFIG'];
  expect(directory).toMatch(/\/ecr-pod-identity-login-9876543210-2-[0-9a-f]{16}$/);
  return directory ?? '';
}

const asRoot = process.getuid?.() === 0 ? test : test.skip;

const others = { 'ghcr.io': { auth: 'eDp5' } };

describe('a login of the job', () => {
  test('is in a directory of its own, seen by later steps and gone after post; the shared one is not touched', async () => {
    const read = share({ auths: others, proxies: { default: { httpProxy: 'http://p' } } });
    const before = read();
    const host = await world.registryHost();
    const main = await world.main({ env: world.podIdentityEnv(), inputs });
    expect(main).toMatchObject({ exitCode: 0, warnings: [] });
    const directory = jobDirectory(main);
    expect(world.dockerLogins(directory)).toEqual({
      ...others,
      [host]: { auth: world.aws.issued[0]?.token },
    });
    expect((statSync(directory).mode & 0o777).toString(8)).toBe('700');
    expect((statSync(join(directory, 'config.json')).mode & 0o777).toString(8)).toBe('600');
    expect(JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8'))).toHaveProperty('proxies');
    expect(main.log).toContain(directory);
    const post = await world.post(main);
    expect(post).toMatchObject({ exitCode: 0, errors: [], exportedEnv: { DOCKER_CONFIG: '' } });
    expect(readdirSync(world.runnerTemp)).toEqual([]);
    expect(read()).toBe(before);
    const again = await world.post(main);
    expect([again.exitCode, again.errors]).toEqual([0, []]);
  });

  test('gives the variables their earlier values back, and leaves one that was changed since', async () => {
    const earlier = {
      DOCKER_CONFIG: join(world.home, 'mine'),
      REGISTRY_AUTH_FILE: join(world.home, 'auth.json'),
    };
    const main = await world.main({
      env: { ...world.podIdentityEnv(), ...earlier },
      inputs: { ...inputs, 'container-cli': 'docker,podman,helm' },
      tools: { docker: 'real', podman: { exitCode: 0 }, helm: { exitCode: 0 } },
    });
    const directory = jobDirectory(main);
    expect(main.exportedEnv).toEqual({
      DOCKER_CONFIG: directory,
      REGISTRY_AUTH_FILE: join(directory, 'auth.json'),
      HELM_REGISTRY_CONFIG: join(directory, 'helm.json'),
    });
    expect(main.toolRuns.map(({ env }) => env['REGISTRY_AUTH_FILE'])[1]).toBe(join(directory, 'auth.json'));
    expect(main.toolRuns.map(({ env }) => env['HELM_REGISTRY_CONFIG'])[2]).toBe(join(directory, 'helm.json'));
    const changed = { ...main, exportedEnv: { ...main.exportedEnv, REGISTRY_AUTH_FILE: '/of/a/later/step' } };
    const post = await world.post(main, { after: [changed] });
    expect(post.exportedEnv).toEqual({ DOCKER_CONFIG: earlier.DOCKER_CONFIG, HELM_REGISTRY_CONFIG: '' });
  });

  test('ends when docker is gone, and follows no link that was planted', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs });
    const directory = jobDirectory(main);
    const precious = join(world.home, 'precious');
    mkdirSync(precious);
    writeFileSync(join(precious, 'file'), 'untouched');
    symlinkSync(precious, join(directory, 'link'));
    mkdirSync(join(directory, 'closed'));
    writeFileSync(join(directory, 'closed', 'file'), '', { mode: 0o400 });
    chmodSync(join(directory, 'closed'), 0o500);
    const post = await world.post(main, { tools: {} });
    expect([post.exitCode, post.errors, existsSync(directory)]).toEqual([0, [], false]);
    expect(readFileSync(join(precious, 'file'), 'utf8')).toBe('untouched');
  });

  test('goes also where the runner does not take the earlier values back', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs });
    const directory = jobDirectory(main);
    const post = await world.post(main, { env: { GITHUB_ENV: join(world.home, 'gone') } });
    expect([post.exitCode, existsSync(directory)]).toEqual([1, false]);
    expect(post.errors.join()).toMatch(/^DOCKER_CONFIG could not be given its earlier value: Missing file/);
  });

  test.each([undefined, 'x', [{ name: 5, value: 'a' }]])(
    'goes also where the saved variables are %j',
    async (moved) => {
      const main = await world.main({ env: world.podIdentityEnv(), inputs });
      const saved = JSON.parse(main.state['isolation'] ?? '{}') as Record<string, unknown>;
      const state = { ...main.state, isolation: JSON.stringify({ ...saved, moved }) };
      const post = await world.post({ ...main, state });
      expect(existsSync(jobDirectory(main))).toBe(false);
      expect(post.errors).toEqual([
        "The saved state 'isolation' has variables that cannot be read: not given back",
      ]);
    },
  );

  test.each([
    ['another directory', (home: string) => home],
    ['the temporary directory', (_home: string, directory: string) => join(directory, '..')],
    [
      'a directory of that name elsewhere',
      (home: string, directory: string) => join(home, basename(directory)),
    ],
    ['the end of a link, by /', (_home: string, directory: string) => `${directory}/`],
    ['the end of a link, by /.', (_home: string, directory: string) => `${directory}/.`],
  ])('is the only directory that post removes, not %s, whatever the state says', async (_, choose) => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs });
    const isolation = JSON.parse(main.state['isolation'] ?? '{}') as { directory: string };
    const { directory } = isolation;
    const precious = join(world.home, basename(directory));
    mkdirSync(precious);
    writeFileSync(join(precious, 'config.json'), 'untouched');
    rmSync(directory, { recursive: true });
    symlinkSync(precious, directory);
    const named = { ...isolation, directory: choose(world.home, directory) };
    const post = await world.post({ ...main, state: { ...main.state, isolation: JSON.stringify(named) } });
    expect(post.exitCode).toBe(1);
    expect(post.errors).toEqual([expect.stringContaining('is not a directory that this action creates')]);
    expect(readFileSync(join(precious, 'config.json'), 'utf8')).toBe('untouched');
  });

  test('is removed but for what another program holds open, which is emptied and named', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs });
    const directory = jobDirectory(main);
    writeFileSync(join(directory, 'aaa'), '');
    const held = failingFiles('unlinkSync:EBUSY:1000:config.json', 'rmSync:EBUSY:1000:login');
    const post = await world.post(main, { env: held });
    expect(post.errors).toEqual([expect.stringContaining(`unlinkSync '${join(directory, 'config.json')}`)]);
    expect(readdirSync(directory)).toEqual(['config.json']);
    expect(readFileSync(join(directory, 'config.json'), 'utf8')).toBe('');
  });

  test('is removed also where another program lets go of a file a moment later', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs });
    const held = failingFiles('unlinkSync:EBUSY:4:config.json', 'rmSync:EBUSY:1:');
    const post = await world.post(main, { env: held });
    expect([post.exitCode, post.errors, readdirSync(world.runnerTemp)]).toEqual([0, [], []]);
  });

  asRoot('keeps no password where a folder in it belongs to another user, and names that', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs });
    const directory = jobDirectory(main);
    // As a container leaves it that was given the directory by `docker run -v`.
    const folder = join(directory, 'buildx');
    mkdirSync(folder);
    writeFileSync(join(folder, 'root-owned'), '');
    const env = {
      NODE_OPTIONS: `--import=${join(harness, 'other-user.mjs')}`,
      OTHER_USERS_FOLDER: world.directory,
      ROOTS_FOLDER: folder,
    };
    const post = await world.post(main, { env });
    expect(post.errors).toEqual([expect.stringContaining(join(folder, 'root-owned'))]);
    expect(readdirSync(directory)).toEqual(['buildx']);
  });

  test('ends where the login failed', async () => {
    const tools = { docker: { exitCode: 1, stderr: 'Error: no\n' } };
    const main = await world.main({ env: world.podIdentityEnv(), inputs, tools });
    expect(main.exitCode).toBe(1);
    const post = await world.post(main);
    expect([post.exitCode, readdirSync(world.runnerTemp)]).toEqual([0, []]);
    expect(post.exportedEnv).toEqual({ DOCKER_CONFIG: '' });
  });

  test('stays for the steps to come where skip-logout says so, and later post steps with it', async () => {
    const main = await world.main({
      env: world.podIdentityEnv(),
      inputs: { ...inputs, 'skip-logout': 'true' },
    });
    const directory = jobDirectory(main);
    const post = await world.post(main);
    expect([post.exitCode, post.exportedEnv]).toEqual([0, {}]);
    expect(Object.keys(world.dockerLogins(directory))).toEqual([await world.registryHost()]);
  });

  test('needs RUNNER_TEMP, says so before any login, and an unreadable value isolates', async () => {
    const env = { ...world.podIdentityEnv(), RUNNER_TEMP: undefined };
    const main = await world.main({ env, inputs: { 'isolate-docker-config': 'ture' } });
    expect(main.exitCode).toBe(1);
    expect(main.warnings).toEqual([expect.stringContaining("Input 'isolate-docker-config' is 'ture'")]);
    expect(main.errors).toEqual([expect.stringContaining('RUNNER_TEMP is not set')]);
    expect(main.toolRuns).toEqual([]);
  });
});

describe('a second step of the job', () => {
  test('adds to the directory; its post takes its own login out, and the first one takes the rest', async () => {
    const [one, two] = ['111111111111', '222222222222'];
    const hosts = [await world.registryHost(one), await world.registryHost(two)] as const;
    const env = world.podIdentityEnv();
    const first = await world.main({ env, inputs: { ...inputs, registries: one } });
    const second = await world.main({ env, inputs: { ...inputs, registries: two }, after: [first] });
    const directory = jobDirectory(first);
    expect(second.exportedEnv).toEqual({});
    expect(Object.keys(world.dockerLogins(directory)).sort()).toEqual([...hosts].sort());
    const postSecond = await world.post(second, { after: [first] });
    expect(postSecond).toMatchObject({ exitCode: 0, exportedEnv: {} });
    expect(Object.keys(world.dockerLogins(directory))).toEqual([hosts[0]]);
    const postFirst = await world.post(first);
    expect([postFirst.exitCode, existsSync(directory)]).toEqual([0, false]);
    const late = await world.post(second, { after: [first] });
    expect([late.exitCode, late.errors, existsSync(directory)]).toEqual([0, [], false]);
  });
});

describe("docker's other things are found", () => {
  const plugin = `#!/bin/sh
if [ "$1" = docker-cli-plugin-metadata ]; then
  echo '{"SchemaVersion":"0.1.0","Vendor":"test","Version":"v1.0.0","ShortDescription":"says hello"}'
else
  echo "hello from $DOCKER_CONFIG"
fi
`;

  test('plugins and contexts, with docker itself', async () => {
    share({ currentContext: 'default' });
    mkdirSync(join(shared, 'cli-plugins'));
    writeFileSync(join(shared, 'cli-plugins', 'docker-hello'), plugin, { mode: 0o755 });
    const docker = (env: Record<string, string>, ...args: string[]): string =>
      execFileSync(findProgram('docker') ?? 'docker', args, {
        env: { HOME: world.home, ...env },
        encoding: 'utf8',
      });
    docker({}, 'context', 'create', 'elsewhere', '--docker', 'host=tcp://127.0.0.1:1');
    mkdirSync(join(shared, 'buildx', 'instances'), { recursive: true });
    writeFileSync(join(shared, 'buildx', 'instances', 'builder0'), '{}');
    const main = await world.main({ env: world.podIdentityEnv(), inputs });
    const directory = jobDirectory(main);
    const env = { DOCKER_CONFIG: directory };
    expect(docker(env, 'hello')).toBe(`hello from ${directory}\n`);
    expect(docker(env, 'context', 'ls', '--format', '{{.Name}}')).toContain('elsewhere');
    expect(readFileSync(join(directory, 'buildx', 'instances', 'builder0'), 'utf8')).toBe('{}');
    await world.post(main);
    expect(docker({}, 'hello')).toContain('hello');
    expect(existsSync(join(shared, 'buildx', 'instances', 'builder0'))).toBe(true);
  });
});

test('a link that leads to itself in the shared configuration keeps no job from its own', async () => {
  share({ auths: others });
  symlinkSync('circle', join(shared, 'circle'));
  const main = await world.main({ env: world.podIdentityEnv(), inputs });
  expect(main).toMatchObject({ exitCode: 0, errors: [], warnings: [] });
  expect(Object.keys(world.dockerLogins(jobDirectory(main))).sort()).toEqual(
    [await world.registryHost(), 'ghcr.io'].sort(),
  );
  expect((await world.post(main)).exitCode).toBe(0);
});

test('what cannot be linked is copied, or left out with a warning', async () => {
  share({ auths: others });
  for (const folder of ['contexts', 'cli-plugins']) mkdirSync(join(shared, folder));
  for (const file of ['ca.pem', 'key.pem']) writeFileSync(join(shared, file), file, { mode: 0o600 });
  const env = {
    ...world.podIdentityEnv(),
    ...failingFiles('symlinkSync:EPERM:1000:', 'copyFileSync:EACCES:1000:key.pem'),
  };
  const main = await world.main({ env, inputs });
  const directory = jobDirectory(main);
  expect([main.exitCode, main.errors]).toEqual([0, []]);
  expect(main.warnings).toEqual([expect.stringContaining(`could not be linked or copied from ${shared}`)]);
  for (const name of ['contexts', 'cli-plugins', 'key.pem']) expect(main.warnings[0]).toContain(name);
  expect(main.warnings[0]).not.toContain('ca.pem');
  expect(readdirSync(directory).sort()).toEqual(['ca.pem', 'config.json']);
  expect(readFileSync(join(directory, 'ca.pem'), 'utf8')).toBe('ca.pem');
});

test('a directory that others have left under its name blocks no job', async () => {
  const first = await world.main({ env: world.podIdentityEnv(), inputs });
  const directory = jobDirectory(first);
  chmodSync(directory, 0o755);
  const main = await world.main({ env: world.podIdentityEnv(), inputs });
  expect(main).toMatchObject({ exitCode: 0, exportedEnv: { DOCKER_CONFIG: `${directory}-2` } });
  const post = await world.post(main);
  expect([post.exitCode, readdirSync(world.runnerTemp)]).toEqual([0, [basename(directory)]]);
});

describe('credential stores', () => {
  const refusing = { 'docker-credential-ecr-login': { exitCode: 1, stdout: 'not implemented\n' } };

  test('one that refuses fails the login, and is set aside in a configuration of the job', async () => {
    const host = await world.registryHost();
    const read = share({ credsStore: 'ecr-login', auths: {} });
    const before = read();
    const tools = { docker: 'real' as const, ...refusing };
    const direct = await world.main({ env: world.podIdentityEnv(), tools });
    expect(direct.exitCode).toBe(1);
    expect(direct.errors[0]).toContain('not implemented');
    const main = await world.main({ env: world.podIdentityEnv(), inputs, tools });
    expect(main).toMatchObject({ exitCode: 0, warnings: [] });
    const config = JSON.parse(readFileSync(join(jobDirectory(main), 'config.json'), 'utf8'));
    expect(config).toMatchObject({
      auths: { [host]: { auth: world.aws.issued.at(-1)?.token } },
      credsStore: 'ecr-login',
    });
    await world.post(main);
    expect(read()).toBe(before);
  });

  test.each([
    ['credsstore', 'nowhere'],
    ['CredsStore', 'nowhere'],
    ['CREDHELPERS', undefined],
  ])('one that is named by the key %s is set aside as well', async (key, store) => {
    const host = await world.registryHost();
    share({ [key]: store ?? { [host]: 'nowhere' }, auths: {} });
    const tools = { docker: 'real' as const, 'docker-credential-nowhere': { exitCode: 0 } };
    const main = await world.main({ env: world.podIdentityEnv(), inputs, tools });
    expect(main).toMatchObject({ exitCode: 0, warnings: [] });
    expect(world.dockerLogins(jobDirectory(main))).toEqual({ [host]: { auth: world.aws.issued[0]?.token } });
    expect(main.toolRuns.map(({ tool }) => tool)).toEqual(['docker']);
  });

  test('one that takes the login and keeps nothing is a warning', async () => {
    share({ credHelpers: { [await world.registryHost()]: 'ecr-login' } });
    const tools = { docker: 'real' as const, 'docker-credential-ecr-login': { exitCode: 0 } };
    const env = { ...world.podIdentityEnv(), AWS_ECR_IGNORE_CREDS_STORAGE: 'true' };
    const main = await world.main({ env, tools });
    expect(main.exitCode).toBe(0);
    expect(main.warnings).toEqual([
      expect.stringContaining('The credential helper ecr-login took the login'),
    ]);
    expect(main.warnings[0]).toContain('identity of the helper');
  });

  test("one of the operating system's is not found by docker where the shared configuration is empty", async () => {
    const tools = {
      docker: 'real' as const,
      pass: { exitCode: 0 },
      'docker-credential-pass': { exitCode: 0 },
      'docker-credential-secretservice': { exitCode: 0 },
    };
    const main = await world.main({ env: world.podIdentityEnv(), inputs, tools });
    const logins = world.dockerLogins(jobDirectory(main));
    expect(logins).toEqual({ [await world.registryHost()]: { auth: world.aws.issued[0]?.token } });
  });
});

describe('twenty steps at once on one home', () => {
  const accounts = Array.from({ length: 20 }, (_, index) => String(100000000001 + index));

  /** Runs a step for each account at the same time, each on a runner of its own. */
  async function allAtOnce(more: Record<string, string>): Promise<StepResult[]> {
    const env = world.podIdentityEnv();
    for (const account of accounts) await world.registry(account);
    return Promise.all(
      accounts.map((registries) => {
        const runnerTemp = join(world.directory, `temp-${registries}`);
        mkdirSync(runnerTemp);
        return world.main({ env, inputs: { ...more, registries }, runnerTemp, debug: false });
      }),
    );
  }

  const allHosts = (): Promise<string[]> =>
    Promise.all(accounts.map((account) => world.registryHost(account)));

  test('no login is lost, nor any that was there; nor is one when all log out at once', async () => {
    share({ auths: others });
    const steps = await allAtOnce({});
    expect(steps.map(({ exitCode }) => exitCode)).toEqual(accounts.map(() => 0));
    expect(Object.keys(world.dockerLogins()).sort()).toEqual([...(await allHosts()), 'ghcr.io'].sort());
    const posts = await Promise.all(steps.map((main) => world.post(main, { debug: false })));
    expect(posts.map(({ exitCode }) => exitCode)).toEqual(accounts.map(() => 0));
    expect(world.dockerLogins()).toEqual(others);
    expect(readdirSync(shared)).toEqual(['config.json']);
  });

  test('each in its own directory keeps its login, and the shared file stays as it is', async () => {
    const read = share({ auths: others });
    const before = read();
    const steps = await allAtOnce(inputs);
    const hosts = await allHosts();
    for (const [index, main] of steps.entries()) {
      expect(main.exitCode).toBe(0);
      expect(Object.keys(world.dockerLogins(jobDirectory(main))).sort()).toEqual(
        [hosts[index], 'ghcr.io'].sort(),
      );
    }
    expect(new Set(steps.map(jobDirectory)).size).toBe(20);
    expect(read()).toBe(before);
    await Promise.all(steps.map((main) => world.post(main, { debug: false })));
    expect(steps.filter((main) => existsSync(jobDirectory(main)))).toEqual([]);
    expect(read()).toBe(before);
  });

  test('of one job share its directory', async () => {
    share({ auths: others });
    const env = world.podIdentityEnv();
    const steps = await Promise.all(
      accounts
        .slice(0, 6)
        .map((registries) => world.main({ env, inputs: { ...inputs, registries }, debug: false })),
    );
    const directories = new Set(steps.map(jobDirectory));
    expect([...directories]).toHaveLength(1);
    const hosts = (await allHosts()).slice(0, 6);
    expect(Object.keys(world.dockerLogins([...directories][0])).sort()).toEqual([...hosts, 'ghcr.io'].sort());
    const posts = await Promise.all(steps.map((main) => world.post(main, { debug: false })));
    expect(posts.flatMap(({ errors }) => errors)).toEqual([]);
    expect(readdirSync(world.runnerTemp)).toEqual([]);
  });
});
