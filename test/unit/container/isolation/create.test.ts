import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Isolation, isolate } from '../../../../src/container/isolation/create.ts';
import { jobDirectories } from '../../../../src/container/isolation/directory.ts';
import { LOCK_NAME } from '../../../../src/container/lock.ts';
import { TOOLS, type ToolName } from '../../../../src/container/tool.ts';
import { Failure } from '../../../../src/errors/failure.ts';
import { pretendPlatform } from '../../platform.ts';
import { captureOutput } from '../../written-output.ts';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const never = new AbortController().signal;

let root: string;
let temp: string;
let shared: string;
let written: () => string;
let environment: Record<string, string>;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'isolation-')));
  temp = join(root, 'temp');
  shared = join(root, 'docker');
  mkdirSync(temp);
  mkdirSync(shared);
  environment = {
    RUNNER_TEMP: temp,
    GITHUB_RUN_ID: '9876543210',
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_JOB: 'build',
    RUNNER_NAME: 'runner-abcde',
    DOCKER_CONFIG: shared,
    XDG_RUNTIME_DIR: join(root, 'run'),
    XDG_CONFIG_HOME: join(root, 'config'),
  };
  written = captureOutput();
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

/** Isolates for tools; gives what post would know and the environment of the clients. */
async function isolateFor(
  tools: ToolName[],
  hosts = [HOST],
  from: Record<string, string | undefined> = environment,
): Promise<{ plan: Isolation; after: Record<string, string | undefined> }> {
  const plans: Isolation[] = [];
  const purpose = { tools: tools.map((name) => TOOLS[name]), hosts };
  const plan = await isolate(from, purpose, never, (planned) => plans.push(planned));
  expect(plans).toEqual([plan]);
  const moved = plan.moved.map(({ name, value }) => [name, value] as const);
  return { plan, after: { ...from, ...Object.fromEntries(moved) } };
}

