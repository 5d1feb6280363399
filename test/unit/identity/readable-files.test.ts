import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { requireReadable, TOKEN_FILES } from '../../../src/identity/readable-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'readable-files-'));
const at = (name: string): string => join(folder, name);
const server = createServer();

beforeAll(async () => {
  writeFileSync(at('file'), 'token');
  mkdirSync(at('..data'));
  writeFileSync(join(at('..data'), 'token'), 'token');
  symlinkSync(join('..data', 'token'), at('token'));
  symlinkSync('/dev/null', at('null'));
  execFileSync('mkfifo', [at('pipe')]);
  symlinkSync('pipe', at('link-to-pipe'));
  await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const look = (path: string) => requireReadable(['AWS_CONFIG_FILE'], { AWS_CONFIG_FILE: path });

describe('a file that a variable names', () => {
  test.each([
    ['a regular file', at('file')],
    ['a link as Kubernetes makes it', at('token')],
    ['the null device', '/dev/null'],
    ['a link to it', at('null')],
    ['what is not there', at('none')],
    ['a folder', folder],
    ['nothing', ''],
  ])('%s is left to who reads it', async (_, path) => {
    await expect(look(path)).resolves.toBeUndefined();
  });

  test.each([
    ['a pipe', at('pipe')],
    ['a link to one', at('link-to-pipe')],
    ['a socket', at('socket')],
    ['a device without an end', '/dev/zero'],
  ])('%s is an error that says what to do', async (_, path) => {
    await expect(look(path)).rejects.toMatchObject({
      symptom: {
        knownError: 'file-not-regular',
        what: `AWS_CONFIG_FILE names ${path}, which is no regular file.`,
        facts: { variable: 'AWS_CONFIG_FILE', tokenFile: path },
      },
    });
  });

  test('does not matter to a source that does not read it', async () => {
    const environment = { AWS_WEB_IDENTITY_TOKEN_FILE: at('pipe') };
    await expect(requireReadable(TOKEN_FILES.container, environment)).resolves.toBeUndefined();
    await expect(requireReadable(TOKEN_FILES['default-chain'], environment)).rejects.toThrow(at('pipe'));
  });
});
