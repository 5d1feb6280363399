import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { getAuthorizationTokens, nameOfCall } from '../../../src/ecr/token.ts';
import { Failure } from '../../../src/errors/failure.ts';
import { planCalls, type TokenCall } from '../../../src/registry/calls.ts';
import { parseRegistries } from '../../../src/registry/entry.ts';
import { AwsServices, ecrError, ecrReply } from '../../harness/aws-services.ts';
import { registryUrl } from '../../harness/ecr.ts';
import { hang } from '../../harness/faults.ts';
import { makeUser } from '../../harness/identities.ts';
import { captureOutput } from '../written-output.ts';

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
    aws.proxyEndpoint = registryUrl;
    jest.restoreAllMocks();
  });

  const never = new AbortController().signal;

  function request(registries: string, signal = never, config = {}, more = {}) {
    const settings = {
      ...more,
      credentials: { accessKeyId: user.accessKeyId, secretAccessKey: user.secretAccessKey },
      customUserAgent: [],
      clientConfig: { proxies: undefined, maxAttempts: 1, requestedMaxAttempts: 1, ...config },
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

  test.each([
    ['', 'ecr', 'eu-west-1'],
    ['public.ecr.aws', 'ecr-public', 'us-east-1'],
  ])('for %j is one of %s in %s, and returns what can log in', async (registries, service, region) => {
    const [login] = await request(registries);
    expect(aws.calls.at(-1)).toMatchObject({ service, region });
    expect(login).toMatchObject({
      username: 'AWS',
      password: aws.issued.at(-1)?.password,
      token: aws.issued.at(-1)?.token,
      expiresAt: expect.any(Date),
    });
  });

  // The SDK does not take the endpoint of the stand-in for these variants.
  test.each([
    ['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com', 'FIPS and custom endpoint are not supported'],
    ['123456789012.dkr-ecr.us-east-1.on.aws', 'Dualstack and custom endpoint are not supported'],
    ['ecr-public.aws.com', 'Dualstack and custom endpoint are not supported'],
  ])('for %s asks for the variant of the endpoint', async (registry, message) => {
    await expect(request(registry)).rejects.toThrow(message);
  });

  test('that is made again says so', async () => {
    const written = captureOutput();
    jest.spyOn(Math, 'random').mockReturnValue(0);
    aws.faults.once(ecrError(500, 'ServerException', 'busy'));
    expect(await request('', never, { maxAttempts: 2 })).toHaveLength(1);
    expect(written()).toContain(
      'Amazon ECR in eu-west-1: ServerException: busy (attempt 1 of 2, the next in',
    );
  });

  test('that is cut short is explained by the attempt before', async () => {
    captureOutput();
    jest.spyOn(Math, 'random').mockReturnValue(0);
    aws.faults.once(ecrError(500, 'ServerException', 'busy'));
    aws.faults.once(hang());
    const abort = new AbortController();
    const before = aws.requests.length;
    const requested = request('', abort.signal, { maxAttempts: 2 });
    await aws.seen(before + 2);
    abort.abort();
    await expect(requested).rejects.toThrow('ServerException: busy');
    await expect(requested).rejects.toHaveProperty('cause');
  });

  test('that no variable leads elsewhere returns registries of Amazon ECR only', async () => {
    delete process.env['AWS_ENDPOINT_URL'];
    aws.proxyEndpoint = () => 'https://registry.example:5000';
    const endpoint = { endpoint: aws.url };
    await expect(request('', never, {}, endpoint)).rejects.toThrow('which is not a registry of Amazon ECR');
  });

  test('at a custom endpoint returns a registry of any host', async () => {
    aws.proxyEndpoint = () => 'https://registry.example:5000';
    expect(await request('')).toMatchObject([{ registry: 'registry.example:5000', username: 'AWS' }]);
  });
});
