/* What every job needs of the toolkit for actions to talk to the runner. */
export {
  debug,
  exportVariable,
  getInput,
  getState,
  info,
  saveState,
  setFailed,
  setOutput,
  setSecret,
  warning,
} from '@actions/core';
