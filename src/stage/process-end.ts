/** What is needed of the process to end it. */
export type EndingProcess = Pick<
  NodeJS.Process,
  'execve' | 'exit' | 'exitCode' | 'getActiveResourcesInfo' | 'kill' | 'pid' | 'platform'
>;

/** Work that node gives to threads of its own: files, and names to look up. */
const THREAD_WORK = /^(?:FSReq|FileHandle|GetAddrInfo|GetNameInfo)/;

/**
 * Ends the process with the exit code that is set, whatever is still under way.
 * `process.exit` waits for node's threads: a silent name server holds it for 20 seconds, a mount that is gone for ever.
 * A stage that was cut short has no such time, so it kills its process then: exit code 137. Windows has no SIGKILL.
 * A job hook that only warns must not end with that, which fails the job: it becomes a program that ends with 0.
 *
 * @param isCutShort whether the stage was cancelled, or its time was over
 */
export function endProcess(stage: EndingProcess, isCutShort: boolean): void {
  const isAtWork = stage.getActiveResourcesInfo().some((work) => THREAD_WORK.test(work));
  if (!isCutShort || !isAtWork || stage.platform === 'win32') stage.exit();
  else if (stage.exitCode) stage.kill(stage.pid, 'SIGKILL');
  else stage.execve?.('/bin/sh', ['sh', '-c', ':'], {});
}
