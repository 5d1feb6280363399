import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CREDENTIAL_ORDER } from '../../../src/identity/credential-order.ts';
import { repository } from '../../harness/paths.ts';

test("README's table of credentials is the order in the code", () => {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const [, section = ''] = readme.split(/^## Which credentials are used$/m);
  const rows = section.split(/^## /m, 1)[0]?.match(/^\| \d+ \|.*$/gm) ?? [];
  expect(rows).toEqual(
    CREDENTIAL_ORDER.map(({ when, used }, index) => `| ${index + 1} | ${when} | ${used} |`),
  );
});
