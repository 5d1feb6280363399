import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Redactor } from '../../../src/runner/redaction.ts';
import { SEED } from '../../harness/seed.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test(`a known secret is taken out of the base64 of a longer text, wherever it begins there (seed ${SEED})`, () => {
  const unit = fc.constantFrom(...'abcXYZ019+/=-_.~');
  const secrets = fc.string({ unit, minLength: 8, maxLength: 700, size: 'max' });
  fc.assert(
    fc.property(secrets, fc.string(), fc.string(), (secret, before, behind) => {
      const redactor = new Redactor();
      redactor.add(secret);
      const written = base64(before + secret + behind);
      // What may be left is what it shares with the texts around it.
      const left = redactor.redact(`x ${written} x`).match(/[\w+/=]+/g) ?? [];
      const longest = Math.ceil((Buffer.byteLength(before) + 2) / 3) * 4;
      const rest = Math.ceil((Buffer.byteLength(behind) + 2) / 3) * 4;
      expect(left.join('').length).toBeLessThanOrEqual(longest + rest + 2);
    }),
    { seed: SEED },
  );
});
