import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { inputVariables } from '../../harness/action-metadata.ts';
import { useSmallAction } from '../../harness/small-action.ts';
import { isAlive } from '../../harness/tools.ts';
import { useWorld } from '../../harness/use-world.ts';
import { type StepChoice, startWorld } from '../../harness/world.ts';

const world = useWorld({ anyConduct: true });
const action = useSmallAction();

/** Runs an action made of some lines of code. */
function run(code: string, choice: StepChoice = {}) {
  const imports = `
    import { appendFileSync } from 'node:fs';
    import { spawn, spawnSync } from 'node:child_process';
    const { env } = process;
  `;
  action.use(imports + code);
  return world.main({ tools: {}, ...choice });
}

describe('the runner', () => {
  test('sets inputs as the runner does, and only those that action.yml has', () => {
    const metadata = {
      inputs: { 'a-b': { default: 'x' }, 'c d': {} },
      outputs: {},
      runs: { using: '', main: '', post: '' },
    };
    expect(inputVariables({}, metadata)).toEqual({ 'INPUT_A-B': 'x', INPUT_C_D: '' });
    expect(inputVariables({ 'c d': 'y' }, metadata)).toEqual({ 'INPUT_A-B': 'x', INPUT_C_D: 'y' });
    expect(() => inputVariables({ z: '' }, metadata)).toThrow('action.yml has no input z');
  });

  test('gives a step the environment that is meant for it, and nothing of the host', async () => {
    process.env['AWS_PROFILE'] = 'of-the-host';
    const code = 'console.log(JSON.stringify(env))';
    const { stdout } = await run(code, { env: { A: '1', AWS_ENDPOINT_URL: undefined }, debug: false });
    delete process.env['AWS_PROFILE'];
    const env = JSON.parse(stdout) as Record<string, string>;
    expect(env).toMatchObject({
      A: '1',
      HOME: world.home,
      AWS_EC2_METADATA_DISABLED: 'true',
      GITHUB_RUN_ATTEMPT: '2',
    });
    expect(env['INPUT_MASK-PASSWORD']).toBe('true');
    expect(Object.keys(env).filter((name) => /^AWS_|PROXY$|^DOCKER|DEBUG/i.test(name))).toEqual([
      'AWS_EC2_METADATA_DISABLED',
      'INPUT_HTTP-PROXY',
    ]);
  });

  test('hands state, exported variables and inputs on to the post stage', async () => {
    const main = await run(
      `appendFileSync(env.GITHUB_STATE, 'host=a\\n'); appendFileSync(env.GITHUB_ENV, 'DOCKER_CONFIG=/d\\n');
       if (env.STATE_host) console.log(env.STATE_host, env.DOCKER_CONFIG, env['INPUT_REGISTRIES'], env.OWN)`,
      { inputs: { registries: '123456789012' }, env: { OWN: 'kept' } },
    );
    expect([main.exitCode, main.stdout]).toEqual([0, '']);
    expect((await world.post(main)).stdout).toBe('a /d 123456789012 kept\n');
  });

  test('takes commands from both streams, and shows the log with its secrets hidden', async () => {
    const result = await run(
      'console.log("::add-mask::hush"); console.log("so hush"); await new Promise((done) => setTimeout(done, 100));' +
        'console.error("::warning::hush%0Anow"); process.exitCode = 3',
    );
    expect(result).toMatchObject({
      exitCode: 3,
      log: 'so ***\n##[warning]***\nnow',
      warnings: ['hush\nnow'],
    });
    expect([...result.masks]).toEqual(['hush']);
  });

  test('sends a signal when it is told to', async () => {
    const when = world.agent.seen(1);
    const code =
      'await fetch(env.URL).catch(() => 0); process.on("SIGINT", () => process.exit(7)); setInterval(() => 0, 1000)';
    const interrupted = run(code.replace('await fetch', 'process.on("SIGTERM", () => 0); await fetch'), {
      env: { URL: world.agent.credentialsUri },
      interrupts: [
        { signal: 'SIGINT', when: when.then(() => new Promise((resolve) => setTimeout(resolve, 300))) },
      ],
    });
    expect((await interrupted).exitCode).toBe(7);
    const killed = await run('setInterval(() => 0, 1000)', {
      interrupts: [{ signal: 'SIGKILL', when: Promise.resolve() }],
    });
    expect(killed).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
  });

  test('kills a step that lasts too long, and says so', async () => {
    const endless = run('console.log("begun"); setInterval(() => 0, 1000)', { limitMs: 4_000 });
    await expect(endless).rejects.toThrow(/had not ended after 4000 ms.*begun/s);
  });
});

describe('tools', () => {
  test('are recorded with exact arguments, environment and input, in order', async () => {
    const code = `
      spawnSync('docker', ['login', 'a b', "it's", 'l1\\nl2', ''], { input: 'secret', env: { ...env, EXTRA: 'x\\ny' } });
      spawnSync('docker', []);`;
    const { toolRuns } = await run(code, { tools: { docker: { stdout: 'ok' } } });
    expect(toolRuns.map(({ argv }) => argv)).toEqual([['login', 'a b', "it's", 'l1\nl2', ''], []]);
    expect(toolRuns[0]).toMatchObject({
      tool: 'docker',
      stdin: 'secret',
      env: { EXTRA: 'x\ny', 'INPUT_SKIP-LOGOUT': 'false' },
    });
  });

  test('follow what is planned for them, the last plan again and again', async () => {
    const docker = [
      { on: 'login', stderr: 'no\n', exitCode: 1 },
      { on: 'logout', stdout: 'out\n' },
      { on: 'login', stdout: 'in\n' },
    ];
    const code = `
      for (const word of ['login', 'login', 'logout', 'login', 'other']) {
        const { status, stdout, stderr } = spawnSync('docker', [word], { encoding: 'utf8', input: '' });
        console.log(status + stdout + stderr);
      }`;
    const { stdout } = await run(code, { tools: { docker } });
    expect(stdout).toBe('1no\n\n0in\n\n0out\n\n0in\n\n127fake docker: nothing planned for other\n\n');
  });

  test('can keep logins as docker does', async () => {
    const code = `
      const options = { input: 'p\\n', encoding: 'utf8' };
      spawnSync('docker', ['login', '--username', 'AWS', '--password-stdin', 'one.example'], options);
      spawnSync('docker', ['login', '--username', 'AWS', '--password-stdin', 'two.example'], options);
      spawnSync('docker', ['logout', 'one.example'], options);`;
    await run(code, { tools: { docker: { keepsLogins: true } } });
    expect(world.dockerLogins()).toEqual({
      'two.example': { auth: Buffer.from('AWS:p').toString('base64') },
    });
  });

  test('can hang with a child of their own, which the end of the world ends', async () => {
    const own = await startWorld({ anyConduct: true });
    action.use(
      `import { spawn } from 'node:child_process'; spawn('docker', ['login'], { stdio: 'ignore' }); setTimeout(() => process.exit(), 1000);`,
    );
    const { toolRuns } = await own.main({
      tools: { docker: { hangs: true, grandchild: true, ignoresSignals: true } },
    });
    const pids = toolRuns.flatMap(({ pid, grandchildPid }) => [pid, grandchildPid ?? []].flat());
    expect(pids.map(isAlive)).toEqual([true, true]);
    await own.close();
    expect(existsSync(own.directory)).toBe(false);
    expect(pids.map(isAlive)).toEqual([false, false]);
  });
});
