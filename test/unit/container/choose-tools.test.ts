import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { chooseTools, parseTools } from '../../../src/container/choose-tools.ts';
import { findTool } from '../../../src/container/find-tool.ts';
import { TOOL_NAMES } from '../../../src/container/tool.ts';
import { explain } from '../../../src/errors/explain.ts';
import { pretendPlatform } from '../platform.ts';
import { captureOutput } from '../written-output.ts';

/** A path on which only these programs are. */
function pathWith(...programs: string[]): (name: string) => Promise<string> {
  return async (name) => (programs.includes(name) ? `/bin/${name}` : '');
}

describe('the list of tools', () => {
  test.each([
    ['', []],
    [' , \n ,', []],
    ['docker', ['docker']],
    ['podman,docker', ['podman', 'docker']],
    ['podman\nbuildah\r\n skopeo ', ['podman', 'buildah', 'skopeo']],
    ['Docker, docker, HELM', ['docker', 'helm']],
    [TOOL_NAMES.join(), TOOL_NAMES],
  ])('%j names %j', (text, names) => {
    expect(parseTools(text)).toEqual({ names, problems: [] });
  });

  test.each([
    'dockr',
    'docker podman',
    '/usr/bin/docker',
    'kaniko',
    '__proto__',
    'constructor',
    '$(id)',
    '--help',
  ])('%j is refused, with the choices', (word) => {
    const { names, problems } = parseTools(`docker,${word}`);
    expect(names).toEqual(['docker']);
    expect(problems).toEqual([`'${word.toLowerCase()}' is none of ${TOOL_NAMES.join(', ')}`]);
  });

  test('every word that is refused is named, on one line', () => {
    expect(parseTools('a\u0007b,c').problems).toEqual([
      expect.stringMatching(/^'a b' is none of/),
      expect.stringMatching(/^'c' is none of/),
    ]);
  });
});

describe('the tools that are logged in', () => {
  let written: () => string;
  beforeEach(() => {
    written = captureOutput();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const namesOf = async (...args: Parameters<typeof chooseTools>): Promise<string[]> =>
    (await chooseTools(...args)).map(({ tool }) => tool.name);

  test('are those that the user names, in that order', async () => {
    const find = pathWith('docker', 'podman', 'oras');
    expect(await namesOf(['oras', 'podman'], find)).toEqual(['oras', 'podman']);
    expect((await chooseTools(['oras'], find))[0]?.executable).toBe('/bin/oras');
  });

  test('are docker where none is named', async () => {
    expect(await namesOf([], pathWith('podman', 'docker'))).toEqual(['docker']);
    expect(written()).toBe('');
  });

  test.each([
    [['helm', 'buildah'], 'buildah'],
    [['skopeo', 'podman'], 'podman'],
    [['finch', 'nerdctl'], 'nerdctl'],
    [['helm', 'oras'], 'oras'],
    [['helm'], 'helm'],
  ])('are, of %j and no docker, %s', async (there, chosen) => {
    expect(await namesOf([], pathWith(...there))).toEqual([chosen]);
    expect(written()).toContain(`docker is not on PATH, so ${chosen} is used`);
  });

  test('are an error where there is none at all', async () => {
    const choice = chooseTools([], pathWith());
    await expect(choice).rejects.toThrow(
      /^No container tool found on PATH: neither docker nor podman, .* helm\.$/,
    );
    await expect(choice).rejects.toMatchObject({ symptom: { knownError: 'client-missing' } });
  });

  test('are an error with other advice on Windows', async () => {
    pretendPlatform('win32');
    const error: unknown = await chooseTools([], pathWith()).catch((reason: unknown) => reason);
    const { remedy } = explain(error);
    expect(remedy).toContain('where.exe');
    expect(remedy).not.toContain('apt-get');
  });

  test('are an error where one that is named is not there, which names those that are', async () => {
    const choice = chooseTools(['docker', 'podman', 'oras'], pathWith('docker', 'skopeo'));
    await expect(choice).rejects.toThrow(/container-cli': podman, oras not found on PATH/);
    await expect(choice).rejects.toThrow(/On PATH: docker, skopeo\./);
    await expect(chooseTools(['podman'], pathWith())).rejects.toThrow(/No container tool found on PATH/);
  });

  test('need no program for config-file', async () => {
    const find = (name: string): Promise<string> => Promise.reject(new Error(`looked for ${name}`));
    expect(await namesOf(['config-file'], find)).toEqual(['config-file']);
    expect(await findTool('config-file', find)).not.toHaveProperty('executable');
  });
});
