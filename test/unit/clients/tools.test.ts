import { expect, test } from '@jest/globals';
import { chooseTools, parseTools, type ToolName } from '../../../src/clients/tools.ts';
import { homeOf, output, program, table, thrownBy, words } from '../support.ts';

test.each([
  ['', [], []],
  [' Podman,\n helm,,podman\r\n', ['podman', 'helm'], []],
  ['config-file', ['config-file'], []],
  ['dokcer, oras', ['oras'], ["'dokcer' is none of docker, podman,"]],
  ['constructor', [], ["'constructor' is none of docker, podman,"]],
])('input %j names %j', (text, names, problems) => {
  expect(parseTools(text)).toEqual({
    entries: names,
    problems: problems.map((one) => expect.stringContaining(one)),
  });
});

table(`
                   | docker podman | docker           |
                   | helm skopeo   | skopeo           | docker not found; using skopeo
  helm config-file | docker helm   | helm config-file |
  config-file      |               | config-file      |
`)('if %j are named, and %j are on PATH, %j are used', async (names, onPath, chosen, line = '') => {
  process.env['PATH'] = homeOf();
  for (const name of words(onPath ?? '')) program(name);
  const tools = await chooseTools(words(names ?? '') as ToolName[]);
  expect(tools.map(({ tool }) => tool.name).join(' ')).toBe(chosen);
  expect(output().split('. ')[0]).toBe(line);
});

test.each<[ToolName[], string]>([
  [[], 'docker'],
  [['podman', 'config-file', 'oras'], 'podman, oras'],
])('a client that is missing, of %j, is a failure', async (names, tool) => {
  process.env['PATH'] = homeOf();
  const thrown = await thrownBy(() => chooseTools(names));
  expect(thrown).toMatchObject({ knownError: 'client-missing', facts: { tool } });
  expect(thrown.message).toMatch(/not found on PATH|No container client/);
});
