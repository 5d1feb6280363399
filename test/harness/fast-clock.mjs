// Loaded into the action by NODE_OPTIONS=--import, for tests of long waits: time passes twenty times as fast for it, or
// as many times as TEST_CLOCK_FACTOR says.
// Timers and the clock that waits are measured by go together, so what the action sees is consistent; the dates that it
// signs with stay as they are.
const FACTOR = Number(process.env.TEST_CLOCK_FACTOR ?? 20);

const realSetTimeout = globalThis.setTimeout;
globalThis.setTimeout = (callback, ms, ...args) => realSetTimeout(callback, (ms ?? 0) / FACTOR, ...args);
const realNow = performance.now.bind(performance);
performance.now = () => realNow() * FACTOR;
