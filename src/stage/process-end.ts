/** What is needed of the process to end it. */
export type EndingProcess = Pick<
  NodeJS.Process,
  'execPath' | 'exit' | 'exitCode' | 'getActiveResourcesInfo'
> & {
  /** Where node has it: from 22.15 on, and not on Windows. */
  readonly execve?: NodeJS.Process['execve'] | undefined;
};

/** Work that node gives to threads of its own and that may never be done: files, and names that are looked up. */
const THREAD_WORK = /^(?:FSReq|FileHandle|GetAddrInfo|GetNameInfo)/;

/**
 * Ends the process with the exit code that is set, whatever is still under way.
 * To exit waits for the threads, and one that reads a pipe or a mount that is gone cannot be called off: nothing but
 * SIGKILL would end the process, which is no exit code. Where a thread is at work, the process therefore turns into
 * another that does nothing but exit with the same code; its threads end with that, and to the runner it is the same
 * process. Windows has no such call, and no such pipes.
 */
export function endProcess(stage: EndingProcess): void {
  if (stage.getActiveResourcesInfo().some((work) => THREAD_WORK.test(work))) {
    try {
      stage.execve?.(stage.execPath, [stage.execPath, '--eval', `process.exit(${stage.exitCode ?? 0})`], {});
    } catch {
      // Then it ends as soon as the threads are done.
    }
  }
  stage.exit();
}
