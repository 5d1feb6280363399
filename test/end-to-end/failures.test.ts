import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { LOCK_NAME } from '../../src/container/lock.ts';
import { ecrReply } from '../harness/aws-services.ts';
import { answer, hang } from '../harness/faults.ts';
import { failingFiles } from '../harness/faults-of-files.ts';
import { describeReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import { useWorld } from '../harness/use-world.ts';
import { TOOLS } from '../harness/usual.ts';

const world = useWorld();

const two = { registries: '123456789012,210987654321' };

describeReal('docker refuses', ['docker'], () => {
  test('the first: nothing is logged in to, and docker is not run again', async () => {
    (await world.registry('123456789012')).faults.always(answer(403, 'no entry'));
    const main = await world.main({ env: world.podIdentityEnv(), inputs: two });
    const host = await world.registryHost('123456789012');
    expect(main.exitCode).toBe(1);
    expect(main.errors).toHaveLength(1);
    expect(main.errors[0]).toContain(`docker could not log in to registry ${host}`);
    expect(main.errors[0]).toContain('403 Forbidden');
    expect(main.outputs).toEqual({});
    expect(main.toolRuns).toHaveLength(1);
    expect((await world.post(main)).exitCode).toBe(0);
    expect(world.dockerLogins()).toEqual({});
  });

  test('the second: the first keeps its outputs, and post logs out of it', async () => {
    (await world.registry('210987654321')).faults.always(answer(401, 'no entry'));
    const main = await world.main({ env: world.podIdentityEnv(), inputs: two });
    const first = await world.registryHost('123456789012');
    expect(main.exitCode).toBe(1);
    expect(main.errors[0]).toContain(await world.registryHost('210987654321'));
    const suffix = first.replace(/\W+/g, '_');
    const names = [`docker_username_${suffix}`, `docker_password_${suffix}`, 'registries', 'expires-at'];
    expect(Object.keys(main.outputs)).toEqual(names);
    expect(main.outputs['registries']).toBe(JSON.stringify([first]));
    expect(Object.keys(world.dockerLogins())).toEqual([first]);
    await world.post(main);
    expect(world.dockerLogins()).toEqual({});
  });

  test('its own words reach the user without the noise around them, on one line', async () => {
    const stderr =
      'time="2026-01-01T00:00:00Z" level=info msg="noise"\nError: the store is\n::add-path::/evil\nlocked\n';
    const tools = { docker: { stderr, exitCode: 1 } };
    const main = await world.main({ env: world.podIdentityEnv(), tools });
    expect(main.errors[0]).toContain('Error: the store is ::add-path::/evil locked');
    expect(main.errors[0]).not.toContain('noise');
    expect(main.paths).toEqual([]);
    expect(main.stdout).not.toMatch(/^\s*::add-path/m);
    expect(main.masks).toContain(world.aws.issued[0]?.password);
  });

  test('a login that was there before stays: what was refused is not logged out of', async () => {
    const host = await world.registryHost('123456789012');
    const auths = { [host]: { auth: Buffer.from('someone:earlier').toString('base64') } };
    const folder = join(world.home, '.docker');
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths }), { mode: 0o600 });
    (await world.registry('123456789012')).faults.always(answer(403, 'no entry'));
    const main = await world.main({ env: world.podIdentityEnv() });
    expect(main.exitCode).toBe(1);
    await world.post(main);
    expect(world.dockerLogins()).toEqual(auths);
  });

  test('what docker has started may stay with the output open', async () => {
    const tools = { docker: { grandchild: true, keepsLogins: true, exitCode: 0 } };
    const main = await world.main({ env: world.podIdentityEnv(), tools });
    expect([main.exitCode, main.errors]).toEqual([0, []]);
  });

  test('docker is missing: said before any call', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), tools: {} });
    expect(main.exitCode).toBe(1);
    expect(main.errors[0]).toContain('No container tool found on PATH');
    expect([...world.agent.requests, ...world.aws.requests]).toEqual([]);
  });
});

