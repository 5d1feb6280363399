import type { Finding } from '../errors/diagnosis.ts';
import { type Environment, variable } from '../runner/environment.ts';

/** Where the credentials that sign the calls come from. */
export type CredentialSource = 'environment' | 'profile' | 'container' | 'default-chain';

/** What the input `credential-source` can be. */
export const CREDENTIAL_SOURCE_CHOICES = ['auto', 'container', 'default-chain'] as const;
export type CredentialSourceChoice = (typeof CREDENTIAL_SOURCE_CHOICES)[number];

/** What the AWS configuration files say of the profile that AWS_PROFILE names. */
export type ProfileContent = 'credentials' | 'no-credentials' | 'missing';

/** All that the decision is made from. */
export type IdentityFacts = {
  readonly environment: Environment;
  /** Undefined where AWS_PROFILE is not set, or where nobody needs to know. */
  readonly profile?: ProfileContent | undefined;
};

/** Who signs, and why. */
export type ChosenCredentials = {
  readonly source: CredentialSource;
  readonly reason: string;
  /** What was passed over before, in order, for the diagnosis. */
  readonly passedOver: readonly Finding[];
  /** What the user should know, since another tool would have decided otherwise. */
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
};

/** Whether a rule applies, and the reason for it either way. */
type Verdict = { readonly applies: boolean; readonly reason: string };

/** One rule of the order. `when` and `signs` are shown in README's table, which a test holds to this one. */
export type CredentialRule = {
  readonly source: CredentialSource;
  readonly when: string;
  readonly signs: string;
  readonly judge: (facts: IdentityFacts) => Verdict;
};

/**
 * Who signs when `credential-source` is `auto`: the first rule that applies.
 *
 * It goes from what a person chose for this job to what the machine happens to have. Keys come before a profile as in
 * the AWS CLI; the pod's identity comes before the SDK's own chain because it belongs to this pod alone, and because
 * the chain would hide its errors behind those of the sources that it tries afterwards.
 */
export const CREDENTIAL_ORDER: readonly CredentialRule[] = [
  {
    source: 'environment',
    when: '`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` are set',
    signs: 'those keys: a step of the job has chosen them',
    judge: judgeKeys,
  },
  {
    source: 'profile',
    when: '`AWS_PROFILE` is set, and the profile holds credentials or a way to them',
    signs: 'the profile, whatever it holds (keys, a role, SSO, web identity, a process)',
    judge: judgeProfile,
  },
  {
    source: 'container',
    when: '`AWS_CONTAINER_CREDENTIALS_FULL_URI` is set',
    signs: "the pod's identity, from EKS Pod Identity, also where an IRSA role is set",
    judge: judgeContainer,
  },
  {
    source: 'default-chain',
    when: 'none of these',
    signs: "the AWS SDK's default chain: IRSA, profiles, SSO, a process, ECS, instance metadata",
    judge: () => ({
      applies: true,
      reason: 'no keys, profile or AWS_CONTAINER_CREDENTIALS_FULL_URI are set',
    }),
  },
];

/** Decides who signs. Whether the credentials then can be had is not known here. */
export function chooseCredentials(choice: CredentialSourceChoice, facts: IdentityFacts): ChosenCredentials {
  if (choice !== 'auto') {
    const reason = `the input credential-source is '${choice}'`;
    return { source: choice, reason, passedOver: [], warnings: [], notes: notesFor(choice, facts) };
  }
  const passedOver: Finding[] = [];
  for (const rule of CREDENTIAL_ORDER) {
    const { applies, reason } = rule.judge(facts);
    if (applies) {
      const notes = notesFor(rule.source, facts);
      return { source: rule.source, reason, passedOver, warnings: warningsFor(rule.source, facts), notes };
    }
    passedOver.push({ mark: 'unused', subject: SUBJECTS[rule.source], reason });
  }
  throw new Error('The last rule of the signing order applies always.');
}

/** What each source is called in the diagnosis. */
export const SUBJECTS: Readonly<Record<CredentialSource, string>> = {
  environment: 'Keys in the environment',
  profile: 'Profile',
  container: 'EKS Pod Identity',
  'default-chain': "The AWS SDK's default chain",
};

function judgeKeys({ environment }: IdentityFacts): Verdict {
  const missing = KEYS.filter((name) => variable(environment, name) === undefined);
  return missing.length === 0
    ? { applies: true, reason: `${KEYS.join(' and ')} are set` }
    : { applies: false, reason: `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set` };
}

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

/** A profile that does not exist counts as chosen: to go on without it would be to sign as somebody else. */
function judgeProfile({ environment, profile }: IdentityFacts): Verdict {
  const name = variable(environment, 'AWS_PROFILE');
  if (name === undefined) return { applies: false, reason: 'AWS_PROFILE is not set' };
  return profile === 'no-credentials'
    ? { applies: false, reason: `AWS_PROFILE is set, but the profile '${name}' holds no credentials` }
    : { applies: true, reason: 'AWS_PROFILE is set' };
}

function judgeContainer({ environment }: IdentityFacts): Verdict {
  const isSet = variable(environment, 'AWS_CONTAINER_CREDENTIALS_FULL_URI') !== undefined;
  return {
    applies: isSet,
    reason: `AWS_CONTAINER_CREDENTIALS_FULL_URI is ${isSet ? 'set' : 'not set'}`,
  };
}

function warningsFor(source: CredentialSource, { environment }: IdentityFacts): readonly string[] {
  const profile = variable(environment, 'AWS_PROFILE');
  if (source === 'environment') {
    return profile === undefined
      ? []
      : [`The profile '${profile}' of AWS_PROFILE is not used: the keys in the environment come first.`];
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
    notes.push(`The profile '${name}' of AWS_PROFILE holds no credentials, so it does not decide who signs.`);
  }
  if (source === 'container' && variable(environment, 'AWS_WEB_IDENTITY_TOKEN_FILE') !== undefined) {
    const role = variable(environment, 'AWS_ROLE_ARN');
    notes.push(
      `The IRSA role${role === undefined ? '' : ` ${role}`} of AWS_WEB_IDENTITY_TOKEN_FILE is not used: the identity of the pod comes first. AWS's own order would have taken the role; credential-source: default-chain does.`,
    );
  }
  return notes;
}
