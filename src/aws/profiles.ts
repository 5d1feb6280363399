import { parseKnownFiles } from '@smithy/core/config';
import * as log from '../runner/log.ts';

/** The profiles of the AWS configuration files, by name. */
export type Profiles = Record<string, Record<string, string | undefined>>;

/**
 * Credentials, or ways to get them:
 * https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
 */
const CREDENTIAL_SETTINGS = [
  'aws_access_key_id',
  'aws_secret_access_key',
  'credential_process',
  'credential_source',
  'login_session',
  'role_arn',
  'source_profile',
  'web_identity_token_file',
];

/**
 * Whether credentials are meant to come from the profile in force, which AWS_PROFILE names. A
 * profile with only a region has none. A named profile that does not exist counts, too: without it,
 * another identity would be used in silence.
 */
export function isProfileMeant(profiles: Profiles, { AWS_PROFILE: name }: NodeJS.ProcessEnv) {
  const profile = profiles[name ?? 'default'];
  if (profile === undefined) return name !== undefined;

  return Object.keys(profile).some(
    (setting) => CREDENTIAL_SETTINGS.includes(setting) || setting.startsWith('sso_'),
  );
}

/** Reads the AWS configuration files as the SDK does: one that it cannot read counts as empty. */
export async function readProfiles() {
  // Without a prototype, there is no profile `constructor`.
  const profiles: Profiles = Object.assign(Object.create(null), await parseKnownFiles({}));

  for (const profile of Object.values(profiles)) {
    log.hide(profile['aws_secret_access_key'], profile['aws_session_token']);
  }

  return profiles;
}
