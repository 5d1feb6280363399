import type { Finding } from '../errors/diagnosis.ts';
import { type Environment, variable } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';

/** Where the credentials for the calls to AWS come from. */
export type CredentialSource = 'environment' | 'profile' | 'container' | 'default-chain';

/** The values of the input `credential-source`. */
export const CREDENTIAL_SOURCE_CHOICES = ['auto', 'container', 'default-chain'] as const;
export type CredentialSourceChoice = (typeof CREDENTIAL_SOURCE_CHOICES)[number];

/** What the AWS configuration files contain for the profile that AWS_PROFILE names. */
export type ProfileContent = 'credentials' | 'no-credentials' | 'missing';

/** Everything that the decision depends on. */
export type IdentityFacts = {
  readonly environment: Environment;
  /** Undefined where AWS_PROFILE is not set, or where it makes no difference. */
  readonly profile?: ProfileContent | undefined;
};

/** Which credentials are used, and why. */
export type ChosenCredentials = {
  readonly source: CredentialSource;
  readonly reason: string;
  /** The sources before it that do not apply, in order, for the diagnosis. */
  readonly skipped: readonly Finding[];
  /** What the user should know, since another tool would have decided otherwise. */
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
};

/** Whether a rule applies, and the reason for it either way. */
type Verdict = { readonly applies: boolean; readonly reason: string };

/** One rule of the order. `when` and `used` are shown in README's table; a test compares the two. */
export type CredentialRule = {
  readonly source: CredentialSource;
  readonly when: string;
  readonly used: string;
  readonly check: (facts: IdentityFacts) => Verdict;
};

/**
 * Which credentials are used when `credential-source` is `auto`: those of the first rule that applies.
 *
 * The order goes from what a person chose for this job to what the machine happens to have. Keys come before a profile,
 * as in the AWS CLI. EKS Pod Identity comes before the SDK's default chain because it belongs to this pod alone, and
 * because the chain would hide its errors behind those of the providers that it tries afterwards.
 */
export const CREDENTIAL_ORDER: readonly CredentialRule[] = [
  {
    source: 'environment',
    when: '`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` are set',
    used: 'those keys: a step of the job has chosen them',
    check: checkKeys,
  },
  {
    source: 'profile',
    when: '`AWS_PROFILE` is set, and the profile contains credentials or a way to get them',
    used: 'those of the profile, of any kind (keys, a role, SSO, web identity, a process)',
    check: checkProfile,
  },
  {
    source: 'container',
    when: '`AWS_CONTAINER_CREDENTIALS_FULL_URI` is set',
    used: 'those of EKS Pod Identity, even where an IRSA role is set',
    check: checkContainer,
  },
  {
    source: 'default-chain',
    when: 'none of these',
    used: "those that the AWS SDK's default chain finds: IRSA, profiles, SSO, a process, ECS, instance metadata",
    check: checkNothing,
  },
];

/** Decides which credentials are used. Whether that source then returns any is not known here. */
export function chooseCredentials(choice: CredentialSourceChoice, facts: IdentityFacts): ChosenCredentials {
  if (choice !== 'auto') {
    const reason = `the input credential-source is '${choice}'`;
    return { source: choice, reason, skipped: [], warnings: [], notes: notesFor(choice, facts) };
  }
  const skipped: Finding[] = [];
  for (const rule of CREDENTIAL_ORDER) {
    const { applies, reason } = rule.check(facts);
    if (applies) {
      const notes = notesFor(rule.source, facts);
      return { source: rule.source, reason, skipped, warnings: warningsFor(rule.source, facts), notes };
    }
    skipped.push({ mark: 'unused', subject: SUBJECTS[rule.source], reason });
  }
  throw new Error('The last rule of the credential order always applies.');
}

/** What each source is called in the diagnosis. */
export const SUBJECTS: Readonly<Record<CredentialSource, string>> = {
  environment: 'Keys in the environment',
  profile: 'Profile',
  container: 'EKS Pod Identity',
  'default-chain': "The AWS SDK's default chain",
};

function checkKeys({ environment }: IdentityFacts): Verdict {
  const missing = KEYS.filter((name) => variable(environment, name) === undefined);
  return missing.length === 0
    ? { applies: true, reason: `${KEYS.join(' and ')} are set` }
    : { applies: false, reason: `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set` };
}

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

/** A profile that does not exist counts as chosen: going on without it would use another identity. */
function checkProfile({ environment, profile }: IdentityFacts): Verdict {
  const name = variable(environment, 'AWS_PROFILE');
  if (name === undefined) return { applies: false, reason: 'AWS_PROFILE is not set' };
  return profile === 'no-credentials'
    ? { applies: false, reason: `AWS_PROFILE is set, but profile '${name}' contains no credentials` }
    : { applies: true, reason: 'AWS_PROFILE is set' };
}

function checkContainer({ environment }: IdentityFacts): Verdict {
  const isSet = variable(environment, 'AWS_CONTAINER_CREDENTIALS_FULL_URI') !== undefined;
  return {
    applies: isSet,
    reason: `AWS_CONTAINER_CREDENTIALS_FULL_URI is ${isSet ? 'set' : 'not set'}`,
  };
}

/** A profile without credentials is set all the same, and so is a default profile, which the chain may use. */
function checkNothing({ environment }: IdentityFacts): Verdict {
  const profile = variable(environment, 'AWS_PROFILE');
  return {
    applies: true,
    reason:
      profile === undefined
        ? 'no keys, AWS_PROFILE or AWS_CONTAINER_CREDENTIALS_FULL_URI are set'
        : `no keys or AWS_CONTAINER_CREDENTIALS_FULL_URI are set, and profile '${profile}' contains no credentials`,
  };
}

function warningsFor(source: CredentialSource, { environment }: IdentityFacts): readonly string[] {
  const profile = variable(environment, 'AWS_PROFILE');
  if (source === 'environment') {
    return profile === undefined
      ? []
      : [
          `Profile '${singleLine(profile)}' of AWS_PROFILE is not used: the keys in the environment come first.`,
        ];
  }
  const set = KEYS.filter((name) => variable(environment, name) !== undefined);
  const unset = KEYS.filter((name) => variable(environment, name) === undefined);
  return set.length === 1
    ? [`${set} is set and ${unset} is not, so the keys in the environment are not used.`]
    : [];
}

function notesFor(source: CredentialSource, { environment, profile }: IdentityFacts): readonly string[] {
  const notes: string[] = [];
  if (profile === 'no-credentials' && source !== 'environment') {
    const name = variable(environment, 'AWS_PROFILE');
    notes.push(`Profile '${name}' of AWS_PROFILE contains no credentials, so it is not used for them.`);
  }
  if (source === 'container' && variable(environment, 'AWS_WEB_IDENTITY_TOKEN_FILE') !== undefined) {
    const role = variable(environment, 'AWS_ROLE_ARN');
    notes.push(
      `The IRSA role${role === undefined ? '' : ` ${singleLine(role)}`} of AWS_WEB_IDENTITY_TOKEN_FILE is not used: EKS Pod Identity comes first. The AWS SDK would use the role; so does credential-source: default-chain.`,
    );
  }
  return notes;
}
