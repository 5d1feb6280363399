import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { chooseClients, findClient, parseClients } from '../../../src/clients/client-choice.ts';
import type { ClientName } from '../../../src/clients/known-clients.ts';
import { runProgram } from '../../../src/clients/process.ts';
import { testReal } from '../../harness/real-parts.ts';
import { homeOf, NEVER, program, thrownBy } from '../support.ts';

test.each([
  ['', [], []],
  [' Podman,\n helm,,podman\r\n', ['podman', 'helm'], []],
  ['config-file', ['config-file'], []],
  ['dokcer, oras', ['oras'], ["'dokcer' is none of docker, podman,"]],
  ['constructor', [], ["'constructor' is none of docker, podman,"]],
])('input %j names %j', (text, names, problems) => {
  expect(parseClients(text)).toEqual({
    entries: names,
    problems: problems.map((one) => expect.stringContaining(one)),
  });
});

testReal('root').each<[ClientName, mode: number, isFound: boolean]>([
  ['podman', 0o750, true],
  ['podman', 0o700, true],
  ['podman', 0o640, false],
  ['buildah', 0o755, false],
])(
  '%s with mode %i of another user is found if the system would run it',
  async (name, mode, isFound) => {
    process.env['PATH'] = `:${homeOf('no')}:${homeOf()}`;
    mkdirSync(homeOf('buildah'));
    program('podman', 'echo ran');
    chmodSync(homeOf('podman'), mode);
    chownSync(homeOf('podman'), 1001, 1002);

    const { executable } = await findClient(name);

    expect(executable).toBe(isFound ? homeOf(name) : '');
    if (!isFound) return;
    const options = { env: {}, input: '', deadlineMs: 9_000, signal: NEVER };
    expect(await runProgram(executable, [], options)).toMatchObject({ stdout: 'ran\n' });
  },
);

test.each<[ClientName[], missing: string]>([
  [[], 'docker'],
  [['podman', 'config-file', 'oras'], 'podman, oras'],
])('a client that is missing, of %j, is a failure', async (names, tool) => {
  process.env['PATH'] = homeOf();

  const thrown = await thrownBy(() => chooseClients(names));

  expect(thrown).toMatchObject({ knownError: 'client-missing', facts: { tool } });
  expect(thrown.message).toMatch(/not found on PATH|No container client/);
});
