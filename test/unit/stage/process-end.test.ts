import { expect, test } from '@jest/globals';
import { type EndingProcess, endProcess } from '../../../src/stage/process-end.ts';

/** Ends a process that has this work under way, and tells what was called. */
function end(
  work: string,
  isCutShort: boolean,
  platform: NodeJS.Platform = 'linux',
  exitCode = 1,
): readonly (readonly unknown[])[] {
  const calls: unknown[][] = [];
  const stage = {
    pid: 123,
    platform,
    exitCode,
    getActiveResourcesInfo: () => ['PipeWrap', work],
    kill: (...args: unknown[]) => calls.push(['kill', ...args]),
    execve: (...args: unknown[]) => calls.push(['execve', ...args]),
    exit: (...args: unknown[]) => calls.push(['exit', ...args]),
  };
  endProcess(stage as unknown as EndingProcess, isCutShort);
  return calls;
}

test.each([
  ['Timeout', true],
  ['TCPSocketWrap', true],
  ['GetAddrInfoReqWrap', false],
])('a process with %s under way exits (cut short: %s)', (work, isCutShort) => {
  expect(end(work, isCutShort)).toEqual([['exit']]);
});

test.each(['FSReqPromise', 'FSReqCallback', 'GetAddrInfoReqWrap'])(
  'one that is cut short while a thread is at %s kills itself',
  (work) => {
    expect(end(work, true)).toEqual([['kill', 123, 'SIGKILL']]);
    expect(end(work, true, 'win32')).toEqual([['exit']]);
  },
);

test('one that is to end with 0 all the same becomes a program that does', () => {
  expect(end('GetAddrInfoReqWrap', true, 'linux', 0)).toEqual([['execve', '/bin/sh', ['sh', '-c', ':'], {}]]);
  expect(end('Timeout', true, 'linux', 0)).toEqual([['exit']]);
});
