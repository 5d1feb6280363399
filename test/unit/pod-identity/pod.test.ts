import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readPod } from '../../../src/pod-identity/pod.ts';

let serviceAccount = '';
let resolvConf = '';
beforeEach(async () => {
  serviceAccount = await mkdtemp(join(tmpdir(), 'serviceaccount-'));
  resolvConf = join(serviceAccount, 'resolv.conf');
});
afterEach(() => rm(serviceAccount, { recursive: true }));

const read = (environment = {}) => readPod(environment, { serviceAccount, resolvConf });

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (claims: unknown) => `${encode({})}.${encode(claims)}.x`;
const write = (name: string, text: string) => writeFile(join(serviceAccount, name), text);
const SEARCH =
  'search arc-runners.svc.cluster.local svc.cluster.local cluster.local eu-west-1.compute.internal';

describe('the pod', () => {
  test('is named by its mounted service account', async () => {
    await write('namespace', 'other');
    await write('token', token({ sub: 'system:serviceaccount:arc-runners:build' }));
    expect(await read()).toEqual({ namespace: 'arc-runners', serviceAccount: 'build' });
  });

  test('is named by its IRSA token', async () => {
    const file = join(serviceAccount, 'irsa');
    await write('irsa', token({ sub: 'system:serviceaccount:arc-runners:build' }));
    expect(await read({ AWS_WEB_IDENTITY_TOKEN_FILE: file })).toEqual({
      namespace: 'arc-runners',
      serviceAccount: 'build',
    });
  });

  test('has its namespace in a file', async () => {
    await write('namespace', 'arc-runners\n');
    expect(await read()).toEqual({ namespace: 'arc-runners' });
  });

  test.each(['arc runners', 'arc-runners x', 'x\narc-runners', 'Arc'])(
    'has no namespace in a file with another text: %j',
    async (text) => {
      await write('namespace', text);
      expect(await read()).toEqual({});
    },
  );

  test('has its namespace in the search domains, whatever the blanks', async () => {
    await write('resolv.conf', 'search \t arc-runners.svc.cluster.local\n');
    expect(await read()).toEqual({ namespace: 'arc-runners' });
  });

  test('has its namespace in the search domains, also without a mounted service account', async () => {
    await write('resolv.conf', `nameserver 10.100.0.10\n${SEARCH}\noptions ndots:5\n`);
    expect(await read()).toEqual({ namespace: 'arc-runners' });
  });

  test.each(['search svc.cluster.local', 'search example.com', '# search arc-runners.svc.cluster.local'])(
    'has no namespace in other search domains: %s',
    async (line) => {
      await write('resolv.conf', `${line}\n`);
      expect(await read()).toEqual({});
    },
  );

  test('has its name in HOSTNAME, which is the name of a container elsewhere', async () => {
    const environment = { KUBERNETES_SERVICE_HOST: '10.100.0.1', HOSTNAME: 'arc-dind-x7k2p-runner-9vq4z' };
    expect(await read(environment)).toEqual({ pod: 'arc-dind-x7k2p-runner-9vq4z' });
    expect(await read({ HOSTNAME: '3f1c0a9d27be' })).toEqual({});
  });

  test('has no name that Kubernetes does not allow', async () => {
    await write('namespace', '$(rm -rf /)');
    await write('token', 'no token');
    expect(await read()).toEqual({});
  });

  test('can have nothing mounted', async () => {
    const files = { serviceAccount: join(serviceAccount, 'none'), resolvConf };
    expect(await readPod({}, files)).toEqual({});
  });
});
