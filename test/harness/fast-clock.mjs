// Loaded into the action by NODE_OPTIONS=--import, for tests of long waits: time passes TEST_CLOCK_FACTOR times as fast.
// Timers and the clock that waits are measured by go together. The dates that the action signs with stay as they are.
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

const factor = Number(process.env.TEST_CLOCK_FACTOR);

const realSetTimeout = globalThis.setTimeout;
globalThis.setTimeout = (callback, ms, ...args) =>
  realSetTimeout(callback, (ms ?? 0) / factor, ...args);

const realWait = timers.setTimeout;
timers.setTimeout = (ms, ...args) => realWait((ms ?? 0) / factor, ...args);
syncBuiltinESMExports();

const realNow = performance.now.bind(performance);
performance.now = () => realNow() * factor;
