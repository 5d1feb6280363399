import { isProfileMeant, type Profiles } from './profiles.ts';

/** Where credentials come from. */
export type CredentialSource = 'environment' | 'profile' | 'container' | 'default-chain';

/** The values of input `credential-source`. */
export const CREDENTIAL_SOURCE_CHOICES = ['auto', 'container', 'default-chain'] as const;
export type CredentialSourceChoice = (typeof CREDENTIAL_SOURCE_CHOICES)[number];

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
export const URI_VARIABLE = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
/** EKS sets both for IAM roles for service accounts (IRSA). */
export const WEB_IDENTITY_VARIABLES = ['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE'];

/**
 * Decides which credentials are used, and why. Whether that source then returns any is not known
 * here.
 *
 * The order goes from what a person chose for this job to what the machine happens to have. EKS Pod
 * Identity comes before the SDK's default chain: it belongs to this pod alone, and the chain hides
 * the error of one source behind the next.
 */
export function chooseCredentials(
  choice: CredentialSourceChoice,
  env: NodeJS.ProcessEnv,
  profiles: Profiles,
): { source: CredentialSource; reason: string } {
  if (choice !== 'auto') return { source: choice, reason: `credential-source is '${choice}'` };

  if (KEYS.every((name) => env[name] !== undefined)) {
    return { source: 'environment', reason: `${KEYS.join(' and ')} are set` };
  }

  if (env['AWS_PROFILE'] !== undefined && isProfileMeant(profiles, env)) {
    return { source: 'profile', reason: 'AWS_PROFILE is set' };
  }

  if (env[URI_VARIABLE] !== undefined) {
    return { source: 'container', reason: `${URI_VARIABLE} is set` };
  }
  return { source: 'default-chain', reason: 'no other credentials are configured' };
}

/** What the user should know of the choice, since another tool would choose otherwise. */
export function choiceWarning(source: CredentialSource, env: NodeJS.ProcessEnv) {
  if (source === 'environment' && env['AWS_PROFILE'] !== undefined) {
    return 'AWS_PROFILE is not used: the keys in the environment take precedence.';
  }

  const set = KEYS.filter((name) => env[name] !== undefined);
  if (set.length !== 1) return undefined;

  const missing = `of ${KEYS.join(' and ')}, only ${set[0]} is set.`;
  return `The keys in the environment are not used: ${missing}`;
}
