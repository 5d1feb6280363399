import { afterEach, beforeEach, expect } from '@jest/globals';
import type { StepResult } from './runner.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

export { ecrHost } from './aws-services.ts';
export { FAST, fastClock } from './paths.ts';
export { FAKE_DOCKER } from './tools.ts';

/** What `toMatchObject` expects of a step that succeeds. */
export const SUCCESS = { exitCode: 0, errors: [] };

export const QUIET_SUCCESS = { ...SUCCESS, warnings: [] };

/** What `toMatchObject` expects of a step that fails with one error, whatever the error says. */
export const ONE_ERROR = { exitCode: 1, errors: [expect.any(String)] };

/** Logins of other jobs and people, as an auth file has them. */
export const OTHER_LOGINS = { 'ghcr.io': { auth: 'eDp5' } };

/** The lines of the log that announce another attempt. */
export function retriesOf({ log }: StepResult) {
  return log.split('\n').filter((line) => line.includes('; retrying in '));
}

/** The world of the running test. */
export let world: World;

/** Starts a world before each test of this file or `describe`, and closes it afterwards. */
export function useWorld(options: WorldOptions = {}) {
  let own: World | undefined;

  beforeEach(async () => {
    own = await startWorld(options);
    world = own;
  });

  afterEach(() => own?.close());
}
