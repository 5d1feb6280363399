/**
 * Lets a job of CI use the action as any job does, with stand-ins in the place of AWS. `start` runs before the action:
 * it starts the stand-ins in a process of their own and tells the later steps of them. `check` runs after it, and
 * `finish` after its post step. Both throw if something is not as it should be.
 */
import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpStandIn, json } from '../test/harness/http-stand-in.ts';
import { findProgram } from '../test/harness/tools.ts';
import { startWorld } from '../test/harness/world.ts';

/** How long the stand-ins may take to start, in milliseconds. */
const START_MS = 60_000;

/** Another registry's login, which has to survive. With it there docker also looks for no credential store. */
const OTHER_LOGIN = { 'registry.example.com': { auth: Buffer.from('someone:something').toString('base64') } };

/** What the stand-ins' process says of itself once it serves. */
type Ready = {
  /** The variables that lead the action and the docker client to the stand-ins. */
  readonly env: Readonly<Record<string, string>>;
  /** The host of the registry that the action has to log in to. */
  readonly registry: string;
  /** Where to ask what was seen, and to end. */
  readonly control: string;
};

/** What the stand-ins have seen so far. */
type Seen = { readonly signers: readonly string[]; readonly passwords: readonly string[] };

const folder = (): string => join(required('RUNNER_TEMP'), 'stand-ins');
const readyFile = (): string => join(folder(), 'ready.json');
const dockerConfig = (): string => join(folder(), 'docker');

function required(name: string): string {
  const value = process.env[name];
  assert(value, `${name} is not set: this is for a job of GitHub Actions`);
  return value;
}

/** Starts the stand-ins and sets, for the later steps of the job, the variables that lead to them. */
export async function start(): Promise<void> {
  mkdirSync(dockerConfig(), { recursive: true });
  writeFileSync(join(dockerConfig(), 'config.json'), JSON.stringify({ auths: OTHER_LOGIN }), { mode: 0o600 });
  const log = openSync(join(folder(), 'log'), 'w');

  spawn(process.execPath, [import.meta.filename, 'serve'], {
    detached: true,
    stdio: ['ignore', log, log],
    windowsHide: true,
  }).unref();
  const { env, registry } = await becomesReady();
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  appendFileSync(required('GITHUB_ENV'), lines.join(''));
  // A system without a docker client, as macOS, has the action write docker's file itself.
  const tool = findProgram('docker') === undefined ? 'config-file' : 'docker';
  appendFileSync(required('GITHUB_OUTPUT'), `container-cli=${tool}\n`);
  console.log(`The stand-ins serve; the registry is ${registry}, and the tool is ${tool}.`);
}

async function becomesReady(): Promise<Ready> {
  for (let waited = 0; waited < START_MS; waited += 100) {
    if (existsSync(readyFile())) return readReady();
    await sleep(100);
  }
  throw new Error(`the stand-ins did not start:\n${readFileSync(join(folder(), 'log'), 'utf8')}`);
}

function readReady(): Ready {
  return JSON.parse(readFileSync(readyFile(), 'utf8')) as Ready;
}

/** Serves until it is told to end. */
async function serve(): Promise<void> {
  const world = await startWorld();
  const control = new HttpStandIn(({ path }) => {
    if (path === '/end') setImmediate(() => void Promise.all([world.close(), control.stop()]));
    return json(200, {
      signers: world.aws.calls.map(({ signer }) => signer?.arn ?? 'nobody'),
      passwords: world.aws.issued.map(({ password }) => password),
    } satisfies Seen);
  });
  await control.listen();
  const env = {
    ...world.podIdentityEnv(),
    AWS_ENDPOINT_URL: world.aws.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    DOCKER_CONFIG: dockerConfig(),
  };
  const ready: Ready = { env, registry: await world.registryHost(), control: control.url };
  writeFileSync(`${readyFile()}.new`, JSON.stringify(ready));
  renameSync(`${readyFile()}.new`, readyFile());
}

async function ask(control: string, path: string): Promise<Seen> {
  return (await (await fetch(`${control}${path}`)).json()) as Seen;
}

/** The logins that the docker configuration holds, `user:password` by host. */
function storedLogins(): Map<string, string> {
  const config = JSON.parse(readFileSync(join(dockerConfig(), 'config.json'), 'utf8'));
  const auths = Object.entries((config.auths ?? {}) as Record<string, { auth?: string }>);
  return new Map(auths.map(([host, { auth = '' }]) => [host, Buffer.from(auth, 'base64').toString()]));
}

/** Checks the outputs, who signed, and that what the docker configuration holds opens the registry. */
async function check(): Promise<void> {
  const { registry, control } = readReady();
  const outputs = JSON.parse(required('LOGIN_OUTPUTS')) as Record<string, string>;
  const { signers, passwords } = await ask(control, '/seen');
  assert.equal(signers.length, 1, 'one call was made to ECR');
  assert.match(signers[0] ?? '', /assumed-role\/pod-role\//, 'the identity of the pod signed it');
  const [password] = passwords;
  assert.equal(outputs['registry'], registry);
  assert.deepEqual([outputs['docker_username'], outputs['docker_password']], ['AWS', password]);
  const login = storedLogins().get(registry);
  assert.equal(login, `AWS:${password}`);
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  const { status } = await fetch(`http://${registry}/v2/`, { headers: { authorization } });
  assert.equal(status, 200, 'the registry takes the stored login');
  console.log('The outputs are right, and the stored login opens the registry.');
}

/** Checks that the login is gone and another registry's is not, and ends the stand-ins. */
export async function finish(): Promise<void> {
  await ask(readReady().control, '/end');
  assert.deepEqual([...storedLogins().keys()], Object.keys(OTHER_LOGIN), 'only the other login is left');
  console.log("The login is gone; another registry's is still there.");
}

if (import.meta.filename === process.argv[1]) {
  const commands = { serve, check };
  const command = commands[process.argv[2] as keyof typeof commands];
  assert(command, `Usage: node scripts/ci-stand-ins.ts ${Object.keys(commands).join('|')}`);
  await command();
}
