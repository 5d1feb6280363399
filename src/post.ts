import { logOut } from './stage/log-out.ts';
import { runStage } from './stage/run-stage.ts';

// The entry of the post step.
await runStage(logOut);
