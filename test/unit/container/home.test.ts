import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';

// In a process of its own: what a test sets in process.env is not what node's os module sees.
test('an empty HOME does not put logins into the working directory', () => {
  const module = pathToFileURL(join('src', 'container', 'auth-file-location.ts')).href;
  const script = `import { dockerDirectory } from '${module}'; process.stdout.write(dockerDirectory({}));`;
  const args = ['--input-type=module', '--eval', script];
  const home = process.platform === 'win32' ? { USERPROFILE: '' } : { HOME: '' };
  const directory = execFileSync(process.execPath, args, {
    env: { ...process.env, ...home },
    encoding: 'utf8',
  });
  expect(directory).toBe(join(userInfo().homedir, '.docker'));
});