describe('ECR', () => {
  test('denies: in its own words', async () => {
    world.identities.pod.denied.add('ecr:GetAuthorizationToken');
    const main = await world.main({ env: world.podIdentityEnv(), tools: TOOLS });
    expect(main.exitCode).toBe(1);
    expect(main.errors).toHaveLength(1);
    expect(main.errors[0]).toContain('is not authorized to perform: ecr:GetAuthorizationToken');
    expect(main.toolRuns).toEqual([]);
    expect(main.errors[0]).not.toContain(' at ');
  });

  test('the stack is in the debug log only', async () => {
    world.identities.pod.denied.add('ecr:GetAuthorizationToken');
    const quiet = await world.main({ env: world.podIdentityEnv(), debug: false, tools: TOOLS });
    expect(quiet.log).not.toMatch(/^\s+at /m);
    const main = await world.main({ env: world.podIdentityEnv(), tools: TOOLS });
    expect(main.stdout).toMatch(/^::debug::.*%0A\s+at /m);
  });

  test.each([
    ['nothing', {}, 'has no authorization data'],
    ['an empty list', { authorizationData: [] }, 'has no authorization data'],
    ['no token', { authorizationData: [{ proxyEndpoint: 'https://host' }] }, 'has no authorization token'],
    [
      'no base64 of a user',
      { authorizationData: [{ proxyEndpoint: 'https://host', authorizationToken: 'eA==' }] },
      "is not base64 of 'user:password'",
    ],
    ['no host', { authorizationData: [{ authorizationToken: 'QVdTOnB3' }] }, 'a registry that is not a host'],
    [
      'an option for a host',
      { authorizationData: [{ proxyEndpoint: '--config', authorizationToken: 'QVdTOnB3' }] },
      "'--config'",
    ],
  ])('answers with %s: a clear error', async (_, body, words) => {
    world.aws.faults.once(ecrReply(body));
    const main = await world.main({ env: world.podIdentityEnv(), tools: TOOLS });
    expect(main.exitCode).toBe(1);
    expect(main.errors).toEqual([expect.stringContaining(words)]);
    expect(main.toolRuns).toEqual([]);
  });

  test('Public answers with nothing', async () => {
    world.aws.faults.once(ecrReply({}));
    const main = await world.main({
      env: world.podIdentityEnv(),
      inputs: { 'registry-type': 'public' },
      tools: TOOLS,
    });
    expect(main.errors).toEqual([
      expect.stringContaining(
        'The response of Amazon ECR Public for public.ecr.aws has no authorization data',
      ),
    ]);
  });

  test.each([1e13, -1e300])('a time that is none (%d) does not cost the login', async (expiresAt) => {
    world.addSecret('password', 'password-without-end', 'obtained');
    const authorizationToken = Buffer.from('AWS:password-without-end').toString('base64');
    const proxyEndpoint = `http://${await world.registryHost()}`;
    world.aws.faults.once(
      ecrReply({ authorizationData: [{ authorizationToken, proxyEndpoint, expiresAt }] }),
    );
    const main = await world.main({ env: world.podIdentityEnv(), tools: TOOLS });
    expect([main.exitCode, main.errors, main.outputs['expires-at']]).toEqual([0, [], undefined]);
  });

  test('the password is all that follows the first colon', async () => {
    const token = Buffer.from('AWS:pass:word').toString('base64');
    world.addSecret('password', 'pass:word', 'obtained');
    const proxyEndpoint = `http://${await world.registryHost()}`;
    world.aws.faults.once(ecrReply({ authorizationData: [{ authorizationToken: token, proxyEndpoint }] }));
    const main = await world.main({ env: world.podIdentityEnv(), tools: TOOLS });
    expect(main.toolRuns[0]?.stdin).toBe('pass:word');
    expect(Object.values(main.outputs)).toContain('pass:word');
  });
});

