/**
 * Runs the built action, from main to post, with stand-ins for the services that it calls. Ends with exit code 0 only if all
 * checks pass.
 *
 * `npm run demo` shows a login. `npm run demo -- no-association` shows what a user sees whose pod has no identity, and
 * `npm run demo -- job-hook` how a runner is logged in before it pulls the images of a job.
 */
import { execFileSync } from 'node:child_process';
import { styleText } from 'node:util';
import { maskedForms } from '../test/harness/masking.ts';
import type { StepResult } from '../test/harness/runner.ts';
import { findProgram } from '../test/harness/tools.ts';
import { startWorld, type World } from '../test/harness/world.ts';
import { viewOfLog } from './log-view.ts';

const print = (text = ''): void => {
  process.stdout.write(`${text}\n`);
};

const printTitle = (title: string): void => {
  print(`\n${styleText('bold', title)}`);
};

function printLog({ logLines }: StepResult): void {
  for (const line of viewOfLog(logLines, '  ')) print(line);
}

function printOutputs(main: StepResult): void {
  printTitle('Outputs');
  const secrets = [...main.masks].flatMap(maskedForms);
  for (const [name, value] of Object.entries(main.outputs)) {
    print(`  ${name} = ${secrets.includes(value) ? '***' : value}`);
  }
  if (Object.keys(main.outputs).length === 0) {
    print('  none');
  }
}

async function printPlace(world: World, docker: string): Promise<void> {
  const rows = [
    ['EKS Pod Identity agent', world.agent.credentialsUri],
    ['Amazon ECR API', world.aws.url],
    [`registry of ${world.accountId} in ${world.region}`, await world.registryHost()],
    ['docker client', execFileSync(docker, ['--version'], { encoding: 'utf8' }).trim()],
  ];
  printTitle('Simulated services on this machine, and the real docker client');
  for (const [name = '', value] of rows) {
    print(`  ${name.padEnd(38)}  ${value}`);
  }
}

/** What must be true for the demo to succeed, in the order in which it happens. */
type Check = [claim: string, holds: boolean];

// The harness has thrown by then if a secret leaked.
const NO_LEAK: Check = ['no secret leaked', true];

interface Job {
  main: StepResult;
  post: StepResult;
  /** The hosts that docker had a login for between the two. */
  stored: string[];
}

async function runJob(world: World): Promise<Job> {
  const main = await world.main({ env: world.podIdentityEnv(), debug: false });
  printTitle('Main step');
  printLog(main);
  printOutputs(main);
  const stored = Object.keys(world.dockerLogins());
  const post = await world.post(main);
  printTitle('Post step');
  printLog(post);
  return { main, post, stored };
}

async function showLogin(world: World): Promise<Check[]> {
  const { main, post, stored } = await runJob(world);
  const host = await world.registryHost();
  const { accepted, refused } = await world.registry();
  const signers = world.aws.calls.map((call) => call.signer);
  const isPod = signers.length > 0 && signers.every((signer) => signer === world.identities.pod);
  return [
    ['the main step succeeded', main.exitCode === 0],
    ['the call to ECR was signed with the identity of the pod', isPod],
    [`the registry accepted the docker client's credential`, accepted.length > 0 && refused.length === 0],
    ['docker stored the login', stored.includes(host)],
    ['the output names the registry', main.outputs['registry'] === host],
    ['the post step succeeded', post.exitCode === 0],
    ['the login was removed', !(host in world.dockerLogins())],
    NO_LEAK,
  ];
}

async function showNoAssociation(world: World): Promise<Check[]> {
  world.agent.associations.clear();
  print('\nThe service account has no association, so the main step should fail.');
  const { main, post, stored } = await runJob(world);
  return [
    ['the main step failed as expected, with an error', main.exitCode === 1 && main.errors.length > 0],
    ['no login was made', stored.length === 0 && (await world.registry()).logins.length === 0],
    ['the post step succeeded', post.exitCode === 0],
    NO_LEAK,
  ];
}

async function showJobHook(world: World): Promise<Check[]> {
  const before = await world.runnerMayPull();
  const started = await world.hook('job-started', { env: world.podIdentityEnv(), debug: false });
  printTitle('Job-started hook, before the runner pulls images');
  printLog(started);
  const during = await world.runnerMayPull();
  const completed = await world.hook('job-completed', { debug: false });
  printTitle('Job-completed hook');
  printLog(completed);
  return [
    ['before the hooks, the registry refuses the runner', !before],
    [
      'after the job-started hook, the registry accepts the login of the runner',
      started.exitCode === 0 && during,
    ],
    ['the hook set no outputs', Object.keys(started.outputs).length === 0],
    [
      'after the job-completed hook, the registry refuses the runner again',
      completed.exitCode === 0 && !(await world.runnerMayPull()),
    ],
    NO_LEAK,
  ];
}

const DEMOS: Record<string, (world: World) => Promise<Check[]>> = {
  login: showLogin,
  'no-association': showNoAssociation,
  'job-hook': showJobHook,
};

async function runDemo(name: string): Promise<boolean> {
  const demo = DEMOS[name];
  if (demo === undefined) {
    print(`There is no demo "${name}", only: ${Object.keys(DEMOS).join(', ')}.`);
    return false;
  }
  const docker = findProgram('docker');
  if (docker === undefined) {
    print(
      `The demo needs docker's command-line client ("docker") on the PATH. A docker daemon is not needed.`,
    );
    return false;
  }
  const world = await startWorld();
  try {
    await printPlace(world, docker);
    const checks = await demo(world);
    printTitle('Checks');
    for (const [claim, holds] of checks) {
      print(holds ? `  ${styleText('green', '✔')} ${claim}` : `  ${styleText('red', `✘ failed: ${claim}`)}`);
    }
    const passed = checks.every(([, holds]) => holds);
    if (passed) print('\nAll checks passed. To use the action on EKS, see docs/eks-pod-identity.md.');
    return passed;
  } finally {
    await world.close();
  }
}

// With `npm run demo | head`, nobody reads the rest. The demo still removes what it has made.
process.stdout.on('error', () => {});
try {
  process.exitCode = (await runDemo(process.argv[2] ?? 'login')) ? 0 : 1;
} catch (error) {
  print(styleText('red', `✘ ${error instanceof Error ? error.message : String(error)}`));
  process.exitCode = 1;
}
