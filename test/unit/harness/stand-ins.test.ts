import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import {
  ECRClient,
  GetAuthorizationTokenCommand,
  type GetAuthorizationTokenCommandOutput,
} from '@aws-sdk/client-ecr';
import { describe, expect, test } from '@jest/globals';
import { callsOf, throttled } from '../../harness/aws-services.ts';
import { answer, cut, hang, slow } from '../../harness/faults.ts';
import { type Identity, makeUser } from '../../harness/identities.ts';
import { agentFault, PodIdentityAgent } from '../../harness/pod-identity-agent.ts';
import { makeServiceAccountToken } from '../../harness/service-account-token.ts';
import { useWorld } from '../../harness/use-world.ts';

const world = useWorld();

async function ask(authorization?: string, limitMs = 60_000): Promise<{ status: number; text: string }> {
  const headers = authorization === undefined ? {} : { authorization };
  const reply = await fetch(world.agent.credentialsUri, { headers, signal: AbortSignal.timeout(limitMs) });
  return { status: reply.status, text: await reply.text() };
}

const token = makeServiceAccountToken;

describe('the agent', () => {
  test('gives the credentials of the associated role', async () => {
    const { status, text } = await ask(token());
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      AccessKeyId: world.identities.pod.accessKeyId,
      AccountId: '123456789012',
    });
  });

  // The texts of eks-pod-identity-agent 0.1.37.
  const parsing = 'Service account token cannot be parsed: token is malformed: ';
  const claims = 'Service account token failed basic claim validations: ';

  test.each([
    ['no token', undefined, 400, 'Service account token cannot be empty'],
    ['no JWT', 'abc', 400, `${parsing}token contains an invalid number of segments`],
    [
      'a token with a scheme before it',
      `Bearer ${token()}`,
      400,
      `${parsing}could not base64 decode header: illegal base64 data at input byte 6`,
    ],
    [
      'an unknown algorithm',
      token({ algorithm: 'XX' }),
      400,
      'Service account token cannot be parsed: token is unverifiable: signing method (alg) is unavailable',
    ],
    ['an expired token', token({ expiresInSeconds: -5 }), 400, `${claims}token is expired`],
    ['a token that is not valid yet', token({ validInSeconds: 600 }), 400, `${claims}token is not valid yet`],
    [
      'another audience',
      token({ audience: 'x' }),
      400,
      '[ID]: (InvalidTokenException): The audience in identity token is invalid., fault: client',
    ],
    [
      'no association',
      token({ serviceAccount: 'x' }),
      404,
      '[ID]: (ResourceNotFoundException): The token included in the request has no service account role association for it., fault: client',
    ],
  ])('refuses %s in plain text', async (_what, sent, status, text) => {
    const reply = await ask(sent);
    expect(reply.status).toBe(status);
    expect(reply.text.replace(/^\[[\da-f-]{36}\]/, '[ID]')).toBe(`${text}\n`);
  });

  test('knows one path', async () => {
    const reply = await fetch(`${world.agent.url}/v1/other`, { headers: { authorization: token() } });
    expect([reply.status, await reply.text()]).toEqual([404, '404 page not found\n']);
  });

  test("takes as long as the real one's own retries, in the time of the action's clock", async () => {
    world.agent.clockFactor = 100;
    world.agent.faults.once(agentFault('EKS Auth never responds'));
    const started = performance.now();
    expect(await ask(token())).toEqual({ status: 500, text: '[]\n' });
    expect(performance.now() - started).toBeGreaterThanOrEqual(8_000 / 100 - 1);
  });

  test('refuses to be called by another host', async () => {
    const agent = new PodIdentityAgent();
    await agent.listen();
    const reply = await fetch(agent.credentialsUri, { headers: { authorization: token() } });
    expect(reply.status).toBe(403);
    const words = 'please use either [169.254.170.23 fd00:ec2::23] address not 127.0.0.1';
    expect(await reply.text()).toBe(`Access Denied. Called agent through invalid address, ${words}\n`);
    await agent.stop();
  });

  test('shows the faults planned for it, in turn, and refuses connections while it is stopped', async () => {
    const faults = [answer(500, '[]\n'), cut(), hang(), slow(1), answer(429, 'Too Many Requests')];
    for (const fault of faults) {
      world.agent.faults.once(fault);
    }
    expect(await ask(token())).toEqual({ status: 500, text: '[]\n' });
    await expect(ask(token())).rejects.toThrow('fetch failed');
    await expect(ask(token(), 500)).rejects.toThrow('timeout');
    expect((await ask(token())).status).toBe(200);
    expect((await ask(token())).status).toBe(429);
    await world.agent.stop();
    await expect(ask(token())).rejects.toThrow('fetch failed');
    await world.agent.restart();
    expect((await ask(token())).status).toBe(200);
  });
});

function callEcr(
  signer: Identity,
  registryIds?: string[],
  region = 'eu-west-1',
): Promise<GetAuthorizationTokenCommandOutput> {
  const client = new ECRClient({ region, endpoint: world.aws.url, credentials: signer, maxAttempts: 1 });
  return client.send(new GetAuthorizationTokenCommand({ registryIds }));
}

