import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { runInNamespace } from '../harness/namespace.ts';
import { repository } from '../harness/paths.ts';
import { describeReal, NAMESPACE_PARTS, type RealPart } from '../harness/real-parts.ts';
import type { SeedCase } from './scenarios/seed-case.ts';

const SCENARIO = join(repository, 'test', 'end-to-end', 'scenarios', 'seed-case.ts');
const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const PARTS: RealPart[] = [...NAMESPACE_PARTS, 'docker-registry', 'htpasswd', 'oras', 'skopeo'];

describe('EKS Pod Identity under its real names, with real clients and a real registry', () => {
  describeReal('IPv4 agent', PARTS, () => {
    expectSeedCase(false, '169.254.170.23');
  });
  describeReal('IPv6 agent', [...PARTS, 'ipv6'], () => {
    expectSeedCase(true, '[fd00:ec2::23]');
  });
});

function expectSeedCase(ipv6: boolean, agentHost: string): void {
  let seen: SeedCase;

  beforeAll(async () => {
    seen = await runInNamespace<SeedCase>(SCENARIO, { ipv6, realRegistries: [HOST] });
  }, 60_000);

  test('the step logs in with the credentials of the pod', () => {
    expect(seen.main).toMatchObject({ exitCode: 0, outputs: { registry: HOST } });
    expect(seen.agentHosts).toEqual([agentHost]);
    expect(seen.apiHosts).toEqual(['api.ecr.eu-west-1.amazonaws.com']);
    expect(seen.signer).toMatch(/^arn:aws:sts::123456789012:assumed-role\/pod-role\//);
  });

  test('real clients push with the login that docker keeps', () => {
    expect(seen.pushes).toEqual({ oras: '', skopeo: '' });
  });

  test('the post step takes the login away', () => {
    expect(seen.post.exitCode).toBe(0);
    expect(seen.loginsLeft).toEqual([]);
    expect(seen.pushAfterLogout).toMatch(/credential/);
  });
}
