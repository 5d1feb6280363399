/**
 * Runs the built action, from main to post, with stand-ins for the services that it calls. Ends with exit code 0 only if all
 * checks pass.
 *
 * `npm run demo` shows a login. `npm run demo -- no-association` shows what a user sees whose pod has no identity, and
 * `npm run demo -- job-hook` how a runner is logged in before it pulls the images of a job. README shows parts of what is
 * printed; a test compares them.
 */
import { styleText } from 'node:util';
import { type LogLine, maskedForms } from '../test/harness/workflow-commands.ts';
import { type StepChoice, startWorld, type World } from '../test/harness/world.ts';

const STYLES = { error: 'red', warning: 'yellow', notice: 'blue', debug: 'gray' } as const;

/** The service account of the runners: what ARC's chart makes for a scale set of the name `arc-dind`. */
const POD = { namespace: 'arc-runners', serviceAccount: 'arc-dind-gha-rs-no-permission' };

/** What must be true for the demo to succeed, in the order in which it happens. */
type Check = [claim: string, holds: boolean];

type Demo = {
  show: (world: World, choice: StepChoice) => Promise<Check[]>;
  /** What to read or copy next. */
  next: string;
};

function printTitle(title: string) {
  console.log(`\n${styleText('bold', title)}`);
}

/** Says what has just happened. */
function say(sentence: string) {
  console.log(styleText('cyan', `→ ${sentence}`));
}

/** Says what has happened in a stage, unless it did not: then the checks at the end tell. */
function sayIfTrue(sentence: string, checks: Check[]) {
  if (allHold(checks)) say(sentence);

  return checks;
}

function allHold(checks: Check[]) {
  return checks.every(([, holds]) => holds);
}

/** Prints a line of a step's log as the runner's page shows it. */
function printLogLine({ kind, text }: LogLine) {
  const mark = kind === 'text' ? '' : `${kind.charAt(0).toUpperCase()}${kind.slice(1)}: `;
  const style = STYLES[kind as keyof typeof STYLES] ?? 'reset';

  for (const line of `${mark}${text}`.split('\n')) {
    console.log(`  ${styleText(style, line)}`);
  }
}

async function showLogin(world: World, choice: StepChoice): Promise<Check[]> {
  const host = await world.registryHost();

  printTitle('Main step');
  const main = await world.main(choice);

  const [{ signer } = {}, ...otherCalls] = world.aws.calls;
  const isThePods = signer === world.identities.pod && otherCalls.length === 0;
  const isStored = host in world.dockerLogins();

  const login = sayIfTrue(
    'The agent gave the pod its identity, ECR gave that identity a password, and docker stored it.',
    [
      ['the main step succeeded', main.exitCode === 0],
      ['the call to ECR was signed with the identity of the pod', isThePods],
      ["the registry accepted the docker client's credential", world.registry.accepted.length > 0],
      ['docker stored the login', isStored],
    ],
  );

  printTitle('Outputs');
  const secrets = [...main.masks].flatMap(maskedForms);
  for (const [name, value] of Object.entries(main.outputs)) {
    console.log(`  ${name} = ${secrets.includes(value) ? '***' : value}`);
  }

  const outputs = sayIfTrue('Later steps of the job can use these. The log masks the password.', [
    ['the output names the registry', main.outputs['registry'] === host],
  ]);

  printTitle('Post step');
  const post = await world.post(main, choice);

  const logout = sayIfTrue("The job has ended, and docker's configuration has no login left.", [
    ['the post step succeeded', post.exitCode === 0],
    ['the login was removed', !(host in world.dockerLogins())],
  ]);

  return [...login, ...outputs, ...logout];
}

async function showNoAssociation(world: World, choice: StepChoice): Promise<Check[]> {
  world.agent.associations.clear();
  say('The association of the service account was deleted, so the main step should fail.');

  printTitle('Main step');
  const main = await world.main(choice);
  const hasFailed = main.exitCode === 1 && main.errors.length > 0;

  const failure = sayIfTrue(
    'The agent refused the pod each time, so the step failed, and said why and what to do.',
    [
      ['the main step failed as expected, with an error', hasFailed],
      ['no login was made', world.registry.logins.length === 0],
    ],
  );

  printTitle('Post step');
  const post = await world.post(main, choice);

  const logout = sayIfTrue('The post step ran after the failure, too, and had nothing to undo.', [
    ['the post step succeeded', post.exitCode === 0],
  ]);

  return [...failure, ...logout];
}

async function showJobHook(world: World, choice: StepChoice): Promise<Check[]> {
  const mayPullBefore = await world.runnerMayPull();

  printTitle('Job-started hook, before the runner pulls images');
  const started = await world.hook('job-started', choice);
  const isIn = started.exitCode === 0 && (await world.runnerMayPull());

  const login = sayIfTrue(
    'The registry refused the runner before, and now accepts it: no workflow needs a login step.',
    [
      ['before the hooks, the registry refuses the runner', !mayPullBefore],
      ['after the job-started hook, the registry accepts the login of the runner', isIn],
      ['the hook set no outputs', Object.keys(started.outputs).length === 0],
    ],
  );

  printTitle('Job-completed hook');
  const completed = await world.hook('job-completed', choice);
  const isOut = completed.exitCode === 0 && !(await world.runnerMayPull());

  const logout = sayIfTrue('The job has ended, and the registry refuses the runner again.', [
    ['after the job-completed hook, the registry refuses the runner again', isOut],
  ]);

  return [...login, ...logout];
}

const DEMOS: Record<string, Demo> = {
  login: {
    show: showLogin,
    next: 'copy the step from examples/workflows/pod-identity.yml, and set it up with docs/eks.md.',
  },
  'no-association': {
    show: showNoAssociation,
    next: 'read how docs/eks.md makes the association. Other errors: docs/troubleshooting.md.',
  },
  'job-hook': {
    show: showJobHook,
    next: 'set the hook up with docs/job-hook.md.',
  },
};

async function runDemo(name: string) {
  const demo = DEMOS[name];
  if (demo === undefined) {
    console.log(`There is no demo "${name}", only: ${Object.keys(DEMOS).join(', ')}.`);
    return false;
  }

  const world = await startWorld();
  world.agent.associations.set(`${POD.namespace}/${POD.serviceAccount}`, world.identities.pod);

  try {
    printTitle('Stand-ins on this machine, and the real docker client');
    console.log(`  EKS Pod Identity agent  ${world.agent.credentialsUri}`);
    console.log(`  Amazon ECR API          ${world.aws.url}`);
    console.log(`  registry                ${await world.registryHost()}`);
    say(
      'They have started. docker gets an empty home folder, and no configuration of this machine.',
    );

    // Everything is printed as it happens: the failure takes some seconds.
    const checks = await demo.show(world, {
      env: world.podIdentityEnv(POD),
      withoutDebugLog: true,
      onLogLine: printLogLine,
    });

    // The harness has thrown by now if a secret leaked.
    checks.push(['no secret leaked', true]);
    printChecks(checks);

    const hasPassed = allHold(checks);
    if (hasPassed) console.log(`\nAll checks passed.\nNext: ${demo.next}`);
    return hasPassed;
  } finally {
    await world.close();
  }
}

function printChecks(checks: Check[]) {
  printTitle('Checks');

  for (const [claim, holds] of checks) {
    if (holds) console.log(`  ${styleText('green', '✔')} ${claim}`);
    else console.log(`  ${styleText('red', `✘ failed: ${claim}`)}`);
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
