import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { failingFiles } from '../harness/faults-of-files.ts';
import { harness } from '../harness/paths.ts';
import { describeReal } from '../harness/real-parts.ts';
import { findProgram } from '../harness/tools.ts';
import { useWorld } from '../harness/use-world.ts';
import { TOOLS } from '../harness/usual.ts';

const asRoot = process.getuid?.() === 0 ? test : test.skip;
const CONFIG_FILE = { 'container-cli': 'config-file' };
const THIRTY = Array.from({ length: 30 }, (_, index) => String(100000000001 + index));
const others = { 'ghcr.io': { auth: 'eDp5' } };

let shared: string;
let file: string;
const world = useWorld();
beforeEach(() => {
  shared = join(world.home, '.docker');
  file = join(shared, 'config.json');
  mkdirSync(shared, { mode: 0o700 });
});

const share = (text: string, mode = 0o600): void => writeFileSync(file, text, { mode });
const auths = (): unknown => (JSON.parse(readFileSync(file, 'utf8')) as { auths?: unknown }).auths;

/** Logs in by `config-file`, to the registry of the pod's account unless others are named. */
const logIn = (env: Record<string, string> = {}, registries = ''): ReturnType<typeof world.main> =>
  world.main({
    env: { ...world.podIdentityEnv(), ...env },
    inputs: { ...CONFIG_FILE, registries },
    tools: {},
  });

describe('config-file reads what docker reads', () => {
  test.each([
    ['a byte order mark', '\uFEFF{"auths":{"ghcr.io":{"auth":"eDp5"}}}', others],
    ['entries that are null', '{"auths":{"ghcr.io":null},"credHelpers":null}', { 'ghcr.io': {} }],
    ['keys in any case', '{"Auths":{"ghcr.io":{"AUTH":"eDp5"}}}', others],
  ])('%s', async (_, text, kept) => {
    share(text);
    const main = await logIn();
    expect(main).toMatchObject({ exitCode: 0, errors: [], warnings: [] });
    const token = world.aws.issued[0]?.token;
    expect(auths()).toEqual({ ...kept, [await world.registryHost()]: { auth: token } });
    const post = await world.post(main);
    expect([post.exitCode, post.errors, auths()]).toEqual([0, [], kept]);
  });
});

describe('a file that another program has open', () => {
  const held = (times: number) => failingFiles(`renameSync:EPERM:${times}:config.json`);

  test('is replaced once that program has closed it, in main and in post', async () => {
    share(JSON.stringify({ auths: others }));
    const main = await logIn(held(6));
    expect(main).toMatchObject({ exitCode: 0, errors: [] });
    const post = await world.post(main);
    expect([post.exitCode, post.errors, auths()]).toEqual([0, [], others]);
  });

  test('is unchanged, and no draft is left, if that takes too long', async () => {
    share(JSON.stringify({ auths: others }));
    const main = await logIn(held(1_000));
    expect(main.exitCode).toBe(1);
    expect(main.errors[0]).toContain(`${file} could not be changed: EPERM`);
    expect([auths(), readdirSync(shared)]).toEqual([others, ['config.json']]);
    const post = await world.post(main);
    expect([post.exitCode, post.errors, auths()]).toEqual([0, [], others]);
  });
});

test('an invalid file is reported once, in main, and does not fail post too', async () => {
  const broken = '{"auths":{';
  share(broken);
  for (const account of THIRTY) await world.registry(account);
  const main = await logIn({}, THIRTY.join());
  expect(main.exitCode).toBe(1);
  expect(main.errors).toEqual([
    expect.stringContaining(`${file} could not be changed: it is not valid JSON`),
  ]);
  const post = await world.post(main);
  expect([post.exitCode, post.errors, post.warnings]).toEqual([0, [], []]);
  expect(readFileSync(file, 'utf8')).toBe(broken);
});

describeReal('a configuration that belongs to root', ['docker'], () => {
  asRoot('is replaced by docker of another user, which the log says', async () => {
    share(JSON.stringify({ auths: others }));
    const main = await world.main({
      env: {
        ...world.podIdentityEnv(),
        NODE_OPTIONS: `--import=${join(harness, 'other-user.mjs')}`,
        OTHER_USERS_FOLDER: world.directory,
        ROOTS_FOLDER: file,
      },
    });
    expect(main).toMatchObject({ exitCode: 0, errors: [] });
    expect(main.warnings).toEqual([
      expect.stringMatching(/^docker cannot read its configuration and replaces it .*: permission denied/),
    ]);
    expect(Object.keys(world.dockerLogins())).toEqual([await world.registryHost()]);
  });
});

