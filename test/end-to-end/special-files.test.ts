import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { useWorld, world } from '../harness/use-world.ts';

// No limit and no signal ends a read of a pipe, and one of a device has no end.
const makePipe = (path: string) => execFileSync('mkfifo', [path]);
const linkTo = (target: string) => (path: string) => fs.symlinkSync(target, path);

const SPECIAL: [string, make: (path: string) => unknown][] = [
  ['a pipe', makePipe],
  ['a link to a device', linkTo('/dev/zero')],
];

useWorld();

describe.each(SPECIAL)('a file that is %s', (_what, make) => {
  test.each(['false', 'true'])('is no auth file (isolation: %s)', async (isolate) => {
    fs.mkdirSync(join(world.home, '.docker'));
    const file = join(world.home, '.docker/config.json');
    make(file);

    const inputs = { 'container-cli': 'config-file', 'isolate-docker-config': isolate };
    const { exitCode, errors, warnings } = await world.main({ inputs, tools: {} });

    expect(exitCode).toBe(isolate === 'true' ? 0 : 1);
    expect([...errors, ...warnings].join()).toContain(`${file} is not a regular file`);
  });

  test('is not read by post, which says that a login can be left', async () => {
    const main = await world.main({ inputs: { 'container-cli': 'config-file' }, tools: {} });
    const file = join(world.home, '.docker/config.json');
    fs.rmSync(file);
    make(file);

    const { exitCode, warnings } = await world.post(main);

    expect([exitCode, warnings]).toEqual([0, [expect.stringContaining('can be left in it')]]);
  });

  test('is no token', async () => {
    const file = join(world.directory, 'special');
    make(file);

    const moreEnv = { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file };
    const { exitCode, errors } = await world.main({ moreEnv });

    expect([exitCode, errors.join()]).toEqual([1, expect.stringContaining('not a regular file')]);
    expect(world.agent.requests).toEqual([]);
  });
});
