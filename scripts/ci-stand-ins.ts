/**
 * Lets a job of CI use the action as any job does, with stand-ins in the place of AWS. `start` runs before the action:
 * it starts the stand-ins in a process of their own and tells the later steps of them. `check` runs after it, and
 * `finish` after its post step. Both throw if something is not as it should be.
 */
import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { HttpStandIn, json } from '../test/harness/http-stand-in.ts';
import { findProgram } from '../test/harness/tools.ts';
import { startWorld, type World } from '../test/harness/world.ts';

/** Another registry's login, which has to survive. With it there docker also looks for no credential store. */
const OTHER_LOGIN = {
  'registry.example.com': { auth: Buffer.from('someone:something').toString('base64') },
};

/** What the stand-ins' process says of itself once it serves. */
type Ready = {
  /** The variables that lead the action and the docker client to the stand-ins. */
  env: Readonly<Record<string, string>>;
  /** The host of the registry that the action has to log in to. */
  registry: string;
  /** Where to ask what was seen, and to end. */
  control: string;
};

/** What the stand-ins have seen, and what the action has left behind. */
type Seen = {
  /** Who signed the calls to ECR so far, and which passwords it gave out. */
  signers: readonly string[];
  passwords: readonly string[];
  /** The logins that the docker configuration holds. */
  logins: Readonly<Record<string, { auth?: string }>>;
  /** Whether the registry takes them. */
  isOpen: boolean;
};

function required(name: string) {
  const value = process.env[name];
  assert(value, `${name} is not set: this is for a job of GitHub Actions`);

  return value;
}

/** A file in the folder that the steps of a job share. */
function sharedFile(name: string) {
  return join(required('RUNNER_TEMP'), `stand-ins-${name}`);
}

function readReady(): Ready {
  return JSON.parse(fs.readFileSync(sharedFile('ready.json'), 'utf8'));
}

/** Starts the stand-ins and sets, for the later steps of the job, the variables that lead to them. */
export async function start() {
  const ready = await startServer();
  fs.writeFileSync(sharedFile('ready.json'), JSON.stringify(ready));

  const variables = Object.entries(ready.env).map(([name, value]) => `${name}=${value}\n`);
  fs.appendFileSync(required('GITHUB_ENV'), variables.join(''));

  // A system without a docker client, as macOS, has the action write docker's file itself.
  const tool = findProgram('docker') === undefined ? 'config-file' : 'docker';
  fs.appendFileSync(required('GITHUB_OUTPUT'), `container-cli=${tool}\n`);

  console.log(`The stand-ins serve; the registry is ${ready.registry}, and the tool is ${tool}.`);
}

/** Starts a process that serves on when this one has ended. */
async function startServer() {
  const log = fs.openSync(sharedFile('log'), 'w');
  const child = spawn(process.execPath, [import.meta.filename, 'serve'], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });

  const ended = once(child, 'exit').then(() => {
    const said = fs.readFileSync(sharedFile('log'), 'utf8');
    throw new Error(`the stand-ins did not start:\n${said}`);
  });
  const [ready] = (await Promise.race([once(child, 'message'), ended])) as [Ready];

  child.disconnect();
  child.unref();
  return ready;
}

/** Serves until it is told to end. */
async function serve() {
  const world = await startWorld();
  world.writeHome('.docker/config.json', JSON.stringify({ auths: OTHER_LOGIN }));

  const control = new HttpStandIn(async ({ path }) => {
    const seen = await seenBy(world);
    if (path === '/end') setImmediate(() => void Promise.all([world.close(), control.stop()]));

    return json(200, seen);
  });
  await control.listen();

  const ready: Ready = {
    env: {
      ...world.podIdentityEnv(),
      AWS_ENDPOINT_URL: world.aws.url,
      AWS_EC2_METADATA_DISABLED: 'true',
      DOCKER_CONFIG: join(world.home, '.docker'),
    },
    registry: await world.registryHost(),
    control: control.url,
  };
  process.send?.(ready);
}

async function seenBy(world: World): Promise<Seen> {
  return {
    signers: world.aws.calls.map(({ signer }) => signer?.arn ?? 'nobody'),
    passwords: world.aws.issued.map(({ password }) => password),
    logins: world.dockerLogins(),
    isOpen: await world.runnerMayPull(),
  };
}

async function ask(path: string): Promise<Seen> {
  const response = await fetch(`${readReady().control}${path}`);

  return (await response.json()) as Seen;
}

/** Checks the outputs, who signed, and that what the docker configuration holds opens the registry. */
async function check() {
  const { registry } = readReady();
  const { signers, passwords, isOpen } = await ask('/seen');

  const [signer = '', ...others] = signers;
  assert.match(signer, /assumed-role\/pod-role\//, 'the pod signed the call to ECR');
  assert.deepEqual(others, [], 'one call was made to ECR');

  const outputs = JSON.parse(required('LOGIN_OUTPUTS')) as Record<string, string>;
  const [password] = passwords;
  assert.equal(outputs['registry'], registry);
  assert.equal(outputs['docker_username'], 'AWS');
  assert.equal(outputs['docker_password'], password);

  assert(isOpen, 'the registry takes the stored login');
  console.log('The outputs are right, and the stored login opens the registry.');
}

/** Checks that the login is gone and another registry's is not, and ends the stand-ins. */
export async function finish() {
  const { logins } = await ask('/end');

  assert.deepEqual(Object.keys(logins), Object.keys(OTHER_LOGIN), 'only the other login is left');
  console.log("The login is gone; another registry's is still there.");
}

if (import.meta.filename === process.argv[1]) {
  const commands: Record<string, () => Promise<void>> = { serve, check };
  const command = commands[process.argv[2] ?? ''];

  assert(command, 'Usage: node scripts/ci-stand-ins.ts check');
  await command();
}
