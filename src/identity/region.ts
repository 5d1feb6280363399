import { Failure } from '../errors/failure.ts';
import type { TokenCall } from '../registry/calls.ts';
import { isRegionName } from '../registry/partition.ts';
import { type Environment, variable } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';

/**
 * The region of the step: that of the registries given by account ID, and of the default registry.
 * Taken from the input, else AWS_REGION, else AWS_DEFAULT_REGION, else the profile; the files of profiles are read
 * only where nothing before them is set. The instance metadata is not asked: the region of a node is no choice.
 * Throws a Failure where there is none, or what was found is no region name.
 */
export async function stepRegion(input: string, environment: Environment): Promise<string> {
  const profile = variable(environment, 'AWS_PROFILE') ?? 'default';
  const given: readonly (readonly [string, string | undefined])[] = [
    ["input 'aws-region'", input || undefined],
    ['AWS_REGION', variable(environment, 'AWS_REGION')],
    ['AWS_DEFAULT_REGION', variable(environment, 'AWS_DEFAULT_REGION')],
  ];
  const [source, text] =
    given.find(([, value]) => value !== undefined) ??
    ([`the region of profile '${singleLine(profile)}'`, await profileRegion(profile)] as const);
  if (text === undefined) throw noRegion([...given.map(([name]) => name), source]);
  const region = text.trim();
  if (!isRegionName(region)) throw new Failure({ what: badRegion(source, text) });
  return region;
}

/**
 * The region for what goes with signing and belongs to no registry, such as calls to STS: the step's, where it names
 * one, or else that of the first registry.
 */
export function regionForCredentials(
  input: string,
  environment: Environment,
  calls: readonly TokenCall[],
): string | undefined {
  const ofStep = input || variable(environment, 'AWS_REGION') || variable(environment, 'AWS_DEFAULT_REGION');
  return ofStep || calls.flatMap((call) => (call.service === 'ecr' ? [call.region] : []))[0];
}

/** Says that what was found as a region is none. */
export function badRegion(source: string, text: string): string {
  return `The AWS region is no region name: ${source} is '${singleLine(text)}'; a region is written as 'eu-west-1'.`;
}

function noRegion(sources: readonly string[]): Failure {
  const what = `No AWS region: ${sources.slice(0, -1).join(', ')} and ${sources.at(-1)} are not set.`;
  return new Failure({ what, knownError: 'region-missing' });
}

/** The region of a profile in the shared configuration files. As with the SDK, the credentials file goes first. */
async function profileRegion(profile: string): Promise<string | undefined> {
  const { loadSharedConfigFiles } = await import('../packages/shared-config.ts');
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  return credentialsFile[profile]?.['region'] || configFile[profile]?.['region'] || undefined;
}
