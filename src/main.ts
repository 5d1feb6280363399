import { reportFailure } from './errors/report.ts';
import { ACTION_INPUTS } from './inputs.ts';
import { requireOutputFile, setRunnerOutput } from './outputs.ts';
import { logIn } from './stage/log-in.ts';
import { runStage, type Stage } from './stage/run-stage.ts';
import { RUNNER_STATE, StateWriter } from './state.ts';

// The entry of the main step.

const login = async (stage: Stage): Promise<void> => {
  const state = StateWriter.begin(RUNNER_STATE);
  requireOutputFile(stage.environment);
  await logIn({ ...stage, state, inputs: ACTION_INPUTS, setOutput: setRunnerOutput });
};

await runStage(login, { report: reportFailure });
