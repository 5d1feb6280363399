import { expect, test } from '@jest/globals';
import { chooseClients, parseClients } from '../../../src/clients/client-choice.ts';
import type { ClientName } from '../../../src/clients/known-clients.ts';
import { homeOf, thrownBy } from '../support.ts';

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

test.each<[ClientName[], missing: string]>([
  [[], 'docker'],
  [['podman', 'config-file', 'oras'], 'podman, oras'],
])('a client that is missing, of %j, is a failure', async (names, tool) => {
  process.env['PATH'] = homeOf();

  const thrown = await thrownBy(() => chooseClients(names));

  expect(thrown).toMatchObject({ knownError: 'client-missing', facts: { tool } });
  expect(thrown.message).toMatch(/not found on PATH|No container client/);
});