describe('warnings', () => {
  test('one for a file that others can read, not one for each registry', async () => {
    share('{}');
    chmodSync(file, 0o640);
    for (const account of THIRTY) await world.registry(account);
    const main = await world.main({
      env: world.podIdentityEnv(),
      inputs: { ...CONFIG_FILE, registries: THIRTY.join() },
      tools: {},
      // The last line; after it the file is closed, since the leak check finds passwords that others can read.
      reaction: { words: ', until ', act: () => chmodSync(file, 0o600) },
    });
    expect(main.exitCode).toBe(0);
    expect(main.warnings).toEqual([expect.stringContaining(`${file} will hold the password`)]);
    expect(main.warnings[0]).toContain('(mode 640): chmod 600 it');
  });

  test.each([
    ['DOCKER_CONFIG', 'docker', '~/.docker'],
    ['REGISTRY_AUTH_FILE', 'podman', '~/auth.json'],
    ['HELM_REGISTRY_CONFIG', 'helm', '~'],
  ])('one for a ~ in %s, which is not expanded', async (name, tool, value) => {
    const main = await world.main({
      env: { ...world.podIdentityEnv(), [name]: value },
      inputs: { 'container-cli': tool },
      tools: { [tool]: { exitCode: 0 } },
    });
    expect(main.exitCode).toBe(0);
    expect(main.warnings).toEqual([
      expect.stringContaining(`${name} is '${value}', and '~' is not expanded`),
    ]);
    expect(main.warnings[0]).toContain(join(world.directory, 'step-0', value));
  });

  test('none for a ~ in a variable that does not decide where the login goes', async () => {
    const env = { HELM_REGISTRY_CONFIG: '~/helm.json', REGISTRY_AUTH_FILE: '~/auth.json' };
    expect((await logIn(env)).warnings).toEqual([]);
  });

  test('none for a ~ within a path', async () => {
    const main = await logIn({ DOCKER_CONFIG: join(world.directory, '~', '~docker') });
    expect([main.exitCode, main.warnings]).toEqual([0, []]);
  });

  asRoot('one for root if the file belongs to another user (as root)', async () => {
    share(JSON.stringify({ auths: others }));
    chownSync(file, 1001, 1001);
    const main = await world.main({
      env: world.podIdentityEnv(),
      inputs: { 'container-cli': 'docker,config-file' },
      tools: TOOLS,
    });
    expect(main.exitCode).toBe(0);
    expect(main.warnings).toEqual([expect.stringContaining(`${file} belongs to the user 1001`)]);
    chownSync(file, 0, 0);
    expect((await logIn()).warnings).toEqual([]);
  });
});

describe('the other settings in an auth file of podman', () => {
  const settings = { proxies: { default: {} }, currentContext: 'c' };

  /** The warnings of a login with podman that have to do with its file. */
  async function warningsOf(env: Record<string, string>): Promise<string[]> {
    const main = await world.main({
      env: { ...world.podIdentityEnv(), ...env },
      inputs: { 'container-cli': 'podman' },
      tools: { podman: { exitCode: 0 } },
    });
    expect(main.exitCode).toBe(0);
    return main.warnings.filter((warning) => warning.includes('will drop'));
  }

  test('are dropped if REGISTRY_AUTH_FILE names it: a warning', async () => {
    share(JSON.stringify({ auths: others, ...settings }));
    const warnings = await warningsOf({ REGISTRY_AUTH_FILE: file });
    expect(warnings).toEqual([expect.stringContaining(`REGISTRY_AUTH_FILE names ${file}, and podman`)]);
    expect(warnings[0]).toContain('proxies, currentContext');
    share(JSON.stringify({ auths: others, credHelpers: {} }));
    expect(await warningsOf({ REGISTRY_AUTH_FILE: file })).toEqual([]);
  });

  test('are kept if DOCKER_CONFIG leads to it: no warning', async () => {
    share(JSON.stringify({ auths: others, ...settings }));
    expect(await warningsOf({ DOCKER_CONFIG: shared })).toEqual([]);
  });

  describeReal('with the real tools', ['podman', 'skopeo', 'compat-auth-file'], () => {
    test.each(['podman', 'skopeo'])('%s does what the warning says', (tool) => {
      const logOut = (env: Record<string, string>): unknown => {
        share(JSON.stringify({ auths: { a: { auth: 'eDp5' } }, ...settings }));
        // No PATH: a tool finds no credential helper of the machine.
        execFileSync(findProgram(tool) ?? tool, ['logout', 'a'], {
          env: { HOME: world.home, ...env },
          stdio: 'ignore',
        });
        return JSON.parse(readFileSync(file, 'utf8'));
      };
      expect(logOut({ REGISTRY_AUTH_FILE: file })).toEqual({ auths: {} });
      expect(logOut({ DOCKER_CONFIG: shared })).toEqual({ auths: {}, ...settings });
    });
  });
});
