import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { throttled } from '../../../test/harness/aws-services.ts';
import { startWorld, type World } from '../../../test/harness/world.ts';
import { type Quota, TokenBucket } from './token-bucket.ts';

/** What became of whole steps that were started at once. */
export type WholeStepsResult = {
  readonly steps: number;
  readonly succeeded: number;
  /** Until the last had ended, in milliseconds. */
  readonly wallMs: number;
  readonly callsPerStep: number;
};

/**
 * Starts the built action so many times at once, as processes, with docker's client and a configuration of its own for
 * each, against the stand-ins and a quota. All of it is real time.
 */
export async function runWholeSteps(
  steps: number,
  quota: Quota,
  maxAttempts: number,
): Promise<WholeStepsResult> {
  const world = await startWorld();
  try {
    const bucket = new TokenBucket(quota, () => performance.now());
    world.aws.faults.always(throttled(), () => !bucket.take());
    const start = performance.now();
    const runs = Array.from({ length: steps }, (_, index) => runStep(world, index, maxAttempts));
    const codes = await Promise.all(runs);
    return {
      steps,
      succeeded: codes.filter((code) => code === 0).length,
      wallMs: performance.now() - start,
      callsPerStep: world.aws.requests.length / steps,
    };
  } finally {
    await world.close();
  }
}

async function runStep(world: World, index: number, maxAttempts: number): Promise<number | null> {
  const config = join(world.directory, `docker-${index}`);
  mkdirSync(config, { mode: 0o700 });
  const main = await world.main({
    env: { ...world.podIdentityEnv(), DOCKER_CONFIG: config },
    inputs: { 'max-attempts': String(maxAttempts) },
    debug: false,
    limitMs: 300_000,
  });
  return main.exitCode;
}
