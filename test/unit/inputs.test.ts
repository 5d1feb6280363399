import { describe, expect, test } from '@jest/globals';
import { readInputs } from '../../src/inputs.ts';
import { output, table, thrownBy, words } from './support.ts';

const A = '111111111111';
const B = '012345678901';

/** Reads the inputs that are given, such as `max-attempts=3`; names in capitals are variables, `hook` is a job hook. */
function read(given = '') {
  for (const [name = '', value] of given.split('; ').map((one) => one.split(/=(.*)/s))) {
    if (name === 'hook') process.argv = ['node', 'index.js', `--job-hook=${value}`];
    else
      process.env[name === name.toUpperCase() ? name : `INPUT_${name.toUpperCase()}`] = value ?? '';
  }
  return readInputs();
}

const HOOK_VARIABLES = words(`
  ALLOWED_ACCOUNT_IDS AWS_REGION CONTAINER_CLI CREDENTIAL_SOURCE HTTP_PROXY ISOLATE_DOCKER_CONFIG MASK_PASSWORD
  MAX_ATTEMPTS NODE ON_FAILURE REGISTRIES REGISTRY_TYPE SKIP_LOGOUT TIME_LIMIT_S
`);

test.each(HOOK_VARIABLES)('in a step, ECR_LOGIN_%s changes nothing', (name) => {
  const given = `allowed-account-ids=${B}; registries=${A}; isolate-docker-config=true; skip-logout=true`;
  const before = read(given);
  for (const value of ['55', 'true', 'x'])
    expect(read(`ECR_LOGIN_${name}=${value}; ${given}`)).toEqual(before);
  expect(output()).toBe('');
});

test('without inputs, the defaults apply', () => {
  expect(read()).toEqual({
    ...{
      allowedAccountIds: [],
      awsRegion: '',
      containerCli: [],
      credentialSource: 'auto',
      httpProxy: '',
    },
    ...{
      isolateDockerConfig: false,
      maskPassword: true,
      maxAttempts: { call: 8, agent: 5 },
      skipLogout: false,
    },
    registries: [{ kind: 'default' }],
  });
  expect(output()).toBe('');
});

table(`
  allowed-account-ids=${A}, ${B} ${A}       | allowedAccountIds | ["${A}","${B}"]
  aws-region= us-gov-west-1                 | awsRegion         | "us-gov-west-1"
  container-cli=Podman, helm                | containerCli      | ["podman","helm"]
  credential-source=Default-Chain           | credentialSource  | "default-chain"
  http-proxy=http://a:1                     | httpProxy         | "http://a:1"
  isolate-docker-config=TRUE                | isolateDockerConfig | true
  mask-password=False                       | maskPassword      | false
  skip-logout=true                          | skipLogout        | true
  max-attempts=1                            | maxAttempts       | {"call":1,"agent":1}
  max-attempts=20; AWS_MAX_ATTEMPTS=3       | maxAttempts       | {"call":20,"agent":20}
  AWS_MAX_ATTEMPTS= 3                       | maxAttempts       | {"call":3,"agent":3}
  AWS_MAX_ATTEMPTS=21                       | maxAttempts       | {"call":20,"agent":20}
  max-attempts=2; AWS_MAX_ATTEMPTS=x        | maxAttempts       | {"call":2,"agent":2}
  hook=55; ECR_LOGIN_MAX_ATTEMPTS= 4; max-attempts=x | maxAttempts | {"call":4,"agent":4}
  AWS_MAX_ATTEMPTS=0                        | maxAttempts       | {"call":8,"agent":5}
  registries=${A}                           | registries        | [{"kind":"account","accountId":"${A}"}]
  registry-type=Private                     | registries        | [{"kind":"default"}]
  registry-type=public                      | registries        | [{"kind":"public","host":"public.ecr.aws","dualStack":false}]
`)('%s: %s is %s', (given = '', name = '', value = '') => {
  expect(Object.entries(read(given))).toContainEqual([name, JSON.parse(value)]);
  expect(output()).toBe('');
});

