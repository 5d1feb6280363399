import { redactForms } from './redaction.ts';

/** Longest piece of foreign text that is quoted, in UTF-16 code units. Whole error texts of AWS and docker fit. */
const LONGEST_QUOTE = 2_000;

/** Longest text that is printed at once, in UTF-16 code units: errors of many registries fit, a flood does not. */
const LONGEST_TEXT = 64 * 1024;

// C0 and C1 controls, ANSI escapes' ESC and CSI among them, and the line and paragraph separators.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: an ANSI escape sequence begins with a control character
const ANSI_SEQUENCE = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/g;

/**
 * Makes text from outside (a service, a container client, an input) fit to stand inside one line of the log:
 * no line breaks, no terminal sequences, no endless text, and nothing that has the form of a secret. That is looked for
 * here, before other text stands beside it: a secret that has no end would reach into that.
 */
export function singleLine(text: string): string {
  const line = cut(text, 4 * LONGEST_QUOTE)
    .replace(ANSI_SEQUENCE, '')
    .replace(CONTROL, ' ')
    .trim();
  return cut(redactForms(line), LONGEST_QUOTE);
}

/**
 * A text of at most so many UTF-16 code units, with `…` where it is cut. The last word is left out there: it may be a
 * part of a secret, which cannot be told any more.
 */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  let end = longest;
  // From the end, one look at each place: a pattern (`\S*$`) would look again from every place of a long word.
  while (end > 0 && /\S/.test(text.charAt(end - 1))) end -= 1;
  return `${text.slice(0, end)}…`;
}

/**
 * Takes the power of a command from every line of a text that is about to be printed, keeping its own line breaks, and
 * cuts it where it has no end.
 * The runner reads a command where a line begins with `::` (after spaces, too) and at `##[` anywhere.
 */
export function withoutCommands(text: string): string {
  return cut(text, LONGEST_TEXT)
    .split('\n')
    .map((line) => line.replace(ANSI_SEQUENCE, '').replace(CONTROL, ' '))
    .map((line) => line.replace(/##\[/g, '# #[').replace(/^(\s*):(?=:)/, '$1: '))
    .join('\n');
}
