import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ContainerClient } from '../../../src/container/client.ts';
import { TOOLS, type ToolName } from '../../../src/container/tool.ts';
import { LoginRecord } from '../../../src/stage/login-record.ts';
import { LONGEST_LOGINS, saveLogins } from '../../../src/state.ts';
import { captureOutput } from '../written-output.ts';

let written: () => string;
const stateFile = process.env['GITHUB_STATE'];
beforeEach(() => {
  // Without a file the state goes to the log, where it can be read here.
  delete process.env['GITHUB_STATE'];
  written = captureOutput();
});
afterEach(() => {
  if (stateFile !== undefined) process.env['GITHUB_STATE'] = stateFile;
  jest.restoreAllMocks();
});

/** What was saved last, as text; undefined where nothing was. */
const saved = (): string | undefined =>
  written()
    .match(/(?<=^::save-state name=logins::).*$/gm)
    ?.at(-1);
const warnings = (): readonly string[] => written().match(/^::warning::.*$/gm) ?? [];

const client = (name: ToolName): ContainerClient => ({
  tool: TOOLS[name],
  location: { variables: { DOCKER_CONFIG: `/${name}` }, file: `/${name}/config.json` },
  logIn: async () => {},
  logOut: async () => {},
});
const place = (tool: ToolName) => ({
  tool,
  variables: { DOCKER_CONFIG: `/${tool}` },
  file: `/${tool}/config.json`,
});
const [docker, helm] = [client('docker'), client('helm')];
const usual = { skipLogout: false, isolateDockerConfig: false };
/** Docker's logins, as they are saved. */
const loginsAt = (...registries: string[]) => [{ ...place('docker'), registries }];
/** After this one there is no room for another. */
const LONGEST = 'x'.repeat(LONGEST_LOGINS - JSON.stringify(loginsAt('')).length);

describe('the record of logins', () => {
  test('has each place once, with all of its registries', () => {
    const record = new LoginRecord([docker, helm], usual);
    for (const registry of ['a.example', 'b.example'])
      for (const one of [docker, helm]) record.add(one, registry);
    const registries = ['a.example', 'b.example'];
    expect(JSON.parse(saved() ?? '')).toEqual([
      { ...place('docker'), registries },
      { ...place('helm'), registries },
    ]);
  });

  test('is saved with a login before that is made, and without one that is taken back', () => {
    const record = new LoginRecord([docker, helm], usual);
    record.add(docker, 'a.example');
    expect(JSON.parse(saved() ?? '')).toEqual(loginsAt('a.example'));
    record.add(helm, 'a.example');
    record.takeBack(helm, 'a.example');
    expect(JSON.parse(saved() ?? '')).toEqual(loginsAt('a.example'));
    record.takeBack(docker, 'a.example');
    expect(saved()).toBe('[]');
  });

  test('is not saved where nothing is to be logged out of', () => {
    const record = new LoginRecord([docker], { ...usual, skipLogout: true });
    record.add(docker, LONGEST);
    record.add(docker, 'b.example');
    record.takeBack(docker, 'b.example');
    expect([saved(), warnings()]).toEqual([undefined, []]);
  });

  test('that has no room for a login says so once, and what was saved before stays', () => {
    const record = new LoginRecord([docker], usual);
    record.add(docker, LONGEST);
    const before = saved();
    expect(before).toContain(LONGEST);
    for (const registry of ['b.example', 'c.example', 'd.example']) record.add(docker, registry);
    record.takeBack(docker, 'd.example');
    expect(saved()).toBe(before);
    expect(warnings()).toEqual([
      expect.stringMatching(/more logins than .* not log out of registry b\.example, nor/),
    ]);
  });

  test("has room enough where the job's own configuration is removed anyway", () => {
    const record = new LoginRecord([docker], { ...usual, isolateDockerConfig: true });
    record.add(docker, LONGEST);
    record.add(docker, 'b.example');
    expect(warnings()).toEqual([]);
  });
});

describe('the longest state', () => {
  test('is counted in bytes', () => {
    expect(saveLogins(loginsAt(LONGEST))).toBe(true);
    expect(saveLogins(loginsAt(`${LONGEST}x`))).toBe(false);
    expect(saveLogins(loginsAt(LONGEST.replace('x', 'é')))).toBe(false);
  });

  (process.platform === 'linux' ? test : test.skip)('is what a process can be started with', () => {
    const start = (length: number) =>
      spawnSync(process.execPath, ['-e', '0'], { env: { STATE_logins: 'x'.repeat(length) } });
    expect(start(LONGEST_LOGINS)).toMatchObject({ status: 0 });
    expect(start(LONGEST_LOGINS + 1).error).toMatchObject({ code: 'E2BIG' });
  });

  test('has room for 2,500 registries, or 1,250 with two tools', () => {
    if (process.platform === 'win32') return;
    const registries = Array.from(
      { length: 2_500 },
      (_, index) => `${123456789012 + index}.dkr.ecr.ap-southeast-2.amazonaws.com`,
    );
    const place = {
      variables: { DOCKER_CONFIG: '/home/runner/.docker' },
      file: '/home/runner/.docker/config.json',
    };
    expect(saveLogins([{ tool: 'docker', ...place, registries }])).toBe(true);
    const half = registries.slice(0, 1_250);
    expect(
      saveLogins((['docker', 'helm'] as const).map((tool) => ({ tool, ...place, registries: half }))),
    ).toBe(true);
  });
});
