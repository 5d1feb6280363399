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
import { beforeEach, describe, expect } from '@jest/globals';
import { failingFiles } from '../harness/faults-of-files.ts';
import { harness } from '../harness/paths.ts';
import { testReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import { findProgram } from '../harness/tools.ts';
import { useWorld } from '../harness/use-world.ts';

let shared: string;
const test = testReal('docker');
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
  test('is in a directory of its own that later steps use and post removes; the shared one is not changed', async () => {
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

  test('restores the variables in post, except one that a later step has changed', async () => {
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

  test('is removed without docker on PATH, and no planted link is followed', async () => {
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

  test('is removed even if the variables cannot be restored', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs });
    const directory = jobDirectory(main);
    const post = await world.post(main, { env: { GITHUB_ENV: join(world.home, 'gone') } });
    expect([post.exitCode, existsSync(directory)]).toEqual([1, false]);
    expect(post.errors.join()).toMatch(/^DOCKER_CONFIG could not be given its earlier value: Missing file/);
  });

  test.each([
    ['another directory', (home: string) => home],
    ['the temporary directory', (_home: string, directory: string) => join(directory, '..')],
    [
      'a directory of that name elsewhere',
      (home: string, directory: string) => join(home, basename(directory)),
    ],
    ['the end of a link, by /', (_home: string, directory: string) => `${directory}/`],
    ['the end of a link, by /.', (_home: string, directory: string) => `${directory}/.`],
  ])(
    'is in the only directory that post removes, whatever the saved state says: not %s',
    async (_, choose) => {
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
    },
  );

  test('is removed except for a file that another program has open, which is emptied and named', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs });
    const directory = jobDirectory(main);
    for (const name of ['aaa', 'zzz']) writeFileSync(join(directory, name), '');
    const held = failingFiles('unlinkSync:EBUSY:1000:config.json', 'rmSync:EBUSY:1000:login');
    const post = await world.post(main, { env: held });
    expect(post.errors).toEqual([expect.stringContaining(`unlinkSync '${join(directory, 'config.json')}`)]);
    expect(readdirSync(directory)).toEqual(['config.json']);
    expect(readFileSync(join(directory, 'config.json'), 'utf8')).toBe('');
  });

  test('is removed once another program has closed its file', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs });
    const held = failingFiles('unlinkSync:EBUSY:4:config.json', 'rmSync:EBUSY:4:');
    const post = await world.post(main, { env: held });
    expect([post.exitCode, post.errors, readdirSync(world.runnerTemp)]).toEqual([0, [], []]);
  });

  asRoot(
    'leaves no password behind if a directory beside it belongs to another user, which is named (as root)',
    async () => {
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
    },
  );

  test('is cleaned up if it failed', async () => {
    const tools = { docker: { exitCode: 1, stderr: 'Error: no\n' } };
    const main = await world.main({ env: world.podIdentityEnv(), inputs, tools });
    expect(main.exitCode).toBe(1);
    const post = await world.post(main);
    expect([post.exitCode, readdirSync(world.runnerTemp)]).toEqual([0, []]);
    expect(post.exportedEnv).toEqual({ DOCKER_CONFIG: '' });
  });

  test('is kept, and the variables with it, with skip-logout', async () => {
    const main = await world.main({
      env: world.podIdentityEnv(),
      inputs: { ...inputs, 'skip-logout': 'true' },
    });
    const directory = jobDirectory(main);
    const post = await world.post(main);
    expect([post.exitCode, post.exportedEnv]).toEqual([0, {}]);
    expect(Object.keys(world.dockerLogins(directory))).toEqual([await world.registryHost()]);
  });

  test('needs RUNNER_TEMP, and an invalid value of the input turns it on', async () => {
    const env = { ...world.podIdentityEnv(), RUNNER_TEMP: undefined };
    const main = await world.main({ env, inputs: { 'isolate-docker-config': 'ture' } });
    expect(main.exitCode).toBe(1);
    expect(main.warnings).toEqual([
      expect.stringContaining("Input 'isolate-docker-config': invalid value 'ture'"),
    ]);
    expect(main.errors).toEqual([expect.stringContaining('RUNNER_TEMP is not set')]);
    expect(main.toolRuns).toEqual([]);
  });
});

