import { NODE_REGION_CONFIG_OPTIONS } from '@smithy/core/config';
import { Failure } from '../errors/failure.ts';
import { nameSettings } from '../runner/job-hook.ts';
import { runnerKind } from '../runner/kind.ts';
import * as log from '../runner/log.ts';
import { GOT_NOTHING, gotNothing, noPodIdentity } from './no-pod-identity.ts';
import { type Profiles, readProfiles } from './profiles.ts';
import { isRegionName } from './registries.ts';

/**
 * The region of the step: the input, else AWS_REGION, AWS_DEFAULT_REGION, the region of the
 * profile, or that of the instance metadata.
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

  for (const [source, region] of Object.entries(regions)) {
    if (region === undefined) continue;
    if (isRegionName(region)) return region;

    throw new Failure(`Invalid AWS region: ${source} is '${region}'. Example: 'eu-west-1'.`);
  }

  // The SDK's own provider: variables of the SDK can turn the instance metadata off or move them.
  const askMetadata = NODE_REGION_CONFIG_OPTIONS.default as () => Promise<string>;
  const region = await askMetadata().catch(() => '');
  if (!isRegionName(region)) throw await missing(Object.keys(regions), profiles, env);

  log.info(`Using region ${region}, the region of this machine (instance metadata)`);
  return region;
}

async function missing(sources: string[], profiles: Profiles, env: NodeJS.ProcessEnv) {
  if (gotNothing(profiles, env)) {
    return noPodIdentity(`${GOT_NOTHING}: neither credentials nor a region.`, '');
  }

  const names = sources.join(', ').replace(', the', ' and the');
  const knownError = runnerKind(env) === 'container-job' ? 'container-job' : 'region-missing';
  const message = `No AWS region: ${names} are not set, and no instance metadata names one.`;
  return new Failure(message, { knownError });
}
