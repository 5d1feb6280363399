import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runInNamespace } from '../harness/namespace.ts';
import type { NamespaceOptions } from '../harness/namespace-world.ts';
import { repository } from '../harness/paths.ts';
import { describeReal, NAMESPACE_PARTS } from '../harness/real-parts.ts';
import type { ScenarioName, SeenStep } from './scenarios/real-addresses.ts';

const SCENARIOS = join(repository, 'test', 'end-to-end', 'scenarios', 'real-addresses.ts');

function run(name: ScenarioName, options: NamespaceOptions = {}): Promise<SeenStep> {
  return runInNamespace<SeenStep>(SCENARIOS, options, name);
}

describeReal('which credentials are used, at the real addresses', NAMESPACE_PARTS, () => {
  test('of both container variables the SDK takes the relative one, and the log says what is asked', async () => {
    const { errors, log, signers } = await run('both container variables', { ecs: true });
    expect(errors).toEqual([]);
    expect(signers).toEqual(['task-role']);
    expect(log).toContain(
      'Using credentials from the container credentials endpoint http://169.254.170.2/v2/credentials/***',
    );
    expect(log).toContain('is set too and takes precedence: http://169.254.170.2/v2/credentials/***');
  });

  test('the relative variable alone is the business of the default chain', async () => {
    const { errors, log, signers } = await run('the relative variable alone', { ecs: true });
    expect(errors).toEqual([]);
    expect(signers).toEqual(['task-role']);
    expect(log).toContain(
      'Using credentials from the container credentials endpoint http://169.254.170.2/v2/credentials/***',
    );
  });

  test('the credentials endpoint of ECS is never asked through a proxy', async () => {
    const { exitCode, errors, throughProxy } = await runInNamespace<SeenStep & { throughProxy: string[] }>(
      SCENARIOS,
      { ecs: true },
      'no credentials at the relative variable, where a proxy is set',
    );
    expect(exitCode).toBe(1);
    expect(errors.join()).toContain('no such credentials');
    expect(throughProxy).toEqual([]);
  });

  test('the warning about the role of the node names the pod', async () => {
    const { warnings, signers } = await run('the node of a pod');
    expect(signers).toEqual(['node-role']);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('service account lonely, namespace arc-runners');
    expect(warnings[0]).toContain('--namespace arc-runners --service-account lonely --role-arn');
  });

  test('the warning about the role of the node names the namespace of a pod without a token', async () => {
    const { warnings } = await run('the node of a pod without a token');
    expect(warnings).toEqual([expect.stringContaining('--namespace arc-runners --service-account <')]);
  });

  test('the error for no credentials names the pod, too', async () => {
    const { exitCode, errors } = await run('no credentials in a pod');
    expect(exitCode).toBe(1);
    expect(errors.join()).toContain('--namespace arc-runners --service-account lonely --role-arn');
  });

  test('the caller account is checked against those allowed', async () => {
    const { own, other } = await runInNamespace<Record<'own' | 'other', SeenStep>>(
      SCENARIOS,
      {},
      'accounts allowed',
    );
    expect(own.errors).toEqual([]);
    expect(own.log).toContain('Caller account: 123456789012');
    expect(other.errors.join()).toContain(
      'The caller account is 123456789012; allowed-account-ids allows 111122223333',
    );
  });
});

describeReal('failures, at the real addresses', NAMESPACE_PARTS, () => {
  test("with the SDK's own order, the agent's message is not hidden by the older provider's", async () => {
    const { errors } = await run("the SDK's own order");
    expect(errors.join()).toContain('http://169.254.170.23/v1/credentials responded with HTTP 404');
    expect(errors.join()).toContain('service account build in namespace arc-runners');
    expect(errors.join()).not.toContain('is not a valid container metadata service hostname');
  });

  test('a region that does not exist', async () => {
    const { errors } = await run('a region that does not exist');
    expect(errors.join()).toContain('ENOTFOUND api.ecr.eu-west-9.amazonaws.com');
    expect(errors.join()).toContain("the region 'eu-west-9' does not exist");
    expect(errors.join()).toContain('nslookup api.ecr.eu-west-9.amazonaws.com');
  });

  test('FIPS at ECR Public, which has no such endpoint, is explained', async () => {
    const { errors } = await run('FIPS at ECR Public');
    expect(errors.join()).toContain('ENOTFOUND api.ecr-public-fips.us-east-1.amazonaws.com');
    expect(errors.join()).toContain('Likely cause: Amazon ECR Public has no FIPS endpoint');
    expect(errors.join()).toContain("AWS_USE_FIPS_ENDPOINT: 'false'");
  });

  test('a response that names a host which is not one of ECR is refused before any login', async () => {
    const { errors, toolRuns } = await run('a host that is not one of ECR');
    expect(errors.join()).toContain(
      "names 'ghcr.io', which is not a registry of Amazon ECR.\nLikely cause: ",
    );
    expect(toolRuns).toBe(0);
  });

  test('no route to the agent', async () => {
    const { errors, log } = await run('no route to the agent');
    expect(errors.join()).toContain('ENETUNREACH 169.254.170.23:80');
    expect(errors.join()).toContain('kubectl -n kube-system get daemonset eks-pod-identity-agent');
    expect(log).toContain('not reachable yet');
  });

  test('packets to the agent that are dropped show as a time-out', async () => {
    const { errors } = await run('packets to the agent dropped');
    expect(errors.join()).toContain('http://169.254.170.23/v1/credentials: no response within 12 s');
    expect(errors.join()).toContain('toEntities: [host]');
  });
});
