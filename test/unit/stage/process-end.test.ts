import { expect, test } from '@jest/globals';
import { type EndingProcess, endProcess } from '../../../src/stage/process-end.ts';

/** Ends a process that has this work under way, and tells what was called. */
function end(
  work: string,
  isCutShort: boolean,
  platform: NodeJS.Platform = 'linux',
): readonly (readonly unknown[])[] {
  const calls: unknown[][] = [];
  const stage = {
    pid: 123,
    platform,
    getActiveResourcesInfo: () => ['PipeWrap', work],
    kill: (...args: unknown[]) => calls.push(['kill', ...args]),
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
