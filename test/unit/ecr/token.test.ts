import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { getAuthorizationTokens, nameOfCall } from '../../../src/ecr/token.ts';
import { Failure } from '../../../src/errors/failure.ts';
import { planCalls, type TokenCall } from '../../../src/registry/calls.ts';
import { parseRegistries } from '../../../src/registry/entry.ts';
import { AwsServices, ecrError, ecrReply } from '../../harness/aws-services.ts';
import { hang } from '../../harness/faults.ts';
import { makeUser } from '../../harness/identities.ts';

function callFor(registries: string): TokenCall {
  const [call] = planCalls(parseRegistries(registries).entries, 'eu-west-1');
  if (call === undefined) throw new Error('no call was planned');
  return call;
}

describe('nameOfCall', () => {
  test.each([
    ['', 'Amazon ECR in eu-west-1'],
    ['123456789012,210987654321', 'Amazon ECR in eu-west-1 for 123456789012, 210987654321'],
    [
      '123456789012.dkr.ecr.us-east-1.amazonaws.com/app',
      'Amazon ECR in us-east-1 for 123456789012.dkr.ecr.us-east-1.amazonaws.com',
    ],
    ['public.ecr.aws/alias', 'Amazon ECR Public for public.ecr.aws'],
  ])('for %j', (registries, name) => {
    expect(nameOfCall(callFor(registries))).toBe(name);
  });
});

describe('a call', () => {
  const aws = new AwsServices();
  const user = aws.addIdentity(makeUser('123456789012', 'ci'));
  beforeAll(() => aws.listen());
  afterAll(() => aws.stop());
  beforeEach(() => {
    process.env['AWS_ENDPOINT_URL'] = aws.url;
  });
  afterEach(() => {
    delete process.env['AWS_ENDPOINT_URL'];
    aws.faults.clear();
  });

  function request(registries: string, signal = new AbortController().signal) {
    const settings = {
      credentials: { accessKeyId: user.accessKeyId, secretAccessKey: user.secretAccessKey },
      customUserAgent: [],
      clientConfig: { proxies: undefined, maxAttempts: 1, requestedMaxAttempts: 1 },
    };
    return getAuthorizationTokens(callFor(registries), settings, signal);
  }

  test.each([
    ['', 'Amazon ECR in eu-west-1', { service: 'Amazon ECR', region: 'eu-west-1' }],
    [
      'public.ecr.aws',
      'Amazon ECR Public for public.ecr.aws',
      { service: 'Amazon ECR Public', region: 'us-east-1' },
    ],
  ])('that fails is explained as one of its own service: %j', async (registries, name, facts) => {
    aws.faults.once(ecrError(400, 'TeapotException', 'full'));
    const failure = await request(registries).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      symptom: { area: 'ecr', what: `No authorization token from ${name}: TeapotException: full`, facts },
    });
  });

  test.each([
    ['', 'Amazon ECR in eu-west-1'],
    ['public.ecr.aws', 'Amazon ECR Public for public.ecr.aws'],
  ])('without data is one failure, not wrapped in another: %j', async (registries, name) => {
    aws.faults.once(ecrReply({}));
    const failure = await request(registries).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    const { message, cause } = failure as Failure;
    expect([message, cause]).toEqual([`The response of ${name} has no authorization data.`, undefined]);
  });

  test.each(['', 'public.ecr.aws'])('ends when its signal aborts: %j', async (registries) => {
    aws.faults.once(hang());
    const abort = new AbortController();
    const before = aws.requests.length;
    const requested = request(registries, abort.signal);
    await aws.seen(before + 1);
    abort.abort();
    await expect(requested).rejects.toThrow('aborted');
  });

  test('at a custom endpoint returns a registry of any host', async () => {
    aws.proxyEndpoint = () => 'https://registry.example:5000';
    expect(await request('')).toMatchObject([{ registry: 'registry.example:5000', username: 'AWS' }]);
  });
});
