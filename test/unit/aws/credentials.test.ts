import { writeFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import {
  type CredentialSourceChoice,
  choiceWarnings,
  chooseCredentials,
} from '../../../src/aws/credential-choice.ts';
import * as credentials from '../../../src/aws/credentials.ts';
import { readProfiles } from '../../../src/aws/profiles.ts';
import * as log from '../../../src/runner/log.ts';
import { homeOf, masks, NETWORK, NEVER, output, table, thrownBy, variablesOf } from '../support.ts';

const PROFILES = `
[default]
region = x
[profile keys]
aws_access_key_id = AKIAPROFILE
aws_secret_access_key = secret-of-profile
aws_session_token = session-of-profile
[profile region]
region = eu-west-1
role_session_name = ci
[profile role]
role_arn = arn:aws:iam::123456789012:role/deploy
source_profile = gone
[profile process]
credential_process = echo hunter2 && false
`;
const KEYS = 'AWS_ACCESS_KEY_ID=AKIAENV AWS_SECRET_ACCESS_KEY=secret-of-env';
const URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:9';
const IRSA = 'AWS_ROLE_ARN=arn:aws:iam::1:role/irsa AWS_WEB_IDENTITY_TOKEN_FILE=/t';
const JOB_CONTAINER = 'GITHUB_WORKSPACE=/__w/a HOME=/github/home';

/** Writes the profiles and sets the variables. Returns the input. */
function prepare(variables = '') {
  writeFileSync(homeOf('config'), PROFILES);
  const { choice = 'auto', ...env } = variablesOf(variables);
  const secret = { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'for-the-agent' };
  Object.assign(process.env, { AWS_CONFIG_FILE: homeOf('config'), ...secret }, env);
  return choice as CredentialSourceChoice;
}

function get(variables = '') {
  const limits = { agentAttempts: 1, budgetMs: 55_000, signal: NEVER };
  return credentials.getCredentials({
    choice: prepare(variables),
    region: 'eu-west-1',
    network: NETWORK,
    ...limits,
  });
}

table(`
  ${KEYS} AWS_PROFILE=keys ${URI}                | environment
  ${KEYS} AWS_PROFILE=gone                       | environment
  AWS_ACCESS_KEY_ID=a AWS_PROFILE=keys ${URI}    | profile
  AWS_SECRET_ACCESS_KEY=a AWS_PROFILE=role       | profile
  AWS_PROFILE=process ${URI} ${IRSA}             | profile
  AWS_PROFILE=gone ${URI}                        | profile
  AWS_PROFILE=constructor ${URI}                 | profile
  AWS_PROFILE=__proto__ ${URI}                   | profile
  AWS_PROFILE=region ${URI} ${IRSA}              | container
  ${URI} ${IRSA}                                 | container
  AWS_PROFILE=region ${IRSA}                     | default-chain
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2     | default-chain
                                                 | default-chain
  choice=container ${KEYS} AWS_PROFILE=keys      | container
  choice=default-chain ${KEYS} AWS_PROFILE=keys ${URI} | default-chain
`)('%s: the credentials of the %s', async (variables, source) => {
  const choice = prepare(variables);
  const profiles = await readProfiles();
  expect(chooseCredentials(choice, process.env, profiles).source).toBe(source);
});

table(`
  environment   | ${KEYS}                                |
  environment   | ${KEYS} AWS_PROFILE=ci                 | AWS_PROFILE
  container     | AWS_ACCESS_KEY_ID=a                    | only AWS_ACCESS_KEY_ID is set
  profile       | AWS_SECRET_ACCESS_KEY=a AWS_PROFILE=ci | only AWS_SECRET_ACCESS_KEY is set
  default-chain | ${KEYS}                                |
  container     | AWS_PROFILE=ci                         |
`)('%s, %s: the warning %j', (source, variables, warning = '') => {
  const warnings = choiceWarnings(source as 'container', variablesOf(variables));
  expect(warnings).toEqual(warning === '' ? [] : [expect.stringContaining(warning)]);
});

const NO_FILE = 'AWS_ROLE_ARN is set without AWS_WEB_IDENTITY_TOKEN_FILE';
table(`
  AWS_PROFILE=gone               | instance     | profile 'gone'
  AWS_PROFILE=gone               | profile      |
  AWS_PROFILE=keys               | web-identity | profile 'keys'
  AWS_PROFILE=keys               | environment  |
  AWS_PROFILE=region             | instance     |
                                 | instance     |
  AWS_ROLE_ARN=r                 | container    | ${NO_FILE}
  AWS_WEB_IDENTITY_TOKEN_FILE=/t | instance     | AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN
  ${IRSA}                        | instance     |
  AWS_PROFILE=gone AWS_ROLE_ARN=r |             | profile 'gone' | ${NO_FILE}
`)('%s: passed over before %j: %s', async (variables, used, ...problems) => {
  prepare(variables);
  const before = (used || undefined) as 'instance' | undefined;
  const skipped = credentials.skippedSources(process.env, await readProfiles(), before);
  expect(skipped).toEqual(
    problems.filter((one) => one !== '').map((one) => expect.stringContaining(one)),
  );
});

table(`
  ${KEYS} AWS_PROFILE=gone       | AKIAENV     | the environment | secret-of-env
  choice=default-chain ${KEYS}   | AKIAENV     | the environment | secret-of-env
  AWS_PROFILE=keys               | AKIAPROFILE | profile 'keys'  | secret-of-profile session-of-profile
  AWS_ACCESS_KEY_ID=AKIAENV AWS_SECRET_ACCESS_KEY=test AWS_SESSION_TOKEN=1234567 | AKIAENV | the environment |
  choice=default-chain AWS_PROFILE=keys | AKIAPROFILE | profile 'keys' | secret-of-profile session-of-profile
`)(
  '%s: the key %s of %s, whose secrets are masked: %s',
  async (variables, keyId, name, secrets = '') => {
    expect((await get(variables)).credentials.accessKeyId).toBe(keyId);
    expect(output()).toContain(`Using credentials from ${name} (`);
    expect(masks().join(' ')).toBe(secrets);
    // A profile that is not used has secrets, too.
    const others = 'secret-of-profile session-of-profile for-the-agent';
    expect(log.singleLine(others)).toBe('*** *** ***');
  },
);

table(`
  AWS_PROFILE=gone                  | profile 'gone'                  |                 | profile other
  AWS_PROFILE=toString ${URI}       | profile 'toString'              |                 | profile other
  AWS_PROFILE=role                  | profile 'role': .*gone          |                 | profile other
  AWS_PROFILE=process               | credential_process failed       |                 | profile other
  choice=container                  | CREDENTIALS_FULL_URI is not set | no-pod-identity |
  choice=container ${JOB_CONTAINER} | CREDENTIALS_FULL_URI is not set | container-job   |
                                    | default chain: .*providers      |                 | default-chain other
  KUBERNETES_SERVICE_HOST=1 AWS_ROLE_ARN=r | default chain            |                 | default-chain pod
`)(
  '%s: no credentials, %s',
  async (variables = '', message = '', knownError = '', situation = '') => {
    const thrown = await thrownBy(() => get(variables));
    expect(thrown.message).toMatch(new RegExp(message));
    const isNamed = knownError !== '';
    expect([thrown.knownError, thrown.area]).toEqual(
      isNamed ? [knownError, undefined] : [undefined, 'credentials'],
    );
    expect(thrown.facts).toMatchObject({ region: 'eu-west-1' });
    const { source = '', runner = '' } = thrown.situation ?? {};
    expect(`${source} ${runner}`.trim()).toBe(situation);
    expect(output().includes(NO_FILE)).toBe(variables.includes('ROLE_ARN'));
    expect(`${thrown.message}${thrown.details}${output('debug')}`).not.toContain('hunter2');
  },
);
