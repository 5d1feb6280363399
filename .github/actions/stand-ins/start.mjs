// Starts the stand-ins, and tells the later steps of the job of them.
import { start } from '../../../scripts/ci-stand-ins.ts';

await start();
