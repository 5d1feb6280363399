import { describe, expect, test } from '@jest/globals';
import { ecrError, stsError } from '../harness/aws-services.ts';
import { answer } from '../harness/faults.ts';
import { makeUser } from '../harness/identities.ts';
import { useWorld } from '../harness/use-world.ts';
import { TOOLS } from '../harness/usual.ts';

const world = useWorld();

const inUrl = (secret: string) => encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase());

/** The forms in which a service or a gateway shows what it was sent; none has a run of more than some letters. */
const FORMS: readonly (readonly [string, (secret: string) => string])[] = [
  ['in a URL, in lower case', inUrl],
  ['in JSON, with \\/', (secret) => JSON.stringify(secret).replaceAll('/', '\\/')],
  ['in a string of JSON', (secret) => JSON.stringify(JSON.stringify(secret))],
  ['in base64url', (secret) => Buffer.from(secret).toString('base64url')],
  ['in base64, from the second byte on', (secret) => Buffer.from(`:${secret}`).toString('base64')],
  ['in base64, from the third byte on', (secret) => Buffer.from(`x:${secret}`).toString('base64')],
];

// The leak check of each step does the rest: it finds a secret in all of these forms.
describe('the keys of the step are taken out of an error', () => {
  test.each(FORMS)('%s', async (_, write) => {
    const { secretAccessKey } = world.identities.keys;
    world.aws.faults.always(ecrError(400, 'ValidationException', `bad: ${write(secretAccessKey)} was sent`));
    const main = await world.main({ env: world.keysEnv(), tools: TOOLS });
    expect(main.errors.join()).toMatch(/bad: .*\*\*\*\S* was sent/);
  });

  test('also those of another profile, in the default chain', async () => {
    const source = world.aws.addIdentity(makeUser(world.accountId, 'source'));
    world.writeAwsConfig(
      `[default]\nrole_arn = arn:aws:iam::${world.accountId}:role/none\nsource_profile = base\n` +
        `[profile base]\naws_access_key_id = ${source.accessKeyId}\naws_secret_access_key = ${source.secretAccessKey}\n`,
    );
    world.aws.faults.always(stsError(403, 'Refused', `bad: ${inUrl(source.secretAccessKey)} was sent`));
    const main = await world.main({
      env: world.regionEnv(),
      inputs: { 'credential-source': 'default-chain' },
      tools: TOOLS,
    });
    expect(main.errors.join()).toMatch(/bad: .*\*\*\*\S* was sent/);
    expect(main.masks).not.toContain(source.secretAccessKey);
  });
});

test('keys that nobody knows are taken out of an error of the agent by their form', async () => {
  const text = String.raw`no: {\"SecretAccessKey\":\"unknown\/one\"} <SessionToken>unknown/two</SessionToken> aws_secret_access_key=unknown/three`;
  world.agent.faults.always(answer(403, text));
  const main = await world.main({ env: world.podIdentityEnv(), tools: TOOLS });
  expect(main.errors.join()).toContain('{\\"SecretAccessKey\\":\\"***\\"} <SessionToken>***</SessionToken>');
  expect(main.errors.join()).toContain('aws_secret_access_key=***');
  expect(main.log).not.toContain('unknown');
});

test("a service's text that ends within a token does not swallow the lines behind it", async () => {
  world.agent.faults.always(answer(400, 'token is expired: {"Token":"'));
  const main = await world.main({ env: world.podIdentityEnv(), tools: TOOLS });
  expect(main.errors.join()).toContain('token is expired: {"Token":"');
  expect(main.errors.join()).toContain('\nLikely cause: ');
});

describe('the keys that the step uses are masked for the steps that follow', () => {
  test('from EKS Pod Identity', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), tools: TOOLS });
    const { secretAccessKey, sessionToken } = world.identities.pod;
    expect([...main.masks]).toEqual(expect.arrayContaining([secretAccessKey, sessionToken]));
  });

  test('from a profile, and not those of another one', async () => {
    const { keys, node } = world.identities;
    world.writeAwsConfig(
      [
        `[profile used]\naws_access_key_id = ${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}`,
        `[profile other]\naws_access_key_id = ${node.accessKeyId}\naws_secret_access_key = ${node.secretAccessKey}\n`,
      ].join('\n'),
    );
    const main = await world.main({ env: { ...world.regionEnv(), AWS_PROFILE: 'used' }, tools: TOOLS });
    expect(main.exitCode).toBe(0);
    expect(main.masks).toContain(keys.secretAccessKey);
    expect(main.masks).not.toContain(node.secretAccessKey);
  });
});
