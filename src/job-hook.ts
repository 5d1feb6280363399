/**
 * The time limit that the script of a job hook gives the action, in seconds; undefined in a step of a workflow. It is an
 * argument: a job can set the variables of its steps, but not their arguments.
 */
export function jobHookLimit(args: readonly string[] = process.argv): number | undefined {
  const [, seconds] = /^--job-hook=(.*)$/.exec(args[2] ?? '') ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

/** Whether the action is run by a job hook. It reads variables of the runner in place of inputs then. */
export const isJobHook = (): boolean => jobHookLimit() !== undefined;
