import { describe, expect, test } from '@jest/globals';
import type { LeakError } from '../../harness/leaks.ts';
import type { StepResult } from '../../harness/runner.ts';
import { useSmallAction } from '../../harness/small-action.ts';
import { useWorld } from '../../harness/use-world.ts';

// An action that gets credentials from the agent and a token from nowhere, then does what a test tells it to do.
const PREAMBLE = `
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
const { env } = process;
const jwt = readFileSync(env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, 'utf8');
const reply = await fetch(env.AWS_CONTAINER_CREDENTIALS_FULL_URI, { headers: { authorization: jwt } });
const { SecretAccessKey: key, Token: session } = await reply.json();
const docker = (args, extra) => spawnSync('docker', args, { env: { ...env, ...extra }, encoding: 'utf8' });
`;

const world = useWorld({ anyConduct: true });
const action = useSmallAction();

async function run(code: string, inputs: Record<string, string> = {}): Promise<StepResult> {
  action.use(PREAMBLE + code);
  return world.main({ env: world.podIdentityEnv(), tools: { docker: { stdout: 'done\n' } }, inputs });
}

async function leaksOf(code: string, inputs?: Record<string, string>): Promise<string[]> {
  const error = await run(code, inputs).then(
    () => undefined,
    (reason: unknown) => reason as LeakError,
  );
  return error?.leaks ?? [];
}

const IN_OUTPUT: [what: string, code: string, leak: string][] = [
  ['a plain line', 'console.log("key " + key)', 'secret key in line 1 of the output (stdout)'],
  ['stderr', 'console.error(session)', 'session token in line 1 of the output (stderr)'],
  [
    'a debug command',
    'console.log("::debug::" + jwt)',
    'service account token in line 1 of the output (stdout)',
  ],
  [
    'a property',
    'console.log("::error title=" + key + "::no")',
    'secret key in line 1 of the output (stdout)',
  ],
  [
    'base64',
    'console.log(Buffer.from(key).toString("base64"))',
    'secret key in line 1 of the output (stdout)',
  ],
  [
    'base64 of a longer text, begun one byte later',
    'console.log(Buffer.from(":" + key).toString("base64"))',
    'secret key in line 1 of the output (stdout)',
  ],
  [
    'base64 of a longer text, begun two bytes later',
    'console.log(Buffer.from("::" + key + ":").toString("base64"))',
    'secret key in line 1 of the output (stdout)',
  ],
  ['a URL', 'console.log(encodeURIComponent(key))', 'secret key in line 1 of the output (stdout)'],
  ['the first half', 'console.log(session.slice(0, 60))', 'session token in line 1 of the output (stdout)'],
  [
    'a line before its mask',
    'console.log(key); console.log("::add-mask::" + key)',
    'secret key in line 1 of the output (stdout)',
  ],
  [
    'a line behind its mask',
    'console.log("::add-mask::" + key); console.log(key)',
    'secret key in line 2 of the output (stdout)',
  ],
  [
    'a part that no mask covers',
    'console.log("::add-mask::" + session); console.log(session.slice(100, 180))',
    'session token in line 2 of the output (stdout)',
  ],
];

describe('the leak check finds a secret that was printed', () => {
  test.each(IN_OUTPUT)('as %s', async (_what, code, leak) => {
    expect(await leaksOf(code)).toEqual([leak]);
  });

  test('as a given key with the mask on another one', async () => {
    world.addSecret('proxy password', 'p@ss "word"', 'given');
    const leaks = await leaksOf(
      'console.log("::add-mask::other"); console.log(JSON.stringify(`p@ss "word"`))',
    );
    expect(leaks).toEqual(['proxy password in line 2 of the output (stdout)']);
  });
});

const ELSEWHERE: [what: string, code: string, leak: RegExp][] = [
  ['arguments', 'docker(["login", "-p", key])', /^secret key in the arguments of docker$/],
  [
    'a variable of a child',
    'docker([], { AUTH: session })',
    /^session token in the variable AUTH of docker$/,
  ],
  ['state', 'appendFileSync(env.GITHUB_STATE, "a<<E\\n" + key + "\\nE\\n")', /^secret key in the state a$/],
  [
    'an output',
    'appendFileSync(env.GITHUB_OUTPUT, "registry=" + key + "\\n")',
    /^secret key in the output registry$/,
  ],
  [
    'a password output that holds something else',
    'console.log("::add-mask::" + key); appendFileSync(env.GITHUB_OUTPUT, "docker_password_x=" + key + "\\n")',
    /^secret key in the output docker_password_x$/,
  ],
  [
    'the environment',
    'appendFileSync(env.GITHUB_ENV, "A=" + key + "\\n")',
    /^secret key in the exported variable A$/,
  ],
  [
    'the summary',
    'appendFileSync(env.GITHUB_STEP_SUMMARY, jwt)',
    /^service account token in the job summary$/,
  ],
  [
    'a file that others can read',
    'writeFileSync(join(env.RUNNER_TEMP, "wide.json"), key, { mode: 0o644 })',
    /^secret key in the file .*wide\.json, which others can read$/,
  ],
];

describe('the leak check finds a secret', () => {
  test.each(ELSEWHERE)('in %s', async (_what, code, leak) => {
    const leaks = await leaksOf(code);
    expect(leaks).toHaveLength(1);
    expect(leaks[0]).toMatch(leak);
  });

  test('in a password output that was not masked, unless that was asked for', async () => {
    const code = 'appendFileSync(env.GITHUB_OUTPUT, "docker_password_x=anything\\n")';
    expect(await leaksOf(code)).toEqual(['the output docker_password_x is not registered as a secret']);
    expect(await leaksOf(code, { 'mask-password': 'false' })).toEqual([]);
  });
});

describe('the leak check lets pass', () => {
  test.each([
    ['the mask of a secret', 'console.log("::add-mask::" + key)'],
    ['the claims of a token', 'console.log(Buffer.from(jwt.split(".")[1], "base64url").toString())'],
    ['a file of the user alone', 'writeFileSync(join(env.HOME, "own.json"), key, { mode: 0o600 })'],
  ])('%s', async (_what, code) => {
    expect((await run(code)).exitCode).toBe(0);
  });
});
