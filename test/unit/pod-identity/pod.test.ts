import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readPod, runsInPod } from '../../../src/pod-identity/pod.ts';

let mounted = '';
beforeEach(async () => {
  mounted = await mkdtemp(join(tmpdir(), 'serviceaccount-'));
});
afterEach(() => rm(mounted, { recursive: true }));

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('the pod', () => {
  test('is told by the variable that Kubernetes sets', () => {
    expect(runsInPod({ KUBERNETES_SERVICE_HOST: '10.0.0.1' })).toBe(true);
    expect(runsInPod({ KUBERNETES_SERVICE_HOST: '' })).toBe(false);
  });

  test('names its namespace and service account', async () => {
    await writeFile(join(mounted, 'namespace'), 'arc-runners');
    const claims = encode({ sub: 'system:serviceaccount:arc-runners:build' });
    await writeFile(join(mounted, 'token'), `${encode({})}.${claims}.x`);
    expect(await readPod(mounted)).toEqual({ namespace: 'arc-runners', serviceAccount: 'build' });
  });

  test('names what is there', async () => {
    await writeFile(join(mounted, 'namespace'), 'arc-runners\n');
    expect(await readPod(mounted)).toEqual({ namespace: 'arc-runners' });
  });

  test('does not pass on what is no name', async () => {
    await writeFile(join(mounted, 'namespace'), '$(rm -rf /)');
    await writeFile(join(mounted, 'token'), 'no token');
    expect(await readPod(mounted)).toEqual({});
  });

  test('may have nothing mounted', async () => {
    expect(await readPod(join(mounted, 'none'))).toEqual({});
  });
});
