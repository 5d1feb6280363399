import { expect, test } from '@jest/globals';
import { processFailure, withoutCommand } from '../../../src/identity/credential-process.ts';

const PROFILES = {
  default: { region: 'eu-west-1' },
  build: { credential_process: '/opt/vend --token abc' },
  other: { credential_process: '/opt/other' },
};
const FAILED = 'Command failed: /opt/vend --token abc\nno luck: abc\n';

test('the failure of a process names its profile, and nothing of its command line and output', () => {
  const failure = processFailure(new Error(FAILED), PROFILES);
  expect(failure?.symptom).toEqual({
    what: "The credential_process of profile 'build' failed.",
    knownError: 'credential-process-failed',
    facts: { profile: 'build' },
  });
  expect(failure?.cause).toBeUndefined();
});

test('a command that is in no profile is one of an unknown profile', () => {
  expect(processFailure(new Error(FAILED), {})?.message).toBe(
    "The credential_process of profile 'unknown' failed.",
  );
});

test('any other error is left to others', () => {
  expect(processFailure(new Error('Profile build credential_process returned invalid JSON.'), PROFILES)).toBe(
    undefined,
  );
});

test('a message of the SDK loses the command line and the output', () => {
  expect(withoutCommand(`@smithy/property-provider -> ${FAILED}`)).toBe(
    '@smithy/property-provider -> credential_process failed',
  );
  expect(withoutCommand('fromIni')).toBe('fromIni');
});
