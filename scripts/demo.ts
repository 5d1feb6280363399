/**
 * Runs the built action, from main to post, with stand-ins for the services that it calls. Ends with exit code 0 only if all
 * checks pass.
 *
 * `npm run demo` shows a login. `npm run demo -- no-association` shows what a user sees whose pod has no identity, and
 * `npm run demo -- job-hook` how a runner is logged in before it pulls the images of a job.
 */
import { styleText } from 'node:util';
import type { StepResult } from '../test/harness/runner.ts';
import { findProgram } from '../test/harness/tools.ts';
import { maskedForms } from '../test/harness/workflow-commands.ts';
import { startWorld, type World } from '../test/harness/world.ts';

const STYLES = { error: 'red', warning: 'yellow', notice: 'blue', debug: 'gray' } as const;

/** What must be true for the demo to succeed, in the order in which it happens. */
type Check = [claim: string, holds: boolean];

// The harness has thrown by then if a secret leaked.
const NO_LEAK: Check = ['no secret leaked', true];

function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Prints the log of a step as the runner's page shows it. */
function printStep(title: string, { logLines }: StepResult): void {
  print(`\n${styleText('bold', title)}`);
  for (const { kind, text } of logLines) {
    const mark = kind === 'text' ? '' : `${kind.charAt(0).toUpperCase()}${kind.slice(1)}: `;
    const style = STYLES[kind as keyof typeof STYLES] ?? 'reset';
    for (const line of `${mark}${text}`.split('\n')) print(`  ${styleText(style, line)}`);
  }
}

function printOutputs({ outputs, masks }: StepResult): void {
  const secrets = [...masks].flatMap(maskedForms);
  print(`\n${styleText('bold', 'Outputs')}`);
  for (const [name, value] of Object.entries(outputs))
    print(`  ${name} = ${secrets.includes(value) ? '***' : value}`);
}

async function showLogin(world: World): Promise<Check[]> {
  const host = await world.registryHost();
  const main = await world.main({ env: world.podIdentityEnv(), isQuiet: true });
  printStep('Main step', main);
  printOutputs(main);
  const isStored = host in world.dockerLogins();
  const post = await world.post(main, { isQuiet: true });
  printStep('Post step', post);
  const signers = world.aws.calls.map(({ signer }) => signer);
  return [
    ['the main step succeeded', main.exitCode === 0],
    [
      'the call to ECR was signed with the identity of the pod',
      signers[0] === world.identities.pod && signers.length === 1,
    ],
    ["the registry accepted the docker client's credential", world.registry.accepted.length > 0],
    ['docker stored the login', isStored],
    ['the output names the registry', main.outputs['registry'] === host],
    ['the post step succeeded', post.exitCode === 0],
    ['the login was removed', !(host in world.dockerLogins())],
    NO_LEAK,
  ];
}

async function showNoAssociation(world: World): Promise<Check[]> {
  world.agent.associations.clear();
  print('\nThe service account has no association, so the main step should fail.');
  const main = await world.main({ env: world.podIdentityEnv(), isQuiet: true });
  printStep('Main step', main);
  const post = await world.post(main, { isQuiet: true });
  printStep('Post step', post);
  return [
    ['the main step failed as expected, with an error', main.exitCode === 1 && main.errors.length > 0],
    ['no login was made', world.registry.logins.length === 0],
    ['the post step succeeded', post.exitCode === 0],
    NO_LEAK,
  ];
}

async function showJobHook(world: World): Promise<Check[]> {
  const before = await world.runnerMayPull();
  const started = await world.hook('job-started', { env: world.podIdentityEnv(), isQuiet: true });
  printStep('Job-started hook, before the runner pulls images', started);
  const during = await world.runnerMayPull();
  const completed = await world.hook('job-completed', { isQuiet: true });
  printStep('Job-completed hook', completed);
  const after = await world.runnerMayPull();
  return [
    ['before the hooks, the registry refuses the runner', !before],
    [
      'after the job-started hook, the registry accepts the login of the runner',
      started.exitCode === 0 && during,
    ],
    ['the hook set no outputs', Object.keys(started.outputs).length === 0],
    [
      'after the job-completed hook, the registry refuses the runner again',
      completed.exitCode === 0 && !after,
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
  if (findProgram('docker') === undefined) {
    print(
      `The demo needs docker's command-line client ("docker") on the PATH. A docker daemon is not needed.`,
    );
    return false;
  }
  const world = await startWorld();
  try {
    print(`\n${styleText('bold', 'Simulated services on this machine, and the real docker client')}`);
    print(`  EKS Pod Identity agent  ${world.agent.credentialsUri}`);
    print(`  Amazon ECR API          ${world.aws.url}`);
    print(`  registry                ${await world.registryHost()}`);
    const checks = await demo(world);
    print(`\n${styleText('bold', 'Checks')}`);
    for (const [claim, holds] of checks) {
      print(holds ? `  ${styleText('green', '✔')} ${claim}` : `  ${styleText('red', `✘ failed: ${claim}`)}`);
    }
    const passed = checks.every(([, holds]) => holds);
    if (passed) print('\nAll checks passed. To use the action on EKS, see docs/eks.md.');
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
