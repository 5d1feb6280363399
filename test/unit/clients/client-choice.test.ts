import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { chooseClients, findClient, parseClients } from '../../../src/clients/client-choice.ts';
import type { ClientName } from '../../../src/clients/known-clients.ts';
import { runProgram } from '../../../src/clients/process.ts';
import { explain } from '../../../src/known-errors/explain.ts';
import { testReal } from '../../harness/real-parts.ts';
import { homeOf, NEVER, program, thrownBy } from '../support.ts';

test.each([
  ['', [], []],
  [' Podman,\n helm,,podman\r\n', ['podman', 'helm'], []],
  ['config-file', ['config-file'], []],
  ['dokcer, oras', ['oras'], ["'dokcer' is none of docker, podman,"]],
  ['constructor', [], ["'constructor' is none of"]],
])('input %j names %j', (text, names, problems) => {
  expect(parseClients(text)).toEqual({
    entries: names,
    problems: problems.map((one) => expect.stringContaining(one)),
  });
});

testReal('root')('a program is what the system would run, whatever its mode', async () => {
  process.env['PATH'] = homeOf();
  chmodSync(program('helm', 'echo ran >&2'), 0o750);
  chownSync(homeOf('helm'), 1001, 1002);

  const { executable } = await findClient('helm');
  const options = { env: {}, input: '', deadlineMs: 9_000, signal: NEVER };
  expect(await runProgram(executable, [], options)).toMatchObject({ stderr: 'ran\n' });
});

test.each<[ClientName[], missing: string]>([
  [[], 'docker'],
  [['podman', 'config-file', 'oras'], 'podman, oras'],
])('a client that is missing, of %j, is a failure', async (names, tool) => {
  process.env['PATH'] = homeOf();
  mkdirSync(homeOf('podman'));

  const thrown = await thrownBy(() => chooseClients(names));

  expect(thrown).toMatchObject({ knownError: 'client-missing', facts: { tool } });
});

const explained = async (names: ClientName[]) => String(await chooseClients(names).catch(explain));

test.each<[missing: ClientName[], packages: string]>([
  [[], 'docker-cli'],
  [['oras', 'helm', 'docker'], 'oras docker-cli'],
  // Debian has another finch.
  [['helm', 'nerdctl', 'finch'], ''],
])('for clients that are missing, of %j, the packages %j are offered', async (names, packages) => {
  process.env['PATH'] = homeOf();
  const text = await explained(names);
  expect(text.split('sudo apt-get install --yes ')[1] ?? '').toBe(packages);

  // In the container of a job, nothing can be installed for good.
  Object.assign(process.env, { GITHUB_WORKSPACE: '/__w/a', HOME: '/github/home' });
  expect(await explained(names)).not.toContain('apt-get');
});
