import * as fs from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type AuthFile, readAuthFile } from '../../../src/clients/auth-file.ts';
import { withoutHelpers } from '../../../src/clients/helper-free-config.ts';
import { type Isolation, isolate, removeIsolation } from '../../../src/clients/isolation.ts';
import { CLIENTS, type ClientName } from '../../../src/clients/known-clients.ts';
import { homeOf, NEVER, output } from '../support.ts';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const LOGIN = { auth: 'eA==' };
const TOKEN = { identitytoken: 'x' };
const OWN = { [HOST]: {} };

test.each<[ClientName[], AuthFile, isolated: AuthFile]>([
  [['docker'], {}, { auths: OWN, credHelpers: {} }],

  [
    ['docker'],
    { auths: { a: LOGIN }, proxies: {}, credHelpers: { b: 'gcloud', [HOST]: 'ecr-login' } },
    { auths: { a: LOGIN, ...OWN }, proxies: {}, credHelpers: { b: 'gcloud' } },
  ],

  // The login of an earlier step of the job stays.
  [['docker'], { auths: { [HOST]: LOGIN } }, { auths: { [HOST]: LOGIN }, credHelpers: {} }],

  // A store that all clients can set aside.
  [
    ['docker', 'nerdctl'],
    { credsStore: 'ecr-login' },
    { auths: OWN, credsStore: 'ecr-login', credHelpers: { [HOST]: '', [`${HOST}:443`]: '' } },
  ],

  // The empty helper of another host: without it, docker would ask the store for that host.
  [
    ['docker'],
    { credsStore: 'desktop', credHelpers: { b: '' }, auths: { b: LOGIN } },
    {
      auths: { ...OWN, b: LOGIN },
      credsStore: 'desktop',
      credHelpers: { b: '', [HOST]: '', [`${HOST}:443`]: '' },
    },
  ],

  // A store that one of the clients cannot set aside.
  [
    ['docker', 'oras'],
    {
      credsStore: 'desktop',
      credHelpers: { c: '', d: 'own' },
      auths: { a: {}, b: LOGIN, d: {}, e: TOKEN },
    },
    {
      auths: { ...OWN, a: {}, b: LOGIN, d: {}, e: TOKEN },
      credHelpers: { a: 'desktop', d: 'own' },
    },
  ],
])('without helpers for the hosts of the step, for %j, %j is %j', (names, config, isolated) => {
  const clients = names.map((name) => CLIENTS[name]);

  expect(withoutHelpers(config, [HOST], clients)).toEqual(isolated);
});

const temp = (...names: string[]) => homeOf('temp', ...names);
const DIRECTORY = 'ecr-pod-identity-login';

async function isolateFor(...names: ClientName[]) {
  process.env['RUNNER_TEMP'] = temp();
  fs.mkdirSync(temp(), { recursive: true });

  const clients = names.map((name) => CLIENTS[name]);
  const plans: Isolation[] = [];
  const isolation = await isolate(clients, [HOST], NEVER, (plan) => plans.push(plan));

  expect(plans.at(-1)).toEqual(isolation);
  return isolation;
}

/** Writes a file, with its directories. */
function write(path: string, content: object | string) {
  fs.mkdirSync(homeOf(path, '..'), { recursive: true });
  fs.writeFileSync(homeOf(path), typeof content === 'string' ? content : JSON.stringify(content));
}