describe('ECR', () => {
  test('gives a password that its registry takes, and no other registry', async () => {
    const { authorizationData = [] } = await callEcr(world.identities.keys, ['000000000001', '123456789012']);
    expect(authorizationData).toHaveLength(2);
    const logIn = async (endpoint = '', authorizationToken = ''): Promise<number> =>
      (await fetch(`${endpoint}/v2/`, { headers: { authorization: `Basic ${authorizationToken}` } })).status;
    const [one, other] = authorizationData;
    expect(await logIn(one?.proxyEndpoint, one?.authorizationToken)).toBe(200);
    expect(await logIn(one?.proxyEndpoint, other?.authorizationToken)).toBe(401);
    const registry = await world.registry('000000000001');
    expect([registry.accepted.length, registry.refused.length]).toEqual([1, 1]);
  });

  test('names the registry of the caller account, and records who called where', async () => {
    const { authorizationData = [] } = await callEcr(world.identities.keys, undefined, 'us-east-2');
    const password = Buffer.from(authorizationData[0]?.authorizationToken ?? '', 'base64').toString();
    expect(password.length).toBeGreaterThan(1500);
    expect(world.aws.issued).toMatchObject([
      { registry: { accountId: '123456789012', region: 'us-east-2' } },
    ]);
    expect(world.aws.calls).toMatchObject([
      { service: 'ecr', action: 'GetAuthorizationToken', region: 'us-east-2', signer: world.identities.keys },
    ]);
  });

  test.each([
    [
      '11 accounts',
      Array.from({ length: 11 }, (_, index) => String(100000000000 + index)),
      'InvalidParameterException',
    ],
    ['an account that is not 12 digits', ['12345678901'], 'InvalidParameterException'],
  ])('refuses %s', async (_what, ids, name) => {
    await expect(callEcr(world.identities.keys, ids)).rejects.toMatchObject({ name });
  });

  test('refuses unknown keys, wrong secrets, wrong session tokens and a clock that is off', async () => {
    const { keys, pod } = world.identities;
    const unknown = { name: 'UnrecognizedClientException' };
    await expect(callEcr(makeUser('123456789012', 'stranger'))).rejects.toMatchObject(unknown);
    await expect(callEcr({ ...pod, sessionToken: 'other' })).rejects.toMatchObject(unknown);
    const badSecret = callEcr({ ...keys, secretAccessKey: pod.secretAccessKey });
    await expect(badSecret).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    world.aws.clockOffsetMs = 3600_000;
    await expect(callEcr(keys)).rejects.toThrow('Signature expired');
  });

  test('denies in the words of IAM', async () => {
    world.identities.keys.denied.add('ecr:GetAuthorizationToken');
    await expect(callEcr(world.identities.keys)).rejects.toThrow(
      'User: arn:aws:iam::123456789012:user/pusher is not authorized to perform: ecr:GetAuthorizationToken on resource: *',
    );
  });

  test('shows a fault to the calls it is meant for', async () => {
    world.aws.faults.always(throttled(), callsOf('ecr', 'us-east-1'));
    await expect(callEcr(world.identities.keys, undefined, 'us-east-1')).rejects.toThrow('Rate exceeded');
    expect((await callEcr(world.identities.keys)).authorizationData).toHaveLength(1);
  });
});

describe('the proxy', () => {
  test('asks for its login, and passes on what carries it', async () => {
    const url = new URL(await world.startProxy({ username: 'me', password: 'p w' }));
    expect(url.password).toBe('p%20w');
    const get = (headers: Record<string, string>): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const options = {
          host: url.hostname,
          port: url.port,
          path: world.agent.credentialsUri,
          headers,
          agent: false,
        };
        request(options, (reply) => resolve(reply.resume().statusCode))
          .on('error', reject)
          .end();
      });
    expect(await get({})).toBe(407);
    const login = `Basic ${Buffer.from('me:p w').toString('base64')}`;
    expect(await get({ 'proxy-authorization': login, authorization: token(), host: '127.0.0.1' })).toBe(200);
    const [asked] = world.agent.requests;
    expect(world.proxy?.made(asked?.callerPort ?? 0)).toBe(true);
    expect(asked?.headers['proxy-authorization']).toBeUndefined();
    expect(world.proxy?.requests.map(({ kind }) => kind)).toEqual(['request', 'request']);
  });
});

describe('services over TLS', () => {
  const tlsWorld = useWorld({ awsOverTls: true });

  test('the proxy leads the real names of AWS to services over TLS that have a certificate for them', async () => {
    const proxy = new URL(await tlsWorld.startProxy());
    const name = 'ecr-fips.us-east-1.api.aws';
    const connecting = request({
      host: proxy.hostname,
      port: proxy.port,
      method: 'CONNECT',
      path: `${name}:443`,
    });
    connecting.end();
    const [reply, tunnel] = (await once(connecting, 'connect')) as [IncomingMessage, Socket];
    expect(reply.statusCode).toBe(200);
    const ca = readFileSync(tlsWorld.authority?.file ?? '');
    const secured = connect({ socket: tunnel, servername: name, ca });
    await once(secured, 'secureConnect');
    secured.write(`POST / HTTP/1.1\r\nhost: ${name}\r\nx-amz-target: X.Y\r\ncontent-length: 0\r\n\r\n`);
    await once(secured, 'data');
    secured.destroy();
    const [call] = tlsWorld.aws.calls;
    expect(call?.host).toBe(name);
    expect(tlsWorld.proxy?.made(call?.callerPort ?? 0)).toBe(true);
    expect(tlsWorld.proxy?.requests).toMatchObject([{ kind: 'tunnel', host: name, port: 443 }]);
  });
});

test('a pod has the variables and the token file that the webhook gives it', () => {
  const env = world.podIdentityEnv();
  expect(env).toMatchObject({ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1' });
  expect(readFileSync(env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] ?? '', 'utf8').split('.')).toHaveLength(
    3,
  );
});
