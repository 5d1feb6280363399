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
export async function stepRegion(input: string, env = process.env): Promise<string> {
  const given = [
    [nameSettings("input 'aws-region'"), input || undefined],
    ['AWS_REGION', env['AWS_REGION']],
    ['AWS_DEFAULT_REGION', env['AWS_DEFAULT_REGION']],
  ] as const;
  const first = given.find(([, region]) => region !== undefined);
  const [source, region] = first ?? (await regionOfProfile(env['AWS_PROFILE']));

  if (region === undefined) {
    const others = given.map(([name]) => name).join(', ');
    const knownError = runnerKind(env) === 'container-job' ? 'container-job' : 'region-missing';
    throw new Failure(`No AWS region: ${others} and ${source} are not set.`, { knownError });
  }

  if (isRegionName(region)) return region;

  const value = singleLine(region);
  throw new Failure(`Invalid AWS region: ${source} is '${value}'. Example: 'eu-west-1'.`);
}

async function regionOfProfile(name = 'default') {
  const profiles = await readProfiles();
  const source = `the region of profile '${singleLine(name)}'`;

  return [source, profiles[name]?.['region']] as const;
}
