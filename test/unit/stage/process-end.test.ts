import { expect, jest, test } from '@jest/globals';
import { type EndingProcess, endProcess } from '../../../src/stage/process-end.ts';

/** Ends a process that has this work under way, and tells what was called, in order. */
function end(work: readonly string[], more: Partial<EndingProcess> = {}): readonly unknown[][] {
  const calls: unknown[][] = [];
  endProcess({
    execPath: '/node',
    exitCode: 1,
    getActiveResourcesInfo: () => [...work],
    execve: ((...args: unknown[]) => calls.push(['execve', ...args])) as unknown as () => never,
    exit: ((...args: unknown[]) => calls.push(['exit', ...args])) as unknown as () => never,
    ...more,
  });
  return calls;
}

test.each([[[]], [['PipeWrap', 'Timeout', 'TCPSocketWrap', 'ProcessWrap']]])(
  'a process whose threads are idle exits: %j',
  (work) => {
    expect(end(work)).toEqual([['exit']]);
  },
);

test.each(['FSReqPromise', 'FSReqCallback', 'GetAddrInfoReqWrap'])(
  'one whose thread is at %s turns into one that ends at once, with the same code',
  (work) => {
    expect(end(['PipeWrap', work])[0]).toEqual([
      'execve',
      '/node',
      ['/node', '--eval', 'process.exit(1)'],
      {},
    ]);
    expect(end([work], { exitCode: undefined })[0]?.[2]).toEqual(['/node', '--eval', 'process.exit(0)']);
  },
);

test('where there is no such call, or it is refused, the process exits', () => {
  const refused = jest.fn(() => {
    throw new Error('not on this platform');
  });
  expect(end(['FSReqPromise'], { execve: undefined })).toEqual([['exit']]);
  expect(end(['FSReqPromise'], { execve: refused as unknown as () => never })).toEqual([['exit']]);
  expect(refused).toHaveBeenCalledTimes(1);
});
