import { afterEach, beforeEach } from '@jest/globals';
import { startWorld, type World, type WorldOptions } from './world.ts';

export { FAST, fastClock } from './paths.ts';

/** The tools of a step whose container client is not what the test is about: a docker that does nothing. */
export const TOOLS = { docker: { exitCode: 0 } };

/** Starts a world before each test of this file or `describe`, and closes it afterwards; returns that of the running test. */
export function useWorld(options: WorldOptions = {}): World {
  let current: World | undefined;
  beforeEach(async () => {
    current = await startWorld(options);
  });
  afterEach(async () => {
    await current?.close();
    current = undefined;
  });
  return new Proxy({} as World, {
    get(_target, name) {
      if (current === undefined) throw new Error('no test is running, so there is no world');
      const value: unknown = Reflect.get(current, name, current);
      return typeof value === 'function' ? value.bind(current) : value;
    },
  });
}
