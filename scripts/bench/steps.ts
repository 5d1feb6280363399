import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ecrReply } from '../../test/harness/aws-services.ts';
import { HttpStandIn } from '../../test/harness/http-stand-in.ts';
import { builtAction, stageFile } from '../../test/harness/paths.ts';
import { actionNode, inputVariables, parseKeyValueFile } from '../../test/harness/runner.ts';
import { findProgram } from '../../test/harness/tools.ts';
import { startWorld, type World } from '../../test/harness/world.ts';
import { timeArchive } from './archive.ts';

/** How often each program is run; the first run of each is a warm-up and not counted. */
const ROUNDS = 30;
/** The most that a figure can be: a ratio to the bare script of the same run, or megabytes. */
const BOUNDS = { main: 1.5, post: 1.45, hook: 1.9, megabytes: 0.7 };

/** A program, and the environment to run it in. */
type Run = { readonly command: readonly string[]; readonly env: Record<string, string> };

/** Wall time of a program, its children included, in milliseconds. Throws if it does not succeed. */
async function measure({ command: [program = '', ...args], env }: Run): Promise<number> {
  const start = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}`);
  return performance.now() - start;
}

/** Runs programs in turns, so that other load on the machine affects all of them alike. */
async function alternate(runs: Record<string, () => Run>): Promise<Record<string, number[]>> {
  const taken: Record<string, number[]> = Object.fromEntries(
    Object.keys(runs).map((name) => [name, []]),
  );
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(runs)) {
      const ms = await measure(run());
      if (round > 0) taken[name]?.push(ms);
    }
  }
  return taken;
}

function median(sample: readonly number[]): number {
  return sample.toSorted((one, other) => one - other)[Math.floor(sample.length / 2)] ?? Number.NaN;
}

/** The runs of the bench. Unlike in the tests no tool is recorded: that would count as time of the step. */
function makeRuns(
  world: World,
  ecr: HttpStandIn,
): Record<'bareLogin' | 'bareLogout' | 'main' | 'hook', () => Run> {
  const bin = join(world.directory, 'bin');
  mkdirSync(bin);
  for (const name of ['docker', 'bash']) symlinkSync(findProgram(name) ?? '', join(bin, name));
  const files = Object.fromEntries(
    ['OUTPUT', 'STATE', 'ENV'].map((name) => [`GITHUB_${name}`, join(world.directory, name)]),
  );
  const env = {
    ...world.podIdentityEnv(),
    ...{ PATH: bin, HOME: world.home, RUNNER_TEMP: world.runnerTemp, RUNNER_NAME: 'bench' },
    ...{ AWS_ENDPOINT_URL: world.aws.url, AWS_EC2_METADATA_DISABLED: 'true', BENCH_ECR: ecr.url },
    ECR_LOGIN_NODE: actionNode(),
  };
  const fresh = (): Record<string, string> => {
    for (const file of Object.values(files)) writeFileSync(file, '');
    return { ...env, ...files, ...inputVariables({}) };
  };
  const logout = `require('child_process').spawn('docker', ['logout', '${world.registry.authority}']).on('close', process.exit)`;
  return {
    bareLogin: () => ({
      command: [actionNode(), join(import.meta.dirname, 'bare-login.mjs')],
      env,
    }),
    bareLogout: () => ({ command: [actionNode(), '--eval', logout], env }),
    main: () => ({ command: [actionNode(), stageFile('main')], env: fresh() }),
    hook: () => {
      // Else it would log out of the last job, which had no end.
      rmSync(join(world.home, '.ecr-pod-identity-login'), { recursive: true, force: true });
      return { command: ['/bin/bash', '-e', stageFile('job-started')], env };
    },
  };
}

/** All that a runner reads, in megabytes; the licenses are read by nobody. */
function bundleSize(): number {
  const entries = readdirSync(builtAction, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'licenses.txt');
  return (
    files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0) /
    1e6
  );
}

/** Measures whole steps of the built action against bare scripts, and prints a table. Returns whether all bounds hold. */
export async function bench(): Promise<boolean> {
  const world = await startWorld();
  const authorizationToken = Buffer.from(`AWS:${'x'.repeat(1_800)}`).toString('base64');
  // ECR for the bare script, which does not sign its request. The registry takes any password then.
  const ecr = new HttpStandIn(() =>
    ecrReply({ authorizationData: [{ authorizationToken, proxyEndpoint: world.registry.url }] }),
  );
  world.registry.faults.always(
    { status: 200 },
    ({ headers }) => headers.authorization !== undefined,
  );
  await ecr.listen();
  try {
    const { bareLogin, bareLogout, main, hook } = makeRuns(world, ecr);
    const logins = await alternate({ bareLogin, main, hook });
    await measure(main());
    const saved = parseKeyValueFile(readFileSync(join(world.directory, 'STATE'), 'utf8'));
    const state = Object.fromEntries(
      Object.entries(saved).map(([name, value]) => [`STATE_${name}`, value]),
    );
    const post = (): Run => ({
      command: [actionNode(), stageFile('post')],
      env: { ...main().env, ...state },
    });
    const logouts = await alternate({ bareLogout, post });
    const bare = {
      login: median(logins['bareLogin'] ?? []),
      logout: median(logouts['bareLogout'] ?? []),
    };
    const row = (name: keyof typeof BOUNDS, value: number, unit: string): boolean => {
      console.log(`| ${name} | ${value.toFixed(2)} ${unit} | ${BOUNDS[name].toFixed(2)} |`);
      return value <= BOUNDS[name];
    };
    console.log(
      `bare script: login ${bare.login.toFixed(0)} ms, logout ${bare.logout.toFixed(0)} ms\n`,
    );
    console.log('| what | measured | bound |\n| --- | --- | --- |');
    const held = [
      row('main', median(logins['main'] ?? []) / bare.login, 'x'),
      row('hook', median(logins['hook'] ?? []) / bare.login, 'x'),
      row('post', median(logouts['post'] ?? []) / bare.logout, 'x'),
      row('megabytes', bundleSize(), 'MB'),
    ];
    for (const [act, sample] of Object.entries(timeArchive(world.directory, ROUNDS)))
      console.log(`| archive of HEAD: ${act} | ${median(sample).toFixed(1)} ms | |`);
    return held.every(Boolean);
  } finally {
    await Promise.all([ecr.stop(), world.close()]);
  }
}
