import { reportMessage } from '../errors/report-message.ts';
import { logOutOfState } from './log-out-of-state.ts';
import { runHook } from './run-hook.ts';

// The job-completed hook: logs out of what the job-started hook has logged in to.

await runHook(logOutOfState, (level, error) => reportMessage(error, level));