const read = (...path: string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'));
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('the directory', () => {
  test('is in RUNNER_TEMP, named after the run, and only this user can use it and its files', async () => {
    const { plan } = await isolateFor(['docker', 'podman', 'helm']);
    expect(plan.isFirst).toBe(true);
    expect(plan.directory).toMatch(/^.*\/temp\/ecr-pod-identity-login-9876543210-2-[0-9a-f]{16}$/);
    expect(mode(plan.directory)).toBe('700');
    const files = readdirSync(plan.directory).sort();
    expect(files).toEqual(['auth.json', 'config.json', 'helm.json']);
    for (const name of files) expect(mode(join(plan.directory, name))).toBe('600');
    expect(readdirSync(temp)).toHaveLength(1);
  });

  test.each(['GITHUB_RUN_ID', 'GITHUB_RUN_ATTEMPT', 'GITHUB_JOB', 'RUNNER_NAME'])(
    'differs if %s differs or is not set',
    async (name) => {
      const { plan } = await isolateFor(['docker']);
      // What is no number counts as no run.
      for (const value of ['7', undefined, '../../etc', '8/../..', '../8']) {
        const other = await isolateFor(['docker'], [HOST], { ...environment, [name]: value });
        expect(other.plan.isFirst).toBe(!value?.includes('..') || !name.startsWith('GITHUB_RUN'));
        expect(other.plan.directory).not.toBe(plan.directory);
        expect(dirname(other.plan.directory)).toBe(temp);
      }
    },
  );

  test('needs RUNNER_TEMP', async () => {
    const { RUNNER_TEMP: _, ...without } = environment;
    await expect(async () => isolateFor(['docker'], [HOST], without)).rejects.toThrow(
      'RUNNER_TEMP is not set',
    );
  });

  test('cannot be created in a file', async () => {
    rmSync(temp, { recursive: true });
    writeFileSync(temp, '');
    const failing = isolate(environment, { tools: [], hosts: [] }, never, () => {});
    await expect(failing).rejects.toThrow(/own docker configuration could not be created: .*ENOTDIR/);
  });

  test('fails with a failure as it is', async () => {
    const failure = new Failure({ what: 'cancelled' });
    const failing = isolate(environment, { tools: [], hosts: [] }, never, () => {
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
  });

  test('is announced before it is created', async () => {
    const planned: boolean[] = [];
    const purpose = { tools: [TOOLS.docker], hosts: [HOST] };
    await isolate(environment, purpose, never, ({ directory }) => planned.push(existsSync(directory)));
    expect(planned).toEqual([false]);
  });

  test('is shared with a step that creates it first, and announced again', async () => {
    const plans: Isolation[] = [];
    const purpose = { tools: [TOOLS.docker], hosts: [HOST] };
    const isolation = await isolate(environment, purpose, never, (plan) => {
      plans.push(plan);
      if (plan.isFirst) mkdirSync(plan.directory, { mode: 0o700 });
    });
    expect(plans.map(({ isFirst }) => isFirst)).toEqual([true, false]);
    expect(isolation).toEqual(plans[1]);
    expect(existsSync(join(isolation.directory, 'config.json'))).toBe(true);
  });

  test('cannot be created if all of its names are taken', async () => {
    for (const directory of jobDirectories(temp, environment)) writeFileSync(directory, '');
    await expect(isolateFor(['docker'])).rejects.toThrow('all names for it in');
  });
});

describe('the variables', () => {
  test.each([
    [['docker'], ['DOCKER_CONFIG']],
    [['config-file'], ['DOCKER_CONFIG']],
    [['oras', 'nerdctl', 'finch'], ['DOCKER_CONFIG']],
    [['podman'], ['DOCKER_CONFIG', 'REGISTRY_AUTH_FILE']],
    [
      ['skopeo', 'buildah'],
      ['DOCKER_CONFIG', 'REGISTRY_AUTH_FILE'],
    ],
    [['helm'], ['DOCKER_CONFIG', 'HELM_REGISTRY_CONFIG']],
  ] as const)('for %j are %j', async (tools, names) => {
    const { plan, after } = await isolateFor([...tools]);
    expect(plan.moved.map(({ name }) => name)).toEqual(names);
    expect(plan.moved[0]).toEqual({ name: 'DOCKER_CONFIG', value: plan.directory, earlier: shared });
    for (const { name, value } of plan.moved) expect(after[name]).toBe(value);
    expect(after['XDG_RUNTIME_DIR']).toBe(environment['XDG_RUNTIME_DIR']);
  });

  test('of a docker that may be podman include REGISTRY_AUTH_FILE, where it is set', async () => {
    const given = { ...environment, REGISTRY_AUTH_FILE: join(root, 'auth.json') };
    for (const [tools, names] of [
      [
        ['docker', 'helm'],
        ['DOCKER_CONFIG', 'HELM_REGISTRY_CONFIG', 'REGISTRY_AUTH_FILE'],
      ],
      [['config-file'], ['DOCKER_CONFIG']],
    ] as const) {
      const { plan } = await isolateFor([...tools], [HOST], given);
      expect(plan.moved.map(({ name }) => name).sort()).toEqual(names);
    }
  });

  test('that were not set have an empty earlier value', async () => {
    const { DOCKER_CONFIG: _, ...without } = environment;
    const { plan } = await isolateFor(['podman'], [HOST], without);
    expect(plan.moved.map(({ earlier }) => earlier)).toEqual(['', '']);
  });
});

describe('a second step of the job', () => {
  test('adds to the same directory and moves no variable twice', async () => {
    const first = await isolateFor(['docker']);
    writeFileSync(join(first.plan.directory, 'config.json'), '{"auths":{"a":{"auth":"eA=="}}}');
    const second = await isolateFor(['docker', 'podman'], ['other.host'], first.after);
    expect(second.plan.directory).toBe(first.plan.directory);
    expect(second.plan.isFirst).toBe(false);
    expect(second.plan.moved.map(({ name }) => name)).toEqual(['REGISTRY_AUTH_FILE']);
    expect(read(first.plan.directory, 'config.json')).toEqual({
      auths: { a: { auth: 'eA==' }, 'other.host': {} },
    });
    expect(read(first.plan.directory, 'auth.json')).toEqual({ auths: { a: { auth: 'eA==' } } });
  });

  test('shares the directory if it runs at the same time', async () => {
    const both = await Promise.all([isolateFor(['docker']), isolateFor(['docker']), isolateFor(['podman'])]);
    expect(new Set(both.map(({ plan }) => plan.directory)).size).toBe(1);
    expect(both.filter(({ plan }) => plan.isFirst)).toHaveLength(1);
  });

  test.each([
    ['a link', (path: string) => symlinkSync(shared, path)],
    ['a file', (path: string) => writeFileSync(path, '')],
    ['open to others', (path: string) => mkdirSync(path, { mode: 0o750 })],
  ])('does not use one that is %s', async (_, plant) => {
    const [planted = '', next] = jobDirectories(temp, environment);
    plant(planted);
    const { plan } = await isolateFor(['docker']);
    expect(plan).toMatchObject({ isFirst: true, directory: next });
    expect(readdirSync(shared)).toEqual([]);
    const second = await isolateFor(['docker']);
    expect(second.plan).toMatchObject({ isFirst: false, directory: next });
  });

  test('does not use one of another user', async () => {
    const [planted = '', next] = jobDirectories(temp, environment);
    mkdirSync(planted, { mode: 0o700 });
    expect(next).toBe(`${planted}-2`);
    jest.spyOn(process, 'getuid').mockReturnValue(54_321);
    expect((await isolateFor(['docker'])).plan).toMatchObject({ isFirst: true, directory: next });
  });

  test('uses one on Windows, where directories have no such modes', async () => {
    const [directory = ''] = jobDirectories(temp, environment);
    mkdirSync(directory, { mode: 0o755 });
    pretendPlatform('win32');
    expect((await isolateFor(['docker'])).plan).toMatchObject({ isFirst: false, directory });
  });

  test('links nothing again', async () => {
    const { plan, after } = await isolateFor(['docker']);
    writeFileSync(join(shared, 'later'), '');
    await isolateFor(['docker'], [HOST], { ...after, DOCKER_CONFIG: shared });
    expect(readdirSync(plan.directory)).toEqual(['config.json']);
  });

  test('replaces a link that was planted in place of the file, and does not follow it', async () => {
    const { plan, after } = await isolateFor(['docker']);
    const target = join(root, 'target');
    writeFileSync(target, 'untouched');
    rmSync(join(plan.directory, 'config.json'));
    symlinkSync(target, join(plan.directory, 'config.json'));
    await isolateFor(['docker'], [HOST], after);
    expect(readFileSync(target, 'utf8')).toBe('untouched');
    expect(lstatSync(join(plan.directory, 'config.json')).isFile()).toBe(true);
  });
});

describe('the initial configuration', () => {
  const config = {
    auths: { 'ghcr.io': { auth: 'eA==' }, 'quay.io': {} },
    credsStore: 'pass',
    credHelpers: { 'gcr.io': 'gcloud', [HOST]: 'ecr-login' },
    proxies: { default: { httpsProxy: 'http://p' } },
    cliPluginsExtraDirs: ['/opt/plugins'],
    currentContext: 'remote',
  };

  test("is docker's configuration in force, which is not changed", async () => {
    const text = `\t${JSON.stringify(config)}  `;
    writeFileSync(join(shared, 'config.json'), text, { mode: 0o644 });
    const before = statSync(join(shared, 'config.json'));
    const { plan } = await isolateFor(['docker']);
    expect(read(plan.directory, 'config.json')).toEqual({
      ...config,
      auths: { ...config.auths, [HOST]: {} },
      credHelpers: { 'gcr.io': 'gcloud', [HOST]: '', [`${HOST}:443`]: '' },
    });
    const hash = (content: string): string => createHash('sha256').update(content).digest('hex');
    expect(hash(readFileSync(join(shared, 'config.json'), 'utf8'))).toBe(hash(text));
    expect(statSync(join(shared, 'config.json'))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(readdirSync(shared)).toEqual(['config.json']);
  });

  test('links everything beside config.json', async () => {
    for (const name of ['cli-plugins', 'buildx', 'contexts', LOCK_NAME]) mkdirSync(join(shared, name));
    for (const name of ['ca.pem', 'config.json12345']) writeFileSync(join(shared, name), name);
    writeFileSync(join(shared, 'cli-plugins', 'docker-buildx'), 'plugin');
    const { plan } = await isolateFor(['docker']);
    expect(readdirSync(plan.directory).sort()).toEqual([
      'buildx',
      'ca.pem',
      'cli-plugins',
      'config.json',
      'contexts',
    ]);
    expect(readFileSync(join(plan.directory, 'cli-plugins', 'docker-buildx'), 'utf8')).toBe('plugin');
    expect(lstatSync(join(plan.directory, 'buildx')).isSymbolicLink()).toBe(true);
  });

  test('is empty if there is no configuration, or, with a warning, if it cannot be read', async () => {
    rmSync(shared, { recursive: true });
    const empty = await isolateFor(['docker']);
    expect(read(empty.plan.directory, 'config.json')).toEqual({ auths: { [HOST]: {} } });
    expect(existsSync(shared)).toBe(false);
    expect(written()).not.toContain('::warning::');
    rmSync(empty.plan.directory, { recursive: true });
    mkdirSync(shared);
    writeFileSync(join(shared, 'config.json'), '{"auths":{"a":{"auth":"c2VjcmV0"');
    const broken = await isolateFor(['docker']);
    expect(read(broken.plan.directory, 'config.json')).toEqual({ auths: { [HOST]: {} } });
    expect(written()).toMatch(/^::warning::.*config\.json cannot be read \(it is not valid JSON\)/m);
    expect(written()).not.toContain('c2VjcmV0');
  });

  test('is, for podman, every file that podman reads', async () => {
    const { DOCKER_CONFIG: _, ...from } = environment;
    mkdirSync(join(root, 'config', 'containers'), { recursive: true });
    mkdirSync(join(root, 'run', 'containers'), { recursive: true });
    const auths = (value: string) =>
      JSON.stringify({ auths: { both: { auth: value }, [value]: { auth: value } } });
    writeFileSync(join(root, 'config', 'containers', 'auth.json'), auths('config'));
    writeFileSync(join(root, 'run', 'containers', 'auth.json'), auths('run'));
    const { plan } = await isolateFor(['podman'], [HOST], from);
    const start = read(plan.directory, 'auth.json') as { auths: Record<string, unknown> };
    const isLinux = process.platform === 'linux';
    expect(start.auths['config']).toEqual({ auth: 'config' });
    expect(start.auths['both']).toEqual({ auth: isLinux ? 'run' : 'config' });
    expect(start.auths).not.toHaveProperty(HOST);
  });

  test('is, for podman, only the file that a variable names, if there is one', async () => {
    const file = join(root, 'mine.json');
    writeFileSync(file, '{"auths":{"mine":{"auth":"eA=="}}}');
    writeFileSync(join(shared, 'config.json'), '{"auths":{"docker":{"auth":"eA=="}}}');
    const { plan } = await isolateFor(['podman'], [HOST], { ...environment, REGISTRY_AUTH_FILE: file });
    expect(read(plan.directory, 'auth.json')).toEqual({ auths: { mine: { auth: 'eA==' } } });
    expect(plan.moved[1]).toMatchObject({ name: 'REGISTRY_AUTH_FILE', earlier: file });
  });

  test('is, for helm, the registry configuration', async () => {
    const file = join(root, 'helm.json');
    writeFileSync(file, '{"auths":{"a":{},"b":{"auth":"eA=="}},"credsStore":"pass"}');
    const { plan } = await isolateFor(['helm'], [HOST], { ...environment, HELM_REGISTRY_CONFIG: file });
    expect(read(plan.directory, 'helm.json')).toEqual({
      auths: { a: {}, b: { auth: 'eA==' }, [HOST]: {} },
      credHelpers: { a: 'pass' },
    });
  });
});
