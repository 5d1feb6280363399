import { afterEach, beforeEach } from '@jest/globals';
import { startWorld, type World, type WorldOptions } from './world.ts';

export { ecrHost } from './aws-services.ts';
export { FAST, fastClock } from './paths.ts';
export { FAKE_DOCKER } from './tools.ts';

/** That of the running test. */
export let world: World;

/** Starts a world before each test of this file or `describe`, and closes it afterwards. The innermost one counts. */
export function useWorld(options: WorldOptions = {}): void {
  let own: World | undefined;

  beforeEach(async () => {
    own = await startWorld(options);
    world = own;
  });

  afterEach(() => own?.close());
}
