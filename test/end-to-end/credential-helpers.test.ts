import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { describeReal, testReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import type { Tool } from '../harness/tools.ts';
import { useWorld } from '../harness/use-world.ts';

const world = useWorld();

/** A helper that keeps no login to begin with, and takes what it is given. */
const HELPER: Tool = [
  { on: 'get', stdout: 'credentials not found in native keychain', exitCode: 1 },
  { exitCode: 0 },
];
/** The helper of Amazon ECR, which can neither store nor erase. */
const ECR_LOGIN: Tool = [
  { on: 'get', stdout: 'credentials not found in native keychain', exitCode: 1 },
  { stdout: 'not implemented', exitCode: 1 },
];

/** What was run, in order: tools with their command, helpers with theirs. */
const runsOf = ({ toolRuns }: StepResult): string[] =>
  toolRuns.map(({ tool, argv }) => `${tool} ${argv[0]}`).filter((run) => !run.endsWith(' get'));

describeReal("helpers that podman's registries.conf names", ['podman'], () => {
  let authFile: string;
  beforeEach(() => {
    authFile = join(world.directory, 'run', 'containers', 'auth.json');
  });

  /** Logs podman in with these helpers, to registries without TLS. */
  async function logIn(helpers: string[], inputs: Record<string, string> = {}): Promise<StepResult> {
    const accounts = (inputs['registries'] ?? world.accountId).split(',');
    const hosts = await Promise.all(accounts.map((account) => world.registryHost(account)));
    const folder = join(world.home, '.config', 'containers');
    mkdirSync(folder, { recursive: true });
    const insecure = hosts.map((host) => `[[registry]]\nlocation = "${host}"\ninsecure = true\n`);
    const config = `credential-helpers = ${JSON.stringify(helpers)}\n${insecure.join('')}`;
    writeFileSync(join(folder, 'registries.conf'), config);
    return world.main({
      env: { ...world.podIdentityEnv(), PODMAN_IGNORE_CGROUPSV1_WARNING: '1' },
      inputs: { 'container-cli': 'podman', ...inputs },
      tools: {
        podman: 'real',
        'docker-credential-keep': HELPER,
        'docker-credential-ecr-login': ECR_LOGIN,
      },
    });
  }

  test('keep an isolated login, which post erases before it removes the directory', async () => {
    const main = await logIn(['keep'], { 'isolate-docker-config': 'true' });
    expect(main.exitCode).toBe(0);
    expect(runsOf(main)).toEqual(['podman login', 'docker-credential-keep store']);
    expect(main.warnings).toEqual([
      expect.stringMatching(
        /^podman keeps its logins in a credential helper.*credential-helpers in registries\.conf/,
      ),
    ]);
    expect(main.log).not.toContain('another program');
    const post = await world.post(main);
    expect([post.exitCode, post.errors]).toEqual([0, []]);
    expect(runsOf(post)).toEqual(['podman logout', 'docker-credential-keep erase']);
    expect(existsSync(main.exportedEnv['DOCKER_CONFIG'] ?? '')).toBe(false);
  });

  test('keep the logins of several registries, which is said once', async () => {
    const main = await logIn(['keep'], { registries: '111111111111,222222222222' });
    expect([main.exitCode, main.warnings]).toEqual([0, []]);
    expect(main.log.match(/podman keeps its logins in a credential helper/g)).toHaveLength(1);
    expect(runsOf(main).filter((run) => run === 'podman login')).toHaveLength(2);
    const post = await world.post(main);
    expect([post.exitCode, runsOf(post).filter((run) => run.endsWith(' erase')).length]).toEqual([0, 2]);
  });

  test('cannot erase a login that was in the auth file: post succeeds once it is gone from there', async () => {
    const main = await logIn(['containers-auth.json', 'ecr-login']);
    expect([main.exitCode, main.warnings]).toEqual([0, []]);
    expect(readFileSync(authFile, 'utf8')).toContain(world.aws.issued.at(-1)?.token);
    const post = await world.post(main);
    expect(runsOf(post)).toEqual(['podman logout', 'docker-credential-ecr-login erase']);
    expect([post.exitCode, post.errors]).toEqual([0, []]);
    expect(JSON.parse(readFileSync(authFile, 'utf8'))).toEqual({ auths: {} });
  });

  test.each(['true', 'false'])(
    'cannot store a login: the remedy names registries.conf, with isolate-docker-config %s',
    async (isolate) => {
      const main = await logIn(['ecr-login'], { 'isolate-docker-config': isolate });
      expect(main.exitCode).toBe(1);
      expect(main.errors[0]).toContain('not implemented');
      expect(main.errors[0]).toContain('credential-helpers');
      expect(main.errors[0]).toContain('registries.conf');
      expect(main.errors[0]).not.toContain('isolate-docker-config');
      const post = await world.post(main);
      expect([post.exitCode, post.errors]).toEqual([0, []]);
    },
  );
});

describeReal('a configuration that docker cannot read', ['docker'], () => {
  test.each([
    ['a trailing comma', '{"auths":{},}'],
    ['a byte order mark', '\uFEFF{"auths":{}}'],
    ['a comment', '// mine\n{"auths":{}}'],
  ])('with %s is replaced by docker, which the log says once', async (_, config) => {
    const folder = join(world.home, '.docker');
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(join(folder, 'config.json'), config, { mode: 0o600 });
    const main = await world.main({
      env: world.podIdentityEnv(),
      inputs: { registries: '111111111111,222222222222' },
    });
    expect(main.exitCode).toBe(0);
    expect(main.warnings).toEqual([
      expect.stringMatching(
        /^docker cannot read its configuration and replaces it .*Error parsing config file/,
      ),
    ]);
    expect(Object.keys(world.dockerLogins())).toHaveLength(2);
  });
});

testReal('docker')('a helper that docker uses is told by docker to store and to erase', async () => {
  const folder = join(world.home, '.docker');
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, 'config.json'), '{"credsStore":"keep"}');
  const tools = { docker: 'real', 'docker-credential-keep': HELPER } as const;
  const main = await world.main({ env: world.podIdentityEnv(), tools });
  const post = await world.post(main);
  expect([main.exitCode, post.exitCode, main.warnings]).toEqual([0, 0, []]);
  expect(runsOf(main)).toContain('docker-credential-keep store');
  expect(runsOf(post)).toContain('docker-credential-keep erase');
});