describe('a second step of the job', () => {
  test('adds to the directory; its post logs out, and the post of the first step removes the directory', async () => {
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

describe('the rest of the docker configuration', () => {
  const plugin = `#!/bin/sh
if [ "$1" = docker-cli-plugin-metadata ]; then
  echo '{"SchemaVersion":"0.1.0","Vendor":"test","Version":"v1.0.0","ShortDescription":"says hello"}'
else
  echo "hello from $DOCKER_CONFIG"
fi
`;

  test('is found by the real docker: plugins, contexts, builders', async () => {
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

test('a byte order mark, entries that are null and keys in any case keep no login from the job', async () => {
  mkdirSync(shared);
  const text = '\uFEFF{"Auths":{"ghcr.io":{"AUTH":"eDp5"},"quay.io":null},"credHelpers":null}';
  writeFileSync(join(shared, 'config.json'), text, { mode: 0o600 });
  const main = await world.main({ env: world.podIdentityEnv(), inputs });
  expect(main).toMatchObject({ exitCode: 0, errors: [], warnings: [] });
  expect(world.dockerLogins(jobDirectory(main))).toMatchObject(others);
  expect(Object.keys(world.dockerLogins(jobDirectory(main)))).toContain(await world.registryHost());
  expect(readFileSync(join(shared, 'config.json'), 'utf8')).toBe(text);
});

test('a link to itself in the shared configuration is no error', async () => {
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

test('a leftover directory of the same name blocks no job', async () => {
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

  test('one that refuses the login fails the step, unless the step is isolated', async () => {
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
  ])('one that the key %s names is not used in an isolated step', async (key, store) => {
    const host = await world.registryHost();
    share({ [key]: store ?? { [host]: 'nowhere' }, auths: {} });
    const tools = { docker: 'real' as const, 'docker-credential-nowhere': { exitCode: 0 } };
    const main = await world.main({ env: world.podIdentityEnv(), inputs, tools });
    expect(main).toMatchObject({ exitCode: 0, warnings: [] });
    expect(world.dockerLogins(jobDirectory(main))).toEqual({ [host]: { auth: world.aws.issued[0]?.token } });
    expect(main.toolRuns.map(({ tool }) => tool)).toEqual(['docker']);
  });

  test('one that accepts the login and does not keep it is a warning', async () => {
    share({ credHelpers: { [await world.registryHost()]: 'ecr-login' } });
    const tools = { docker: 'real' as const, 'docker-credential-ecr-login': { exitCode: 0 } };
    const env = { ...world.podIdentityEnv(), AWS_ECR_IGNORE_CREDS_STORAGE: 'true' };
    const main = await world.main({ env, tools });
    expect(main.exitCode).toBe(0);
    expect(main.warnings).toEqual([
      expect.stringContaining('The credential helper ecr-login took the login'),
    ]);
    expect(main.warnings[0]).toContain('credentials of the helper');
  });

  test('of the operating system is not used by docker if the shared configuration is empty', async () => {
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

  test('lose no login of each other or of others, neither at login nor at logout', async () => {
    share({ auths: others });
    const steps = await allAtOnce({});
    expect(steps.map(({ exitCode }) => exitCode)).toEqual(accounts.map(() => 0));
    expect(Object.keys(world.dockerLogins()).sort()).toEqual([...(await allHosts()), 'ghcr.io'].sort());
    const posts = await Promise.all(steps.map((main) => world.post(main, { debug: false })));
    expect(posts.map(({ exitCode }) => exitCode)).toEqual(accounts.map(() => 0));
    expect(world.dockerLogins()).toEqual(others);
    expect(readdirSync(shared)).toEqual(['config.json']);
  });

  test('each keep the login in a directory of their own, and the shared file is not changed', async () => {
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

  test('share one directory if they are of one job', async () => {
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
    // The runner runs the post steps of a job one after another, the last one first.
    for (const main of steps.reverse()) expect((await world.post(main, { debug: false })).errors).toEqual([]);
    expect(readdirSync(world.runnerTemp)).toEqual([]);
  });
});
