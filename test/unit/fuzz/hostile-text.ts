import fc from 'fast-check';

/** Pieces of commands, in both of the runner's forms, and of what can stand before one. */
const PIECES = [
  '::',
  ':',
  '##[',
  '##',
  '[',
  ']',
  'add-path',
  'set-env name=A',
  'error',
  'stop-commands',
  'evil',
  ' ',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '%0A',
  '%0D',
  '%25',
  '\u0000',
  '\u0008',
  '\u001b[31m',
  '\u001b[2K',
  '\u001b',
  '\u009b1m',
  '\u0085',
  '\u00a0',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\ud800',
];

/** Texts from outside: any characters, lone surrogates and controls among them, and pieces of commands put together. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join('')),
  fc
    .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 10 })), {
      maxLength: 20,
    })
    .map((pieces) => pieces.join('')),
);
