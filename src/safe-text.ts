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
 * no line breaks, no terminal sequences, no endless text.
 */
export function singleLine(text: string): string {
  const bounded = text.length > 4 * LONGEST_QUOTE ? text.slice(0, 4 * LONGEST_QUOTE) : text;
  const line = bounded.replace(ANSI_SEQUENCE, '').replace(CONTROL, ' ').trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}

/**
 * Takes the power of a command from every line of a text that is about to be printed, keeping its own line breaks, and
 * cuts it where it has no end.
 * The runner reads a command where a line begins with `::` (after spaces, too) and at `##[` anywhere.
 */
export function withoutCommands(text: string): string {
  const bounded = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return bounded
    .split('\n')
    .map((line) => line.replace(ANSI_SEQUENCE, '').replace(CONTROL, ' '))
    .map((line) => line.replace(/##\[/g, '# #[').replace(/^(\s*):(?=:)/, '$1: '))
    .join('\n');
}
