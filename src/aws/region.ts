import { Failure } from '../errors/failure.ts';
import { nameSettings } from '../runner/job-hook.ts';
import { runnerKind } from '../runner/kind.ts';
import { readProfiles } from './profiles.ts';
import { isRegionName } from './registries.ts';

/**
 * The region of the step: the input, else AWS_REGION, AWS_DEFAULT_REGION, or the region of the profile. That of the
 * instance metadata is not used: nobody chose the region of a node for this job.
 * Throws a Failure if there is none, or if it is not a region name.
 */
export async function stepRegion(input: string, env = process.env) {
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE: profile = 'default' } = env;
  const profiles = await readProfiles();
  const regions = {
    [nameSettings("input 'aws-region'")]: input || undefined,
    AWS_REGION,
    AWS_DEFAULT_REGION,
    [`the region of profile '${profile}'`]: profiles[profile]?.['region'],
  };

  const given = Object.entries(regions).find(([, region]) => region !== undefined);
  if (given === undefined) {
    const names = Object.keys(regions).join(', ').replace(', the', ' and the');
    const knownError = runnerKind(env) === 'container-job' ? 'container-job' : 'region-missing';
    throw new Failure(`No AWS region: ${names} are not set.`, { knownError });
  }

  const [source, region = ''] = given;
  if (isRegionName(region)) return region;

  throw new Failure(`Invalid AWS region: ${source} is '${region}'. Example: 'eu-west-1'.`);
}
