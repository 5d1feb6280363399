import { describe, expect, test } from '@jest/globals';
import type { ConductError } from '../../harness/conduct.ts';
import { useSmallAction } from '../../harness/small-action.ts';
import { useWorld } from '../../harness/use-world.ts';

const world = useWorld();
const action = useSmallAction();

/** What an action that does this, and nothing else, is blamed for. */
async function offencesOf(code: string): Promise<string[]> {
  action.use(`import { spawnSync } from 'node:child_process';\n${code}`);
  const tools = { docker: { exitCode: 0 }, helm: { exitCode: 0 } };
  return world.main({ tools }).then(
    () => [],
    (reason: unknown) => (reason as ConductError).offences,
  );
}

const run = (tool: string, ...argv: string[]): string =>
  `spawnSync(${JSON.stringify(tool)}, ${JSON.stringify(argv)})`;
const login = ['login', '--username', 'AWS', '--password-stdin'];

describe('a step is blamed for', () => {
  test.each([
    [
      'a command that changes the job',
      'console.log("::add-path::/evil")',
      'it issued the workflow command add-path',
    ],
    [
      'one in the other form',
      'console.log("so: ##[set-env name=A]b")',
      'it issued the workflow command set-env',
    ],
    ['one on stderr', 'console.error("::set-env name=A::b")', 'it issued the workflow command set-env'],
    ['printing past its log', 'console.error("raw")', 'it printed past its log: raw\n'],
    ['a control character', 'console.log("\\u001b[31mred")', 'it printed a control character'],
    ['a flood', 'console.log("x".repeat(600_000))', 'it printed 600001 characters'],
    [
      'a password in the arguments',
      run('docker', 'login', '-p', 'x', 'h'),
      'it gave docker the arguments ["login","-p","x","h"]',
    ],
    [
      'an option in the place of a host',
      run('docker', ...login, '--config=/evil'),
      'it gave docker the arguments',
    ],
    [
      'another command of the tool',
      run('docker', 'pull', 'image'),
      'it gave docker the arguments ["pull","image"]',
    ],
    ['something behind the host', run('docker', 'logout', 'host', '--all'), 'it gave docker the arguments'],
  ])('%s', async (_, code, offence) => {
    const offences = await offencesOf(code);
    expect(offences.join('\n')).toContain(offence);
  });
});

describe('a step is not blamed for', () => {
  test.each([
    ['what it shows', 'console.log("::warning::a\\n::debug::b\\n::group::c\\n::endgroup::\\ntext")'],
    ['a login', run('docker', ...login, '123456789012.dkr.ecr.eu-west-1.amazonaws.com')],
    ['a logout', run('docker', 'logout', '127.0.0.1:5000')],
    ["helm's own word before both", run('helm', 'registry', ...login, 'public.ecr.aws')],
  ])('%s', async (_, code) => {
    expect(await offencesOf(code)).toEqual([]);
  });
});