table(`
  isolate-docker-config=yes           | isolateDockerConfig | true      | 'yes'. Allowed: 'true', 'false'. Treating it as 'true'
  mask-password=no                    | maskPassword        | true      | 'mask-password': invalid value 'no'
  skip-logout=1                       | skipLogout          | false     | Treating it as 'false'
  registry-type=public; registries=${A} | registries        | [object Object] | 'registries' is not used
  AWS_MAX_ATTEMPTS=x                  | skipLogout          | false     | AWS_MAX_ATTEMPTS is 'x', which is not a number. It is ignored
  AWS_MAX_ATTEMPTS=-1                 | skipLogout          | false     | AWS_MAX_ATTEMPTS is '-1'
  registry=${A}; scope=x              | skipLogout          | false     | docker/login-action are ignored: 'registry', 'scope'. List the
  logout=false; ecr=auto              | skipLogout          | false     | are ignored: 'logout', 'ecr'. List the registries in 'registries'; 'skip-logout' is
`)('%s: %s is %s, and the log says %s', (given, name, value, words = '') => {
  expect(Object.entries(read(given)).map(([key, one]) => [key, String(one)])).toContainEqual([
    name,
    value,
  ]);
  expect(output()).toContain(words);
  expect(output() === '').toBe(words === '');
});

const NONE: readonly number[] = [];
test.each([
  ['registries', `${A},${B}`, NONE],
  ['registries', `${A},`, [2]],
  ['registries', `,${A}`, [1]],
  ['registries', `${A}, ,${B}`, [2]],
  ['registries', `,${A},`, [1, 3]],
  ['registries', `${A},\n${B}`, NONE],
  ['registries', `${A},\n\n${B},\n`, NONE],
  ['registries', `${A}\n${B}\n`, NONE],
  ['registries', `${A},\r\n,${B}`, [2]],
  ['registries', `\n,${A}\n${B}`, [1]],
  ['registries', '   \n', NONE],
  ['hook', `${A},`, [2]],
])('of %s %j, the empty parts between commas are %j', (name, text, parts) => {
  if (name === 'hook') read(`hook=55; ECR_LOGIN_REGISTRIES=${text}`);
  else read(`registries=${text}`);
  const named = name === 'hook' ? 'Variable ECR_LOGIN_REGISTRIES' : "Input 'registries'";
  const warnings = parts.map(
    (part) => `::warning::${named}: part ${part}, counted by commas, is empty.`,
  );
  expect(output().split('\n').slice(0, -1)).toEqual(
    warnings.map((one) => expect.stringContaining(one)),
  );
});

describe('invalid:', () => {
  table(`
    allowed-account-ids=${A},123                | 'allowed-account-ids': '123' has 3 digits
    aws-region=Ireland                          | 'aws-region': invalid value 'Ireland'. Allowed: a region, such as 'eu-west-1'
    container-cli=rkt                           | 'container-cli': 'rkt' is none of docker
    credential-source=pod                       | 'credential-source': invalid value 'pod'. Allowed: 'auto', 'container', 'default-chain'
    max-attempts=0                              | 'max-attempts': invalid value '0'. Allowed: a whole number from 1 to 20
    max-attempts=21                             | 'max-attempts': invalid value '21'
    max-attempts=x3                             | 'max-attempts': invalid value 'x3'
    max-attempts=3x                             | 'max-attempts': invalid value '3x'
    hook=55; ECR_LOGIN_AWS_REGION=Ireland; aws-region=x | 'aws-region': invalid value 'Ireland'
    hook=55; ECR_LOGIN_ON_FAILURE=warn; ECR_LOGIN_REGISTRYS=x; username=y | ECR_LOGIN_REGISTRYS
    max-attempts=0; AWS_MAX_ATTEMPTS=3          | 'max-attempts': invalid value '0'
    registries=ghcr.io                          | 'registries': 'ghcr.io' is neither
    registry-type=both                          | 'registry-type': invalid value 'both'. Allowed: 'private', 'public'
    username=AWS; password=hunter2; logout=true | not supported: 'username', 'password'. Leave
    registry-auth=x; registry=${A}              | not supported: 'registry-auth'. Leave user and password out, and list
    registries=,                                | 'registries': ',' names nothing. Set the variable or secret
    registries= , ,                             | 'registries': ', ,' names nothing
    allowed-account-ids=,                       | 'allowed-account-ids': ',' names nothing
    container-cli=,,                            | 'container-cli': ',,' names nothing
    hook=55; ECR_LOGIN_REGISTRIES=,             | 'registries': ',' names nothing
`)('%s: %s', async (given, words = '') => {
    const { message } = await thrownBy(() => read(given));
    expect(message).toMatch(/^.*$/);
    expect(message).toContain(words);
    expect(message).not.toContain('hunter2');
  });
});
