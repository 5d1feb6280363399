import { findTool } from './container/find-tool.ts';
import { reportMessage } from './errors/report-message.ts';
import { logOut } from './stage/log-out.ts';
import { runStage, type Stage } from './stage/run-stage.ts';
import { RUNNER_STATE, readState } from './state.ts';

// The entry of the post step.

const logout = async (stage: Stage): Promise<void> => {
  const state = readState(RUNNER_STATE);
  await logOut(state, { ...stage, findTool });
};

await runStage(logout, { report: (error) => reportMessage(error, 'error') });
