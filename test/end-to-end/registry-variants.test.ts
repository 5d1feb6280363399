import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runInNamespace } from '../harness/namespace.ts';
import { repository } from '../harness/paths.ts';
import { describeReal, NAMESPACE_PARTS, type RealPart } from '../harness/real-parts.ts';
import type { VariantParameters, VariantResult } from './scenarios/registry-variants.ts';

const SCENARIO = join(repository, 'test', 'end-to-end', 'scenarios', 'registry-variants.ts');
const [a, b] = ['123456789012', '210987654321'];

function run(steps: VariantParameters, realRegistries: string[] = []): Promise<VariantResult[]> {
  return runInNamespace<VariantResult[]>(SCENARIO, { realRegistries }, steps);
}

const PARTS: RealPart[] = [...NAMESPACE_PARTS, 'docker-registry', 'htpasswd', 'oras', 'skopeo'];

describeReal('registries of every kind under their real names', PARTS, () => {
  test('two regions, ECR Public, FIPS and dual-stack hosts in one step, and real pushes with their logins', async () => {
    const hosts = [
      `${a}.dkr.ecr.eu-west-1.amazonaws.com`,
      `${b}.dkr.ecr.eu-central-1.amazonaws.com`,
      'public.ecr.aws',
      `${a}.dkr-ecr.us-west-2.on.aws`,
      `${a}.dkr.ecr-fips.us-east-2.amazonaws.com`,
      `${b}.dkr-ecr-fips.us-east-1.on.aws`,
      'ecr-public.aws.com',
    ];
    const pushTo = [0, 3, 4, 5].map((index) => hosts[index] ?? '');
    const registries = hosts.map((host, index) => `${host}/team/app:${index}`).join(',');
    const [result] = await run([{ registries, pushTo }], pushTo);

    expect(result).toMatchObject({ exitCode: 0, errors: [], pushed: pushTo, afterPost: [] });
    expect(JSON.parse(result?.outputs['registries'] ?? '')).toEqual(hosts);
    expect(result?.loggedIn.toSorted()).toEqual(hosts.toSorted());
    const calls = result?.calls.toSorted((one, other) => one.host.localeCompare(other.host));
    expect(calls).toEqual([
      { host: 'api.ecr-fips.us-east-2.amazonaws.com', region: 'us-east-2', registryIds: [a] },
      { host: 'api.ecr-public.us-east-1.amazonaws.com', region: 'us-east-1' },
      { host: 'api.ecr.eu-central-1.amazonaws.com', region: 'eu-central-1', registryIds: [b] },
      { host: 'api.ecr.eu-west-1.amazonaws.com', region: 'eu-west-1', registryIds: [a] },
      { host: 'ecr-fips.us-east-1.api.aws', region: 'us-east-1', registryIds: [b] },
      { host: 'ecr-public.us-east-1.api.aws', region: 'us-east-1' },
      { host: 'ecr.us-west-2.api.aws', region: 'us-west-2', registryIds: [a] },
    ]);
  });

  test('each AWS partition, by the API in the same partition', async () => {
    const partitions: [registry: string, api: string][] = [
      [`${a}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`, 'api.ecr-fips.us-gov-west-1.amazonaws.com'],
      [`${a}.dkr-ecr.us-gov-west-1.on.aws`, 'ecr.us-gov-west-1.api.aws'],
      [`${a}.dkr.ecr.cn-north-1.amazonaws.com.cn`, 'api.ecr.cn-north-1.amazonaws.com.cn'],
      [`${a}.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn`, 'ecr.cn-north-1.api.amazonwebservices.com.cn'],
      [`${a}.dkr.ecr.eusc-de-east-1.amazonaws.eu`, 'api.ecr.eusc-de-east-1.amazonaws.eu'],
      [`${a}.dkr.ecr.us-iso-east-1.c2s.ic.gov`, 'api.ecr.us-iso-east-1.c2s.ic.gov'],
      [`${a}.dkr.ecr.us-isob-east-1.sc2s.sgov.gov`, 'api.ecr.us-isob-east-1.sc2s.sgov.gov'],
      [`${a}.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk`, 'api.ecr.eu-isoe-west-1.cloud.adc-e.uk'],
      [`${a}.dkr.ecr.us-isof-south-1.csp.hci.ic.gov`, 'api.ecr.us-isof-south-1.csp.hci.ic.gov'],
    ];
    const results = await run(partitions.map(([registries]) => ({ registries, pushTo: [] })));
    const seen = results.map(({ errors, outputs, calls }) => [errors, outputs['registry'], calls[0]?.host]);
    expect(seen).toEqual(partitions.map(([registry, api]) => [[], registry, api]));
  });
});
