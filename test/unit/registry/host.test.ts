import { expect, test } from '@jest/globals';
import { parsePrivateHost } from '../../../src/registry/host.ts';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

test('a host of Amazon ECR has nothing before and nothing behind it, line breaks included', () => {
  expect(parsePrivateHost(HOST)).toMatchObject({ accountId: '123456789012', region: 'eu-west-1' });
  for (const host of [`${HOST}\n`, `\n${HOST}`, `${HOST}\nx`, `x\n${HOST}`]) {
    expect([host, typeof parsePrivateHost(host)]).toEqual([host, 'string']);
  }
});

test.each(['evilamazonaws.com', 'elb.amazonaws.com', 'amazonaws.com.example', 'amazonaws.com.cn'])(
  'a host that ends in %s is not one of Amazon ECR in eu-west-1',
  (suffix) => {
    expect(parsePrivateHost(`123456789012.dkr.ecr.eu-west-1.${suffix}`)).toContain(
      "is not a host of Amazon ECR: hosts in region eu-west-1 end in '.dkr.ecr.eu-west-1.amazonaws.com'",
    );
  },
);
