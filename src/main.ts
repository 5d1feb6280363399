import { logIn } from './stage/log-in.ts';
import { runStage } from './stage/run-stage.ts';

// The entry of the main step.
await runStage(logIn);
