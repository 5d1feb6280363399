import * as log from '../runner/log.ts';
import type { ProfileContent } from './credential-order.ts';

/** The settings of one profile, by name. */
export type Profile = Readonly<Record<string, string | undefined>>;

/** All profiles, by name. */
export type Profiles = Readonly<Record<string, Profile>>;

/**
 * Reads the profiles of the AWS configuration files (`~/.aws/config` and `~/.aws/credentials`, or where AWS_CONFIG_FILE
 * and AWS_SHARED_CREDENTIALS_FILE say) as the SDK does: a file that it cannot read counts as empty.
 */
export async function readProfiles(): Promise<Profiles> {
  const { parseKnownFiles } = await import('../packages/shared-config.ts');
  const profiles = await parseKnownFiles({});
  // Services quote what they refuse, and a profile can use the keys of another.
  for (const settings of Object.values(profiles)) {
    log.keepOut(settings['aws_secret_access_key'], settings['aws_session_token']);
  }
  return profiles;
}

/** The profile of a name; undefined where there is none. */
export function findProfile(profiles: Profiles, name: string): Profile | undefined {
  return Object.hasOwn(profiles, name) ? profiles[name] : undefined;
}

/**
 * Settings that are credentials, or a way to get them.
 * Source: https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
 */
const CREDENTIAL_SETTINGS =
  /^(?:aws_access_key_id|aws_secret_access_key|role_arn|source_profile|credential_source|web_identity_token_file|credential_process|login_session|sso_\w+)$/;

/** Whether a profile contains credentials or a way to get them; one with only a region does not. */
export function profileContent(profile: Profile | undefined): ProfileContent {
  if (profile === undefined) return 'missing';
  return Object.keys(profile).some((setting) => CREDENTIAL_SETTINGS.test(setting))
    ? 'credentials'
    : 'no-credentials';
}

/** Whether a profile gets its credentials from the endpoint of the container, itself or through its `source_profile`. */
export function isFromContainer(profiles: Profiles, name: string | undefined): boolean {
  const seen = new Set<string>();
  let next = name;
  while (next !== undefined && !seen.has(next)) {
    seen.add(next);
    const profile = findProfile(profiles, next);
    if (profile?.['credential_source'] === 'EcsContainer') return true;
    next = profile?.['source_profile'];
  }
  return false;
}