describeReal('post', ['docker'], () => {
  test('one logout that fails does not stop the others; it is named and fails the step', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs: two });
    const [first, second] = await Promise.all(
      ['123456789012', '210987654321'].map((id) => world.registryHost(id)),
    );
    const docker = [
      { on: first ?? '', stderr: 'Error: store\n::error::broken\n', exitCode: 1 },
      { exitCode: 0 },
    ];
    const post = await world.post(main, { tools: { docker } });
    expect(post.exitCode).toBe(1);
    expect(post.errors).toEqual([
      `docker could not log out of registry ${first}: Error: store ::error::broken`,
    ]);
    expect(post.toolRuns.map(({ argv }) => argv[1])).toEqual([first, second]);
  });

  test('a login that is damaged in the saved state is named, and the others are logged out of', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs: two });
    const post = await world.post({ ...main, state: { ...main.state, login_1: '{"registry":"--config"}' } });
    expect([post.exitCode, post.errors]).toEqual([
      1,
      ["The saved state 'login_1' is invalid and was skipped"],
    ]);
    expect(Object.keys(world.dockerLogins())).toEqual([await world.registryHost('123456789012')]);
  });

  describe('of a client that reports success, and leaves the login in its file', () => {
    const leaves = { docker: { exitCode: 0 } };

    test('removes the login from the file', async () => {
      const main = await world.main({ env: world.podIdentityEnv() });
      const post = await world.post(main, { tools: leaves });
      expect([post.exitCode, post.errors, world.dockerLogins()]).toEqual([0, [], {}]);
      expect(post.log).toContain('docker left the login to registry');
    });

    test('fails where that is not possible either', async () => {
      const main = await world.main({ env: world.podIdentityEnv() });
      const env = failingFiles('renameSync:EROFS:1:config.json');
      const post = await world.post(main, { tools: leaves, env });
      const file = join(world.home, '.docker', 'config.json');
      expect(post.exitCode).toBe(1);
      expect(post.errors).toEqual([
        expect.stringContaining(
          `docker could not log out of registry ${await world.registryHost()}: ${file}`,
        ),
      ]);
    });

    test("keeps another tool's login to the same registry", async () => {
      const main = await world.main({ env: world.podIdentityEnv() });
      const other = join(world.directory, 'run', 'containers', 'auth.json');
      mkdirSync(join(other, '..'));
      const auths = JSON.stringify({ auths: { [await world.registryHost()]: { auth: 'eDp5' } } });
      writeFileSync(other, auths, { mode: 0o600 });
      const post = await world.post(main);
      expect([post.exitCode, post.errors, world.dockerLogins()]).toEqual([0, [], {}]);
      const again = await world.post(main);
      expect([again.exitCode, again.errors, readFileSync(other, 'utf8')]).toEqual([0, [], auths]);
    });
  });

  describe('without the client on PATH', () => {
    const keepsLogins = { docker: { keepsLogins: true }, podman: { exitCode: 0 } };

    test('removes the login from the auth file, and no other', async () => {
      const main = await world.main({ env: world.podIdentityEnv(), tools: keepsLogins });
      const file = join(world.home, '.docker', 'config.json');
      const config = JSON.parse(readFileSync(file, 'utf8')) as { auths: object };
      writeFileSync(
        file,
        JSON.stringify({ ...config, auths: { ...config.auths, 'ghcr.io': { auth: 'eDp5' } } }),
      );
      const post = await world.post(main, { tools: {} });
      expect([post.exitCode, post.errors, post.warnings]).toEqual([0, [], []]);
      expect(post.log).toContain('docker is no longer on PATH: the login to registry');
      expect(world.dockerLogins()).toEqual({ 'ghcr.io': { auth: 'eDp5' } });
    });

    test('says what to run where the login is not in the file', async () => {
      mkdirSync(join(world.home, '.docker'), { mode: 0o700 });
      writeFileSync(join(world.home, '.docker', 'config.json'), '{"credsStore":"desktop"}');
      const main = await world.main({ env: world.podIdentityEnv(), tools: { docker: { exitCode: 0 } } });
      const post = await world.post(main, { tools: {} });
      expect([post.exitCode, post.errors.length]).toEqual([1, 1]);
      expect(post.errors[0]).toContain('docker is no longer on PATH, and the login is not in');
      expect(post.errors[0]).toContain(`docker logout ${await world.registryHost()}`);
    });
  });

  test('logs out of the configuration that was written, whatever DOCKER_CONFIG is by then', async () => {
    const own = `${world.directory}/own-config`;
    const main = await world.main({ env: { ...world.podIdentityEnv(), DOCKER_CONFIG: own } });
    expect(Object.keys(world.dockerLogins(own))).toHaveLength(1);
    const post = await world.post(main, { env: { DOCKER_CONFIG: `${world.directory}/other` } });
    expect(post.exitCode).toBe(0);
    expect(world.dockerLogins(own)).toEqual({});
  });

  test('after a main that failed before its first login it is no second main', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs: { 'registry-type': 'x' } });
    const post = await world.post(main);
    expect([post.exitCode, post.toolRuns.length, world.aws.requests.length]).toEqual([0, 0, 0]);
  });
});

test('a login that a client has kept, though it failed, is logged out of', async () => {
  const docker = { keepsLogins: true, stderr: 'Error: afterwards', exitCode: 1 };
  const main = await world.main({ env: world.podIdentityEnv(), tools: { docker } });
  expect(main.errors.join()).toContain('Error: afterwards');
  expect(Object.keys(world.dockerLogins())).toHaveLength(1);
  await world.post(main, { tools: { docker: { keepsLogins: true } } });
  expect(world.dockerLogins()).toEqual({});
});

