import { Failure } from '../errors/failure.ts';
import type { TokenCall } from '../registry/calls.ts';
import { isRegionName } from '../registry/partition.ts';
import { type Environment, variable } from '../runner/environment.ts';
import { runnerKind } from '../runner/runner-kind.ts';
import { singleLine } from '../runner/safe-text.ts';
import { configFileProblems } from './config-files.ts';

/**
 * The region of the step, for the default registry and for registries given by account ID: the input, else AWS_REGION,
 * else AWS_DEFAULT_REGION, else the region of the profile. The configuration files are read only where none of the
 * others is set. The instance metadata is not used: nobody chose the region of a node for this job.
 * Throws a Failure where there is no region, or it is not a region name.
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
  if (text === undefined) throw await noRegion([...given.map(([name]) => name), source], environment);
  if (!isRegionName(text)) throw invalidRegion(source, text);
  return text;
}

/**
 * The region for calls that get credentials, such as those to STS: the step's where it names one, else that of the first
 * registry.
 */
export function regionForCredentials(
  input: string,
  environment: Environment,
  calls: readonly TokenCall[],
): string | undefined {
  const ofStep = input || variable(environment, 'AWS_REGION') || variable(environment, 'AWS_DEFAULT_REGION');
  return ofStep || calls.flatMap((call) => (call.service === 'ecr' ? [call.region] : []))[0];
}

function invalidRegion(source: string, text: string): Failure {
  const what = `Invalid AWS region: ${source} is '${singleLine(text)}'; a region is written as 'eu-west-1'.`;
  return new Failure({ what });
}

async function noRegion(sources: readonly string[], environment: Environment): Promise<Failure> {
  const unset = `No AWS region: ${sources.slice(0, -1).join(', ')} and ${sources.at(-1)} are not set.`;
  const what = [unset, ...(await configFileProblems(environment))].join(' ');
  const isContainerJob = runnerKind(environment) === 'container-job';
  return new Failure({ what, knownError: isContainerJob ? 'container-job-region' : 'region-missing' });
}

/** The region of a profile in the shared configuration files. As in the SDK, the credentials file takes precedence. */
async function profileRegion(profile: string): Promise<string | undefined> {
  const { loadSharedConfigFiles } = await import('../packages/shared-config.ts');
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  return credentialsFile[profile]?.['region'] || configFile[profile]?.['region'] || undefined;
}
