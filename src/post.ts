import { findTool } from './container/find-tool.ts';
import { logOut } from './stage/log-out.ts';
import { runStage } from './stage/run-stage.ts';
import { RUNNER_STATE, readState } from './state.ts';

// The entry of the post step.

await runStage(async (stage) => {
  const state = readState(RUNNER_STATE);
  await logOut(state, { ...stage, findTool });
});
