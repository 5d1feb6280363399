import { type Environment, variable } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';
import type { IdentityName, Provider } from './identity-name.ts';
import { findProfile, type Profiles, profileContent } from './profile.ts';

/** A provider of the SDK's default chain that is configured, but returns nothing; the chain skips it without a message. */
export type UnresolvedSource = { readonly provider: Provider; readonly problem: string };

/**
 * The providers that the default chain will skip if it goes past them. Whether it does is known only afterwards: a
 * profile that looks complete returns credentials, or it does not.
 */
export function unresolvedSources(environment: Environment, profiles: Profiles): readonly UnresolvedSource[] {
  const profile = profileProblem(environment, profiles);
  const webIdentity = webIdentityProblem(environment);
  return [
    ...(profile === undefined ? [] : [{ provider: 'profile' as const, problem: profile }]),
    ...(webIdentity === undefined ? [] : [{ provider: 'web-identity' as const, problem: webIdentity }]),
  ];
}

function profileProblem(environment: Environment, profiles: Profiles): string | undefined {
  const chosen = variable(environment, 'AWS_PROFILE');
  const name = chosen ?? 'default';
  const settings = findProfile(profiles, name);
  const subject = `Profile '${singleLine(name)}'`;
  const content = profileContent(settings);
  if (content === 'no-credentials') return undefined;
  if (content === 'missing') {
    return chosen === undefined ? undefined : `${subject} of AWS_PROFILE does not exist`;
  }
  const sourceName = settings?.['source_profile'];
  if (sourceName !== undefined && findProfile(profiles, sourceName) === undefined) {
    return `${subject} returned no credentials: its source_profile '${singleLine(sourceName)}' does not exist`;
  }
  const from = settings?.['credential_process'] === undefined ? '' : ' from its credential_process';
  return `${subject} returned no credentials${from}`;
}

const WEB_IDENTITY = ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN'] as const;

function webIdentityProblem(environment: Environment): string | undefined {
  const set = WEB_IDENTITY.filter((name) => variable(environment, name) !== undefined);
  const unset = WEB_IDENTITY.filter((name) => variable(environment, name) === undefined);
  return set.length === 1 ? `${set} is set and ${unset} is not, so there is no web identity` : undefined;
}

/** The order in which the default chain asks its providers (@aws-sdk/credential-provider-node 3.972). */
const CHAIN: readonly Provider[] = ['environment', 'profile', 'web-identity', 'container', 'instance'];

/**
 * Warnings for the providers that the chain skipped before it came to the credentials in use; for all of them where it
 * found none.
 */
export function skippedWarnings(
  unresolved: readonly UnresolvedSource[],
  used: IdentityName | undefined,
): readonly string[] {
  const position = used === undefined ? CHAIN.length : CHAIN.indexOf(used.provider);
  const next = used === undefined ? '' : `; the AWS SDK went on to ${used.name}`;
  return unresolved
    .filter(({ provider }) => CHAIN.indexOf(provider) < position)
    .map(({ problem }) => `${problem}${next}.`);
}
