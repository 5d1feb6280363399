/*
 * Stands in for @actions/exec in the bundle and in the tests.
 *
 * @actions/core loads that package to find out the version of the operating system, which this action never
 * asks for. Child processes are started by one module of this action and by nothing else.
 */

/** Refuses: nothing in this action may start a child process this way. */
export function getExecOutput() {
  throw new Error('@actions/exec is not part of this action.');
}
