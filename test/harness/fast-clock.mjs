// NODE_OPTIONS=--import loads this file into the action, for tests of long waits: time passes
// TEST_CLOCK_FACTOR times as fast for timers and for `performance.now`, which measures waits.
// `Date` stays as it is, since the action signs requests with it.
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
