import { messageOf } from '../errors/failure.ts';
import { reportFailure } from '../errors/report.ts';
import { variable } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { logIn } from '../stage/log-in.ts';
import type { Stage } from '../stage/run-stage.ts';
import { StateWriter } from '../state.ts';
import { logOutOfState, PATH_STATE } from './log-out-of-state.ts';
import { runHook } from './run-hook.ts';
import { hookSettings } from './settings.ts';
import { createState, hasState } from './state-file.ts';

// The job-started hook: logs the runner in to Amazon ECR before it pulls the images of a job.

/** Time for all attempts at the EKS Pod Identity agent, in milliseconds; a step has more. */
const AGENT_BUDGET_MS = 35_000;

const login = async (stage: Stage, stateDirectory: string): Promise<void> => {
  if (hasState(stateDirectory)) {
    log.info('The last job of this runner was not logged out of');
    await logOutOfState(stage, stateDirectory).catch((error) => log.warning(messageOf(error)));
  }
  const store = createState(stateDirectory, process.execPath);
  const state = StateWriter.begin(store);
  store.save(PATH_STATE, variable(stage.environment, 'PATH') ?? '');
  const inputs = await stage.diagnosis.part(
    'Settings',
    () => hookSettings(stage.environment),
    () => 'valid',
  );
  await logIn({ ...stage, state, inputs, setOutput: () => {}, agentBudgetMs: AGENT_BUDGET_MS });
};

await runHook(login, (level, error, diagnosis, environment) =>
  reportFailure(error, diagnosis, environment, level),
);
