import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { authorize } from '../../../src/ecr/authorize.ts';
import { messageOf } from '../../../src/errors/failure.ts';
import { planCalls } from '../../../src/registry/calls.ts';
import { parseRegistries } from '../../../src/registry/entry.ts';
import { AwsServices, callsOf, ecrError, ecrReply } from '../../harness/aws-services.ts';
import { makeUser } from '../../harness/identities.ts';

const [A, B] = ['123456789012', '111122223333'];
const hostOf = (account: string, region = 'eu-west-1') => `${account}.dkr.ecr.${region}.amazonaws.com`;

const aws = new AwsServices();
const user = aws.addIdentity(makeUser(A, 'ci'));
beforeAll(async () => {
  await aws.listen();
  process.env['AWS_ENDPOINT_URL'] = aws.url;
});
afterAll(async () => {
  delete process.env['AWS_ENDPOINT_URL'];
  await aws.stop();
});
beforeEach(() => aws.faults.clear());

/** The registries that got a token, and the messages of those that did not. */
async function authorized(registries: string) {
  const settings = {
    credentials: { accessKeyId: user.accessKeyId, secretAccessKey: user.secretAccessKey },
    customUserAgent: [],
    clientConfig: { proxies: undefined, maxAttempts: 1, requestedMaxAttempts: 1 },
  };
  const calls = planCalls(parseRegistries(registries).entries, 'eu-west-1');
  const { logins, failures } = await authorize(calls, settings, new AbortController().signal);
  return { registries: logins.map(({ registry }) => registry), failures: failures.map(messageOf) };
}

test('the logins of several calls are in the order of the request, each host once', async () => {
  const hosts = [hostOf(B, 'us-east-1'), 'public.ecr.aws', hostOf(A), hostOf(A, 'us-east-1')];
  expect(await authorized([...hosts, A, `${hosts[0]}/app:1`].join())).toEqual({
    registries: hosts,
    failures: [],
  });
});

test('a call that fails leaves the logins of the others', async () => {
  aws.faults.once(ecrError(400, 'TeapotException', 'full'), callsOf('ecr', 'us-east-1'));
  expect(await authorized(`${hostOf(B, 'us-east-1')},public.ecr.aws,${A}`)).toEqual({
    registries: ['public.ecr.aws', hostOf(A)],
    failures: [
      `No authorization token from Amazon ECR in us-east-1 for ${hostOf(B, 'us-east-1')}: TeapotException: full`,
    ],
  });
});

test('a registry that the response has no token for is a failure that names it', async () => {
  const authorizationToken = Buffer.from('AWS:password').toString('base64');
  const data = [{ authorizationToken, proxyEndpoint: `https://${hostOf(A)}` }];
  aws.faults.once(ecrReply({ authorizationData: data }));
  expect(await authorized(`${A},${B}`)).toEqual({
    registries: [hostOf(A)],
    failures: [`The response of Amazon ECR in eu-west-1 for ${A}, ${B} has no token for ${B}.`],
  });
});
