import { execFileSync } from 'node:child_process';
import os, { userInfo } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, jest, test } from '@jest/globals';
import { requireHome } from '../../../src/container/auth-file-location.ts';
import { harness } from '../../harness/paths.ts';
import { pretendPlatform } from '../platform.ts';

const MODULE = pathToFileURL(join('src', 'container', 'auth-file-location.ts')).href;

/** Runs a script in a process of its own: what a test sets in process.env is not what node's os module sees. */
function run(script: string, env: Record<string, string | undefined>, ...options: string[]): string {
  const args = [...options, '--input-type=module', '--eval', script];
  return execFileSync(process.execPath, args, { env: { ...process.env, ...env }, encoding: 'utf8' });
}

test('an empty variable of the home does not put logins into the working directory', () => {
  const script = `import { dockerDirectory } from '${MODULE}';
    try { console.log(dockerDirectory({})); } catch ({ symptom }) { console.log(symptom.what); }`;
  const found = run(script, { HOME: '', USERPROFILE: '' }).trim();
  // On Windows node knows no other home then.
  if (process.platform === 'win32') expect(found).toMatch(/has no home directory: USERPROFILE has no value/);
  else expect(found).toBe(join(userInfo().homedir, '.docker'));
});

test.each([
  ['linux', 'HOME has no value, and the user has no entry in /etc/passwd', 'HOME: /home/runner'],
  ['win32', 'USERPROFILE has no value', 'USERPROFILE: C:\\Users\\runner'],
])('a user without a home on %s is told which variable to set', (platform, cause, remedy) => {
  const script = `Object.defineProperty(process, 'platform', { value: '${platform}' });
    const { requireHome } = await import('${MODULE}');
    try { requireHome(); } catch ({ symptom }) { console.log(JSON.stringify(symptom)); }`;
  const symptom: unknown = JSON.parse(
    run(script, { HOME: undefined }, '--require', join(harness, 'no-passwd.cjs')),
  );
  expect(symptom).toMatchObject({
    what: `The user of this step has no home directory: ${cause}.`,
    remedy: expect.stringContaining(remedy),
  });
});

afterEach(() => {
  jest.restoreAllMocks();
});

test.each([
  [
    'linux',
    'HOME',
    '/home/runner',
    'has no entry in /etc/passwd',
    'a user (runAsUser) that its image does not know',
  ],
  ['win32', 'USERPROFILE', 'C:\\Users\\runner', 'USERPROFILE has no value.', 'has emptied the variable'],
] as const)('the explanation on %s names %s', (platform, name, example, cause, means) => {
  pretendPlatform(platform);
  jest.spyOn(os, 'homedir').mockImplementation(() => {
    throw new Error('no home');
  });
  let failure: unknown;
  try {
    requireHome();
  } catch (error) {
    failure = error;
  }
  expect(failure).toMatchObject({
    symptom: {
      what: expect.stringContaining(cause),
      means: expect.stringContaining(`${means}. The AWS SDK looks`),
      remedy: expect.stringContaining(`env:\n  ${name}: ${example}\n`),
    },
  });
});
