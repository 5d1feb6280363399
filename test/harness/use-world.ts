import { afterEach, beforeEach } from '@jest/globals';
import { startWorld, type World, type WorldOptions } from './world.ts';

/**
 * Starts a world before each test of this file or `describe`, and closes it afterwards.
 *
 * @returns the world of the test that is running; used outside of a test it throws
 */
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