describe('the configuration of a job', () => {
  test('is planned, then created for this user alone, and the first step is told so', async () => {
    const directory = temp(DIRECTORY);

    expect(await isolateFor('docker', 'podman')).toEqual({
      directory,
      createdHere: true,
      moved: [
        { name: 'DOCKER_CONFIG', value: directory, earlier: '' },
        { name: 'REGISTRY_AUTH_FILE', value: `${directory}/auth.json`, earlier: '' },
      ],
    });
    expect(fs.readdirSync(directory)).toEqual(['auth.json', 'config.json']);
    expect(fs.statSync(directory).mode & 0o777).toBe(0o700);
    expect(fs.statSync(`${directory}/config.json`).mode & 0o777).toBe(0o600);

    process.env['DOCKER_CONFIG'] = directory;
    write(`temp/${DIRECTORY}/config.json`, { auths: { 'first.step': LOGIN } });

    expect(await isolateFor('docker')).toEqual({ directory, createdHere: false, moved: [] });
    const { auths } = readAuthFile(`${directory}/config.json`);
    expect(auths).toEqual({ 'first.step': LOGIN, ...OWN });
  });

  test("that another step creates at the same moment is that step's to remove", async () => {
    process.env['RUNNER_TEMP'] = homeOf();
    const plans: boolean[] = [];
    const isolation = await isolate([], [HOST], NEVER, ({ directory, createdHere }) => {
      plans.push(createdHere);
      fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    });

    expect(isolation.createdHere).toBe(false);
    expect(plans).toEqual([true, false]);
  });

  test.each([
    ['a link', (path: string) => fs.symlinkSync(homeOf(), path)],
    ['a file', (path: string) => fs.writeFileSync(path, '', { mode: 0o600 })],
    ['open to others', (path: string) => fs.mkdirSync(path)],
  ])('is not created if what has its name is %s', async (_what, create) => {
    fs.mkdirSync(temp());
    create(temp(DIRECTORY));

    await expect(isolateFor('docker')).rejects.toThrow(/-login is no directory of this user alone/);
    expect(fs.readdirSync(homeOf())).toEqual(['temp']);
  });

  test('starts from the one in force, and links what is beside it', async () => {
    const names = ['cli-plugins/a', 'b.json', 'auth.json', 'config.json.draft'];
    for (const name of names) write(`.docker/${name}`, '');
    write('.docker/config.json', { auths: { a: LOGIN } });

    const { directory } = await isolateFor('docker');

    expect(fs.readdirSync(directory)).toEqual(['b.json', 'cli-plugins', 'config.json']);
    expect(readAuthFile(`${directory}/config.json`).auths).toEqual({ a: LOGIN, ...OWN });
  });

  test.each([
    ["docker's if it has none", false],
    ['its own', true],
  ])('for podman starts from %s', async (_whose, hasOwn) => {
    process.env['XDG_RUNTIME_DIR'] = homeOf('run');
    write('.docker/config.json', { auths: { a: LOGIN } });
    if (hasOwn) write('run/containers/auth.json', { auths: { b: LOGIN } });

    const { directory } = await isolateFor('podman');

    const { auths } = readAuthFile(`${directory}/auth.json`);
    expect(auths).toEqual({ [hasOwn ? 'b' : 'a']: LOGIN, ...OWN });
  });

  test('says in one line how much it cannot link', async () => {
    fs.mkdirSync(homeOf('.docker'));
    for (let link = 0; link < 200; link += 1) fs.symlinkSync('no', homeOf(`.docker/${link}`));

    await isolateFor('docker');

    expect(output()).toMatch(/^::warning::.* not linked: 200\. The first: ENOENT.*\n$/);
  });

  test('starts without a file that cannot be read, with a warning that does not quote it', async () => {
    write('.docker/config.json', '{"auth":"c2VjcmV0"');

    await isolateFor('docker');

    expect(output()).toMatch(/^::warning::.*config\.json.*: it is not valid JSON\n$/);
  });

  test('is all that is removed, no directory of another name', () => {
    const directory = temp(`${DIRECTORY}-x`);
    process.env['RUNNER_TEMP'] = temp();
    fs.mkdirSync(directory, { recursive: true });

    const problem = removeIsolation({ directory, createdHere: true, moved: [] });

    expect(problem).toEqual(expect.any(String));
    expect(fs.existsSync(directory)).toBe(true);
  });
});