describe('a container client that says nothing', () => {
  test('is told of by its exit code', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), tools: { docker: { exitCode: 7 } } });
    expect(main.errors.join()).toContain('no output, exit code 7');
    expect(main.state).toMatchObject({ logins: '1', login_1: '' });
  });
});

describe('an earlier login to the same registry stays after a login', () => {
  const docker = { keepsLogins: true };

  /** Puts the earlier login into docker's configuration. */
  async function logInEarlier(): Promise<Record<string, { auth: string }>> {
    const earlier = { [await world.registryHost()]: { auth: 'ZWFybGllcjpsb2dpbg==' } };
    mkdirSync(join(world.home, '.docker'), { mode: 0o700 });
    const file = join(world.home, '.docker', 'config.json');
    writeFileSync(file, JSON.stringify({ auths: earlier }), { mode: 0o600 });
    return earlier;
  }

  /** The lock, held by another process. */
  function heldLock(): string {
    const lock = join(world.home, '.docker', LOCK_NAME);
    mkdirSync(lock);
    writeFileSync(join(lock, '4711-abc'), '');
    return lock;
  }

  test('that was cancelled while it waited for the lock', async () => {
    const earlier = await logInEarlier();
    heldLock();
    const waits = Promise.withResolvers<void>();
    const main = await world.main({
      env: world.podIdentityEnv(),
      tools: { docker },
      reaction: { words: 'Logging in to registry', act: waits.resolve },
      interrupts: [{ signal: 'SIGINT', when: waits.promise }],
    });
    expect([main.errors, main.toolRuns]).toEqual([['The step was cancelled (SIGINT).'], []]);
    const post = await world.post(main);
    expect([post.exitCode, world.dockerLogins()]).toEqual([0, earlier]);
  });

  test('that was killed while it waited for the lock', async () => {
    const earlier = await logInEarlier();
    const lock = heldLock();
    const env = { ...world.podIdentityEnv(), ...failingFiles(`readdirSync:SIGKILL:1:${LOCK_NAME}`) };
    const main = await world.main({ env, tools: { docker } });
    expect([main.signal, main.toolRuns]).toEqual(['SIGKILL', []]);
    rmSync(lock, { recursive: true });
    const post = await world.post(main, { env: failingFiles() });
    expect([post.exitCode, world.dockerLogins()]).toEqual([0, earlier]);
  });

  test('for which no space was left', async () => {
    const earlier = await logInEarlier();
    const stderr = 'Error saving credentials: write /config.json1: no space left on device';
    const main = await world.main({
      env: world.podIdentityEnv(),
      tools: { docker: { stderr, exitCode: 1 } },
    });
    expect(main.errors[0]).toContain('no space left on device');
    const post = await world.post(main, { tools: { docker } });
    expect([post.exitCode, world.dockerLogins()]).toEqual([0, earlier]);
  });

  test('whose client could not be started', async () => {
    const earlier = await logInEarlier();
    const paths = [join(world.directory, 'broken')];
    mkdirSync(paths[0] ?? '');
    writeFileSync(join(paths[0] ?? '', 'docker'), '#!/nowhere/sh\n', { mode: 0o755 });
    const broken = { exportedEnv: {}, paths } as unknown as StepResult;
    const main = await world.main({ env: world.podIdentityEnv(), tools: {}, after: [broken] });
    expect(main.errors[0]).toMatch(/docker could not be started: spawn .*\/broken\/docker ENOENT/);
    const post = await world.post(main, { tools: { docker } });
    expect([post.exitCode, world.dockerLogins()]).toEqual([0, earlier]);
  });
});

describeReal('a cancelled step', ['docker'], () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s during docker login ends docker, and the login is saved for post',
    async (signal) => {
      const registry = await world.registry();
      registry.faults.always(hang());
      const main = await world.main({
        env: world.podIdentityEnv(),
        interrupts: [{ signal, when: registry.seen() }],
      });
      expect(main.exitCode).toBe(1);
      expect(main.errors).toEqual([`The step was cancelled (${signal}).`]);
      expect(main.state['logins']).toBe('1');
      expect(() => process.kill(main.toolRuns[0]?.pid ?? 0, 0)).toThrow('ESRCH');
    },
  );

  test('while the agent keeps it waiting', async () => {
    world.agent.faults.always(hang());
    const main = await world.main({
      env: world.podIdentityEnv(),
      interrupts: [{ signal: 'SIGTERM', when: world.agent.seen() }],
    });
    expect(main.errors).toEqual(['The step was cancelled (SIGTERM).']);
    expect((await world.post(main)).exitCode).toBe(0);
  });
});
