/** `npm run bench` measures whole steps of the built action against bare scripts. Fails if a bound does not hold. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
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
type Run = {
  command: readonly string[];
  env: Record<string, string>;
};

/** Wall time of a program, its children included, in milliseconds. Throws if it does not succeed. */
async function measure({ command, env }: Run) {
  const [program = '', ...args] = command;
  const start = performance.now();

  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const ms = performance.now() - start;

  if (exitCode !== 0) {
    throw new Error(`${command.join(' ')} ended with ${exitCode}`);
  }
  return ms;
}

/** The median times of programs, run in turns, so that other load on the machine affects all of them alike. */
async function alternate<Name extends string>(
  runs: Record<Name, () => Run>,
): Promise<Record<Name, number>> {
  const names = Object.keys(runs) as Name[];
  const taken = new Map(names.map((name) => [name, [] as number[]]));

  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, sample] of taken) {
      const ms = await measure(runs[name]());
      if (round > 0) sample.push(ms);
    }
  }

  const medians = [...taken].map(([name, sample]) => [name, median(sample)]);
  return Object.fromEntries(medians);
}

function median(sample: readonly number[]) {
  const sorted = sample.toSorted((one, other) => one - other);

  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The programs that a step finds. Unlike in the tests none is recorded: that would count as time of the step. */
function makeBin(world: World) {
  const bin = join(world.directory, 'bin');
  fs.mkdirSync(bin);

  for (const name of ['docker', 'bash']) {
    fs.symlinkSync(findProgram(name) ?? '', join(bin, name));
  }

  return bin;
}

/** The runs of the bench: whole steps, and the bare scripts that they are compared with. */
function makeRuns(world: World, ecr: HttpStandIn) {
  const node = actionNode();
  const bareLogin = join(import.meta.dirname, 'bare-login.mjs');
  const logout = `require('child_process')
    .spawn('docker', ['logout', '${world.registry.address}'])
    .on('close', process.exit)`;

  const env = {
    ...world.podIdentityEnv(),
    PATH: makeBin(world),
    HOME: world.home,
    RUNNER_TEMP: world.runnerTemp,
    RUNNER_NAME: 'bench',
    AWS_ENDPOINT_URL: world.aws.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    BENCH_ECR: ecr.url,
    ECR_LOGIN_NODE: node,
  };
  const files = {
    GITHUB_OUTPUT: join(world.directory, 'OUTPUT'),
    GITHUB_STATE: stateFile(world),
    GITHUB_ENV: join(world.directory, 'ENV'),
  };

  /** The environment of a step, whose files are empty when it starts. */
  const stepEnv = (): Record<string, string> => {
    for (const file of Object.values(files)) fs.writeFileSync(file, '');

    return { ...env, ...files, ...inputVariables({}) };
  };

  return {
    bareLogin: (): Run => ({ command: [node, bareLogin], env }),
    bareLogout: (): Run => ({ command: [node, '--eval', logout], env }),

    main: (): Run => ({
      command: [node, stageFile('main')],
      env: stepEnv(),
    }),

    post: (state: Record<string, string>): Run => ({
      command: [node, stageFile('post')],
      env: { ...stepEnv(), ...state },
    }),

    hook: (): Run => {
      // Else it would log out of the last job, which had no end.
      fs.rmSync(join(world.home, '.ecr-pod-identity-login'), { recursive: true, force: true });

      return { command: ['/bin/bash', '-e', stageFile('job-started')], env };
    },
  };
}

function stateFile(world: World) {
  return join(world.directory, 'STATE');
}

/** What the last main step has saved, as the runner gives it to post. */
function savedState(world: World): Record<string, string> {
  const saved = parseKeyValueFile(fs.readFileSync(stateFile(world), 'utf8'));
  const variables = Object.entries(saved).map(([name, value]) => [`STATE_${name}`, value]);

  return Object.fromEntries(variables);
}

/** ECR for the bare script, which does not sign its request. The registry takes any password then. */
async function startEcr(world: World) {
  const login = `AWS:${'x'.repeat(1_800)}`;
  const authorization = {
    authorizationToken: Buffer.from(login).toString('base64'),
    proxyEndpoint: world.registry.url,
  };
  const ecr = new HttpStandIn(() => ecrReply({ authorizationData: [authorization] }));

  world.registry.faults.always(
    { status: 200 },
    ({ headers }) => headers.authorization !== undefined,
  );
  await ecr.listen();
  return ecr;
}

/** All that a runner reads, in megabytes; the licenses are read by nobody. */
function bundleSize() {
  const entries = fs.readdirSync(builtAction, { recursive: true, withFileTypes: true });
  let bytes = 0;

  for (const entry of entries) {
    const isRead = entry.isFile() && entry.name !== 'licenses.txt';
    if (isRead) bytes += fs.statSync(join(entry.parentPath, entry.name)).size;
  }

  return bytes / 1e6;
}

/** Prints a row of the table. Returns whether the bound of the figure holds. */
function row(name: keyof typeof BOUNDS, value: number, unit: string) {
  console.log(`| ${name} | ${value.toFixed(2)} ${unit} | ${BOUNDS[name].toFixed(2)} |`);

  return value <= BOUNDS[name];
}

/** Measures and prints a table. Returns whether all bounds hold. */
async function bench(world: World, ecr: HttpStandIn) {
  const { bareLogin, bareLogout, main, post, hook } = makeRuns(world, ecr);

  const logins = await alternate({ bareLogin, main, hook });
  await measure(main());
  const state = savedState(world);
  const logouts = await alternate({ bareLogout, post: () => post(state) });

  const loginMs = logins.bareLogin.toFixed(0);
  const logoutMs = logouts.bareLogout.toFixed(0);
  console.log(`bare script: login ${loginMs} ms, logout ${logoutMs} ms\n`);
  console.log('| what | measured | bound |\n| --- | --- | --- |');

  const held = [
    row('main', logins.main / logins.bareLogin, 'x'),
    row('hook', logins.hook / logins.bareLogin, 'x'),
    row('post', logouts.post / logouts.bareLogout, 'x'),
    row('megabytes', bundleSize(), 'MB'),
  ];

  for (const [act, sample] of Object.entries(timeArchive(world.directory, ROUNDS))) {
    console.log(`| archive of HEAD: ${act} | ${median(sample).toFixed(1)} ms | |`);
  }

  return held.every(Boolean);
}

const world = await startWorld();
const ecr = await startEcr(world);
try {
  process.exitCode = (await bench(world, ecr)) ? 0 : 1;
} finally {
  await Promise.all([ecr.stop(), world.close()]);
}
