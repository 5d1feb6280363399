import type { Scenario } from '../../harness/namespace.ts';
import type { StepResult } from '../../harness/runner.ts';

/** Steps to run one after another, and the hosts to push to with the login that each leaves. */
export type VariantParameters = { registries: string; pushTo: string[] }[];

/** What one of the steps did. */
export type VariantResult = {
  exitCode: number | null;
  errors: string[];
  outputs: StepResult['outputs'];
  /** The API's hosts as they were called, with the region and the accounts that were asked for. */
  calls: { host: string; region: string; registryIds?: string[] }[];
  loggedIn: string[];
  pushed: string[];
  afterPost: string[];
};

/** Logs in to hosts of any kind under their real names, pushes, and logs out. The environment names no region. */
const registryVariants: Scenario<VariantParameters, VariantResult[]> = async (world, steps) => {
  const results: VariantResult[] = [];
  for (const { registries, pushTo } of steps) {
    const before = world.aws.calls.length;
    const env = { ...world.podIdentityEnv(), AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };
    const main = await world.main({ env, inputs: { registries } });
    const loggedIn = Object.keys(world.dockerLogins());
    for (const [index, host] of pushTo.entries()) await world.push(index % 2 ? 'oras' : 'skopeo', host);
    await world.post(main);
    results.push({
      exitCode: main.exitCode,
      errors: main.errors,
      outputs: main.outputs,
      calls: world.aws.calls.slice(before).map(({ host, region, registryIds }) => ({
        host,
        region,
        ...(registryIds === undefined ? {} : { registryIds }),
      })),
      loggedIn,
      pushed: pushTo,
      afterPost: Object.keys(world.dockerLogins()),
    });
  }
  return results;
};

export default registryVariants;
