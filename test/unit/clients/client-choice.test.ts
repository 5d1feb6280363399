import { expect, test } from '@jest/globals';
import { chooseClients, parseClients } from '../../../src/clients/client-choice.ts';
import type { ClientName } from '../../../src/clients/known-clients.ts';
import { homeOf, output, program, thrownBy } from '../support.ts';

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

test.each<[ClientName[], onPath: string[], chosen: string[], line: string]>([
  [[], ['docker', 'podman'], ['docker'], ''],
  [[], ['helm', 'skopeo'], ['skopeo'], 'docker not found; using skopeo'],
  [['helm', 'config-file'], ['docker', 'helm'], ['helm', 'config-file'], ''],
  [['config-file'], [], ['config-file'], ''],
])('if %j are named, and %j are on PATH, %j are used', async (names, onPath, chosen, line) => {
  process.env['PATH'] = homeOf();
  for (const name of onPath) program(name);

  const clients = await chooseClients(names);

  expect(clients.map(({ name }) => name)).toEqual(chosen);
  expect(output().split('. ')[0]).toBe(line);
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
