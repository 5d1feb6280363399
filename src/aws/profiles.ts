import { parseKnownFiles } from '@smithy/core/config';
import * as log from '../runner/log.ts';

/** The profiles of the AWS configuration files, by name. */
export type Profiles = Readonly<Record<string, Readonly<Record<string, string | undefined>>>>;

/** Credentials, or ways to get them: https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html */
const CREDENTIAL_SETTINGS =
  /^(?:aws_access_key_id|aws_secret_access_key|role_arn|source_profile|credential_source|web_identity_token_file|credential_process|login_session|sso_\w+)$/;

/** Whether a profile contains credentials or a way to get them. One with only a region does not. */
export function hasCredentials(profile: Profiles[string]): boolean {
  return Object.keys(profile).some((setting) => CREDENTIAL_SETTINGS.test(setting));
}

/** Reads the AWS configuration files as the SDK does: one that it cannot read counts as empty. */
export async function readProfiles(): Promise<Profiles> {
  // Without a prototype, there is no profile `constructor`.
  const profiles: Profiles = Object.assign(Object.create(null), await parseKnownFiles({}));
  for (const { aws_secret_access_key: secret, aws_session_token: token } of Object.values(
    profiles,
  )) {
    log.hide(secret, token);
  }
  return profiles;
}
