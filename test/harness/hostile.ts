import type { StepResult } from './runner.ts';

/** Every command that changes something for the job, in both of the runner's forms, and what stands before a command. */
const COMMANDS = [
  '::add-path::/evil',
  '::set-env name=EVIL::evil',
  '::set-output name=evil::evil',
  '::save-state name=logins::evil',
  '::add-mask::evil',
  '::stop-commands::evil',
  '::add-matcher::/evil.json',
  '::error::evil',
  '::group::evil',
  '##[add-path]/evil',
  '##[set-env name=EVIL]evil',
  '##[error]evil',
];
const BEFORE = [
  '\n',
  '\r',
  '\r\n',
  '%0A',
  '%0D%0A',
  '\n  ',
  '\n\t',
  '\n\u00a0',
  '\u001b[2K\r',
  '\u001b[31m',
  '\u0000',
  '\u0085',
  '\u2028',
  '\n\ufeff',
  ' ',
];

/** A text that issues commands in every way that might work, wherever it is printed without care. */
export const HOSTILE_TEXT = [
  ...BEFORE.flatMap((before) => COMMANDS.map((command) => `${before}${command}`)),
  '\u001b]0;evil\u0007\u009b2J\u0008\u0008',
].join('');

/** The same on one line and without control characters: what a header, a host or a file name can hold. */
export const HOSTILE_LINE = COMMANDS.join(' %0A');

/**
 * What a hostile text has achieved in a step beyond what no step may do at all, which `requireGoodConduct` looks for;
 * nothing where all is well. Its words may be shown, but nothing of the log, of the masks, or of what later steps get may
 * be made by them.
 */
export function harmDone(result: StepResult): string[] {
  const shown = result.commands.filter(({ message }) => /^\s*evil/.test(message));
  // A key that is this text is masked, and so is each of its lines.
  const whole = [HOSTILE_TEXT, ...HOSTILE_TEXT.split(/[\r\n]+/)];
  const masks = [...result.masks].filter((mask) => mask.includes('evil') && !whole.includes(mask));
  const names = Object.keys({ ...result.outputs, ...result.state, ...result.exportedEnv });
  return [
    ...shown.map(({ name }) => `the command ${name} was issued`),
    ...masks.map(() => 'a text was masked'),
    ...names.filter((name) => /evil/i.test(name)).map((name) => `${name} was set`),
    ...result.paths.map((path) => `${path} was put on the path`),
  ];
}
