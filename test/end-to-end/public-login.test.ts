import { expect } from '@jest/globals';
import { testReal } from '../harness/real-parts.ts';
import { useWorld } from '../harness/use-world.ts';

const test = testReal('docker', 'linux');
const world = useWorld({ realRegistryNames: true });

test.each(['public', 'Public', 'PUBLIC'])(
  'registry-type %s: ECR Public in us-east-1, and registries is ignored',
  async (type) => {
    const inputs = { 'registry-type': type, registries: '123456789012' };
    const main = await world.main({ env: world.podIdentityEnv(), inputs });
    expect(main.exitCode).toBe(0);
    expect(world.aws.calls.map(({ service, region }) => [service, region])).toEqual([
      ['ecr-public', 'us-east-1'],
    ]);
    const [issued] = world.aws.issued;
    expect(main.outputs).toEqual({
      registry: 'public.ecr.aws',
      registries: '["public.ecr.aws"]',
      'expires-at': expect.any(String),
      docker_username_public_ecr_aws: 'AWS',
      docker_password_public_ecr_aws: issued?.password,
    });
    expect(Object.keys(world.dockerLogins())).toEqual(['public.ecr.aws']);
    const post = await world.post(main);
    expect(post.exitCode).toBe(0);
    expect(world.dockerLogins()).toEqual({});
  },
);

test('public needs no region', async () => {
  const env = { ...world.keysEnv(), AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };
  const main = await world.main({ env, inputs: { 'registry-type': 'public' } });
  expect(main.exitCode).toBe(0);
});

test('registry-type private in any case is ECR', async () => {
  const main = await world.main({ env: world.podIdentityEnv(), inputs: { 'registry-type': 'PRIVATE' } });
  expect(main.exitCode).toBe(0);
  expect(world.aws.calls.map(({ service }) => service)).toEqual(['ecr']);
});
