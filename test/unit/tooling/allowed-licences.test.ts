import { describe, expect, test } from '@jest/globals';
import { refuseOtherLicences } from '../../../scripts/allowed-licences.ts';

const lockFile = (license: unknown, dev?: boolean) => ({
  packages: {
    '': { license: 'UNLICENSED' },
    'node_modules/good': { license: 'MIT' },
    'node_modules/other': { license, ...(dev !== undefined && { dev }) },
  },
});

describe('the licence of a runtime dependency', () => {
  test.each(['MIT', 'ISC', 'Apache-2.0', 'BSD-3-Clause', '0BSD'])('%s is allowed', (license) => {
    expect(() => refuseOtherLicences(lockFile(license))).not.toThrow();
  });

  test.each(['GPL-3.0-only', 'MIT OR GPL-3.0-only', 'UNLICENSED', undefined, { type: 'MIT' }])(
    '%j stops the build',
    (license) => {
      expect(() => refuseOtherLicences(lockFile(license))).toThrow(
        /^Licences that are not allowed in the bundle: node_modules\/other: /,
      );
    },
  );

  test('of a development dependency may be any', () => {
    expect(() => refuseOtherLicences(lockFile('GPL-3.0-only', true))).not.toThrow();
  });
});
