import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runInNamespace } from '../harness/namespace.ts';
import { repository } from '../harness/paths.ts';
import { describeReal, NAMESPACE_PARTS } from '../harness/real-parts.ts';
import type { BuildxReads } from './scenarios/buildx.ts';

const SCENARIO = join(repository, 'test', 'end-to-end', 'scenarios', 'buildx.ts');
const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

describeReal('docker buildx', [...NAMESPACE_PARTS, 'buildx', 'docker-registry', 'htpasswd', 'skopeo'], () => {
  test('finds the login where DOCKER_CONFIG leads, until the job ends', async () => {
    const refused = expect.stringMatching(/401|authori[sz]ation|credentials/);
    expect(await runInNamespace<BuildxReads>(SCENARIO, { realRegistries: [HOST] })).toEqual({
      afterMain: '',
      afterPost: refused,
      inTheJob: '',
      besideTheJob: refused,
    });
  });
});
