import { Failure } from '../errors/failure.ts';
import { nameSettings } from '../runner/job-hook.ts';
import { runnerKind } from '../runner/kind.ts';
import { singleLine } from '../runner/log.ts';
import { readProfiles } from './profiles.ts';
import { isRegionName } from './registries.ts';

/**
 * The region of the step: the input, else AWS_REGION, AWS_DEFAULT_REGION, or the region of the profile. That of the
 * instance metadata is not used: nobody chose the region of a node for this job.
 * Throws a Failure if there is none, or if it is not a region name.
 */
export async function stepRegion(
  input: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const profile = env['AWS_PROFILE'] ?? 'default';
  const given = [
    [nameSettings("input 'aws-region'"), input || undefined],
    ['AWS_REGION', env['AWS_REGION']],
    ['AWS_DEFAULT_REGION', env['AWS_DEFAULT_REGION']],
  ] as const;
  const [source, region] =
    given.find(([, value]) => value !== undefined) ??
    ([
      `the region of profile '${singleLine(profile)}'`,
      (await readProfiles())[profile]?.['region'],
    ] as const);
  if (region === undefined) {
    throw new Failure(
      `No AWS region: ${given.map(([name]) => name).join(', ')} and ${source} are not set.`,
      {
        knownError: runnerKind(env) === 'container-job' ? 'container-job' : 'region-missing',
      },
    );
  }
  if (isRegionName(region)) return region;
  throw new Failure(
    `Invalid AWS region: ${source} is '${singleLine(region)}'. Example: 'eu-west-1'.`,
  );
}
