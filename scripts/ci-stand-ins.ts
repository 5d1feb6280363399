/**
 * Lets a job of CI use the action as any job does, with stand-ins in the place of AWS. `start` runs before the action:
 * it starts the stand-ins in a process of their own and tells the later steps of them. `check` runs after it, and
 * `finish` after its post step. Both throw if something is not as it should be.
 */
import { strict as assert } from 'node:assert';
import { type SpawnOptions, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpStandIn, json } from '../test/harness/http-stand-in.ts';
import { findProgram } from '../test/harness/tools.ts';
import { startWorld } from '../test/harness/world.ts';

/** How long the stand-ins may take to start, in milliseconds. */
const START_MS = 60_000;

/** Another registry's login, which has to survive. With it there docker also looks for no credential store. */
const OTHER_LOGIN = {
  'registry.example.com': { auth: Buffer.from('someone:something').toString('base64') },
};

/** What the stand-ins' process says of itself once it serves. */
type Ready = {
  /** The variables that lead the action and the docker client to the stand-ins. */
  readonly env: Readonly<Record<string, string>>;
  /** The host of the registry that the action has to log in to. */
  readonly registry: string;
  /** Where to ask what was seen, and to end. */
  readonly control: string;
};

/** What the stand-ins have seen so far, the logins that the docker configuration holds, and whether they open the registry. */
type Seen = {
  readonly signers: readonly string[];
  readonly passwords: readonly string[];
  readonly logins: Readonly<Record<string, { auth?: string }>>;
  readonly isOpen: boolean;
};

const folder = (): string => join(required('RUNNER_TEMP'), 'stand-ins');
const readyFile = (): string => join(folder(), 'ready.json');
const readReady = (): Ready => JSON.parse(fs.readFileSync(readyFile(), 'utf8'));

function required(name: string): string {
  const value = process.env[name];
  assert(value, `${name} is not set: this is for a job of GitHub Actions`);
  return value;
}

/** Starts the stand-ins and sets, for the later steps of the job, the variables that lead to them. */
export async function start(): Promise<void> {
  fs.mkdirSync(folder(), { recursive: true });
  const log = fs.openSync(join(folder(), 'log'), 'w');
  const options: SpawnOptions = { detached: true, stdio: ['ignore', log, log], windowsHide: true };
  spawn(process.execPath, [import.meta.filename, 'serve'], options).unref();
  for (let waited = 0; !fs.existsSync(readyFile()); waited += 100) {
    const said = fs.readFileSync(join(folder(), 'log'), 'utf8');
    assert(waited < START_MS, `the stand-ins did not start:\n${said}`);
    await sleep(100);
  }
  const { env, registry } = readReady();
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  fs.appendFileSync(required('GITHUB_ENV'), lines.join(''));
  // A system without a docker client, as macOS, has the action write docker's file itself.
  const tool = findProgram('docker') === undefined ? 'config-file' : 'docker';
  fs.appendFileSync(required('GITHUB_OUTPUT'), `container-cli=${tool}\n`);
  console.log(`The stand-ins serve; the registry is ${registry}, and the tool is ${tool}.`);
}

/** Serves until it is told to end. */
async function serve(): Promise<void> {
  const world = await startWorld();
  world.writeHome('.docker/config.json', JSON.stringify({ auths: OTHER_LOGIN }));
  const control = new HttpStandIn(async ({ path }) => {
    const seen: Seen = {
      signers: world.aws.calls.map(({ signer }) => signer?.arn ?? 'nobody'),
      passwords: world.aws.issued.map(({ password }) => password),
      logins: world.dockerLogins(),
      isOpen: await world.runnerMayPull(),
    };
    if (path === '/end') setImmediate(() => void Promise.all([world.close(), control.stop()]));
    return json(200, seen);
  });
  await control.listen();
  const env = {
    ...world.podIdentityEnv(),
    AWS_ENDPOINT_URL: world.aws.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    DOCKER_CONFIG: join(world.home, '.docker'),
  };
  const ready: Ready = { env, registry: await world.registryHost(), control: control.url };
  fs.writeFileSync(`${readyFile()}.new`, JSON.stringify(ready));
  fs.renameSync(`${readyFile()}.new`, readyFile());
}

async function ask(path: string): Promise<Seen> {
  return (await (await fetch(`${readReady().control}${path}`)).json()) as Seen;
}

/** Checks the outputs, who signed, and that what the docker configuration holds opens the registry. */
async function check(): Promise<void> {
  const { registry } = readReady();
  const outputs = JSON.parse(required('LOGIN_OUTPUTS')) as Record<string, string>;
  const { signers, passwords, logins, isOpen } = await ask('/seen');
  assert.equal(signers.length, 1, 'one call was made to ECR');
  assert.match(signers[0] ?? '', /assumed-role\/pod-role\//, 'the identity of the pod signed it');
  const [password] = passwords;
  assert.equal(outputs['registry'], registry);
  assert.deepEqual([outputs['docker_username'], outputs['docker_password']], ['AWS', password]);
  assert.equal(Buffer.from(logins[registry]?.auth ?? '', 'base64').toString(), `AWS:${password}`);
  assert(isOpen, 'the registry takes the stored login');
  console.log('The outputs are right, and the stored login opens the registry.');
}

/** Checks that the login is gone and another registry's is not, and ends the stand-ins. */
export async function finish(): Promise<void> {
  const { logins } = await ask('/end');
  assert.deepEqual(Object.keys(logins), Object.keys(OTHER_LOGIN), 'only the other login is left');
  console.log("The login is gone; another registry's is still there.");
}

if (import.meta.filename === process.argv[1]) {
  const commands = { serve, check };
  const command = commands[process.argv[2] as keyof typeof commands];
  assert(command, `Usage: node scripts/ci-stand-ins.ts ${Object.keys(commands).join('|')}`);
  await command();
}
