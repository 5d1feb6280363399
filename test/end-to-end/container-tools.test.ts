import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Tool } from '../harness/tools.ts';
import { SUCCESS, useWorld, world } from '../harness/use-world.ts';

useWorld();

const done = { exitCode: 0 };

const choose = (text: string, tools: Record<string, Tool>, moreEnv = {}) =>
  world.main({ moreEnv, inputs: { 'container-cli': text }, tools });
const calls = () => [...world.agent.requests, ...world.aws.requests];

describe('container-cli', () => {
  test.each([
    ['nerdctl', [], 'DOCKER_CONFIG'],
    ['finch', [], 'DOCKER_CONFIG'],
    ['helm', ['registry'], 'HELM_REGISTRY_CONFIG'],
  ])(
    'logs %s in and out with its own commands, which contain no password',
    async (tool, words, variable) => {
      const host = await world.registryHost();
      const place = join(world.directory, 'place', 'config.json');
      const tools = { docker: done, [tool]: done };

      const main = await choose(tool, tools, { [variable]: place });
      expect(main).toMatchObject({ exitCode: 0, outputs: { registry: host } });
      expect(main.toolRuns).toEqual([
        expect.objectContaining({
          tool,
          argv: [...words, 'login', '--username', 'AWS', '--password-stdin', host],
          env: expect.objectContaining({ [variable]: place }),
          stdin: world.aws.issued[0]?.password,
        }),
      ]);

      const post = await world.post(main);
      const runs = post.toolRuns.map(({ tool: name, argv }) => [name, ...argv]);
      expect(runs).toEqual([[tool, ...words, 'logout', host]]);
    },
  );

  test('fails the step before any call if a tool is not on PATH', async () => {
    const main = await choose('docker,podman', { docker: done });

    expect(main.exitCode).toBe(1);
    expect(main.errors.join()).toContain('podman');
    expect([...main.toolRuns, ...calls()]).toEqual([]);
  });

  test('takes docker or the first other tool if it is empty, and the log says so', async () => {
    const main = await choose('', { helm: done, nerdctl: done });
    expect(main.exitCode).toBe(0);
    expect(main.toolRuns.map(({ tool }) => tool)).toEqual(['nerdctl']);
    expect(main.log).toMatch(/docker not found; using nerdctl.*container-cli/);

    const docker = await choose('', { docker: done, podman: done });
    expect(docker.toolRuns.map(({ tool }) => tool)).toEqual(['docker']);
  });

  test('logs the other tools in if one tool refuses, and fails the step', async () => {
    const main = await choose('helm,nerdctl', {
      helm: { exitCode: 1, stderr: 'denied: no' },
      nerdctl: done,
    });

    expect(main.exitCode).toBe(1);
    expect(main.errors.join()).toContain('helm');
    expect(main.toolRuns.map(({ tool }) => tool)).toEqual(['helm', 'nerdctl']);
    // A later step can log out of this registry.
    expect(main.outputs).toEqual({ registry: await world.registryHost() });
  });
});

describe('the logout', () => {
  test.each([
    ['podman', 125, 'Error: not logged into somewhere\n'],
    ['skopeo', 1, 'time="2026-01-01T00:00:00Z" level=fatal msg="not logged into somewhere"\n'],
    ['helm', 1, 'Error: not logged in\n'],
  ])('succeeds if %s says that it is not logged in', async (tool, exitCode, stderr) => {
    const fake = [{ on: 'login' }, { on: 'logout', exitCode, stderr }];
    const main = await choose(tool, { [tool]: fake });

    expect(main.exitCode).toBe(0);
    expect(await world.post(main)).toMatchObject(SUCCESS);
  });
});
