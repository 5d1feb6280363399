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

function printTitle(title: string): void {
  console.log(`\n${styleText('bold', title)}`);
}

/** Prints the log of a step as the runner's page shows it. */
async function show(title: string, step: Promise<StepResult>): Promise<StepResult> {
  const result = await step;
  printTitle(title);

  for (const { kind, text } of result.logLines) {
    const mark = kind === 'text' ? '' : `${kind.charAt(0).toUpperCase()}${kind.slice(1)}: `;
    const style = STYLES[kind as keyof typeof STYLES] ?? 'reset';

    for (const line of `${mark}${text}`.split('\n')) {
      console.log(`  ${styleText(style, line)}`);
    }
  }

  return result;
}

async function showLogin(world: World): Promise<Check[]> {
  const host = await world.registryHost();
  const main = await show('Main step', world.main({ withoutDebugLog: true }));
  const secrets = [...main.masks].flatMap(maskedForms);

  printTitle('Outputs');
  for (const [name, value] of Object.entries(main.outputs)) {
    console.log(`  ${name} = ${secrets.includes(value) ? '***' : value}`);
  }

  const isStored = host in world.dockerLogins();
  const post = await show('Post step', world.post(main, { withoutDebugLog: true }));

  const [{ signer } = {}, ...otherCalls] = world.aws.calls;
  const isThePods = signer === world.identities.pod && otherCalls.length === 0;

  return [
    ['the main step succeeded', main.exitCode === 0],
    ['the call to ECR was signed with the identity of the pod', isThePods],
    ["the registry accepted the docker client's credential", world.registry.accepted.length > 0],
    ['docker stored the login', isStored],
    ['the output names the registry', main.outputs['registry'] === host],
    ['the post step succeeded', post.exitCode === 0],
    ['the login was removed', !(host in world.dockerLogins())],
  ];
}

async function showNoAssociation(world: World): Promise<Check[]> {
  world.agent.associations.clear();
  console.log('\nThe service account has no association, so the main step should fail.');

  const main = await show('Main step', world.main({ withoutDebugLog: true }));
  const hasFailed = main.exitCode === 1 && main.errors.length > 0;
  const post = await show('Post step', world.post(main, { withoutDebugLog: true }));

  return [
    ['the main step failed as expected, with an error', hasFailed],
    ['no login was made', world.registry.logins.length === 0],
    ['the post step succeeded', post.exitCode === 0],
  ];
}

async function showJobHook(world: World): Promise<Check[]> {
  const before = await world.runnerMayPull();

  const start = world.hook('job-started', { env: world.podIdentityEnv(), withoutDebugLog: true });
  const started = await show('Job-started hook, before the runner pulls images', start);
  const isIn = started.exitCode === 0 && (await world.runnerMayPull());

  const end = world.hook('job-completed', { withoutDebugLog: true });
  const completed = await show('Job-completed hook', end);
  const isOut = completed.exitCode === 0 && !(await world.runnerMayPull());

  return [
    ['before the hooks, the registry refuses the runner', !before],
    ['after the job-started hook, the registry accepts the login of the runner', isIn],
    ['the hook set no outputs', Object.keys(started.outputs).length === 0],
    ['after the job-completed hook, the registry refuses the runner again', isOut],
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
    console.log(`There is no demo "${name}", only: ${Object.keys(DEMOS).join(', ')}.`);
    return false;
  }

  if (findProgram('docker') === undefined) {
    console.log(
      'The demo needs docker\'s command-line client ("docker") on the PATH. ' +
        'A docker daemon is not needed.',
    );
    return false;
  }

  const world = await startWorld();
  try {
    printTitle('Simulated services on this machine, and the real docker client');
    console.log(`  EKS Pod Identity agent  ${world.agent.credentialsUri}`);
    console.log(`  Amazon ECR API          ${world.aws.url}`);
    console.log(`  registry                ${await world.registryHost()}`);

    // The harness has thrown by now if a secret leaked.
    const checks: Check[] = [...(await demo(world)), ['no secret leaked', true]];

    printTitle('Checks');
    for (const [claim, holds] of checks) {
      if (holds) console.log(`  ${styleText('green', '✔')} ${claim}`);
      else console.log(`  ${styleText('red', `✘ failed: ${claim}`)}`);
    }

    const passed = checks.every(([, holds]) => holds);
    if (passed) console.log('\nAll checks passed. To use the action on EKS, see docs/eks.md.');
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
  console.log(styleText('red', `✘ ${error instanceof Error ? error.message : String(error)}`));
  process.exitCode = 1;
}
