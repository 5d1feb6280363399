import { ACTION_INPUTS } from './inputs.ts';
import { setRunnerOutput } from './outputs.ts';
import { logIn } from './stage/log-in.ts';
import { runStage } from './stage/run-stage.ts';
import { RUNNER_STATE, StateWriter } from './state.ts';

// The entry of the main step.

await runStage(async (stage) => {
  const state = StateWriter.begin(RUNNER_STATE);
  await logIn({ ...stage, state, inputs: ACTION_INPUTS, setOutput: setRunnerOutput });
});
