import * as core from '@actions/core';
import { nameSettings } from './job-hook.ts';

// The only writer of the job's log. What it prints cannot issue a workflow command, and contains no known secret.

/** Longest piece of foreign text that is quoted, in UTF-16 code units. Whole messages of AWS and docker fit. */
const LONGEST_LINE = 2_000;
/** Longest text that is printed at once. */
const LONGEST_TEXT = 64 * 1024;
/** Whole lines. Of an error of more than 4,096 characters, the runner (2.336.0, `AddIssue`) drops the rest. */
const ERROR_PARTS = /.{1,4000}(?:\n|$)|.{1,4000}/gs;
/** A shorter secret cannot be told from a word. */
const SHORTEST_SECRET = 8;

/** All known secrets, as they are, URI-encoded and in base64. */
let secrets: readonly string[] = [];

/** Writes one line. */
export const info = (text: string): void => core.info(printable(singleLine(text)));

/** Writes a warning, which GitHub also shows on the page of the run. Each text is one line of it. */
export const warning = (...texts: readonly string[]): void =>
  core.warning(printable(texts.map(singleLine).join('\n')));

/** Writes a line that is shown only if the job runs with debug logging. */
export const debug = (text: string): void => core.debug(printable(text));

/** Writes an error and marks the step as failed. The stack of the error goes to the debug log. */
export function failed(message: string, error: unknown): void {
  for (const part of printable(message).match(ERROR_PARTS) ?? []) core.error(part.trimEnd());
  process.exitCode = 1;
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    debug(cause.stack ?? cause.message);
}

/** Has the runner mask a secret for the whole job, inside of words, too: one such as `test`, of an emulator, is too short. */
export function mask(secret: string, shortest = SHORTEST_SECRET): void {
  hide(secret);
  if (secret.length >= shortest) core.setSecret(secret);
}

/** Keeps secrets out of what this action prints, without a mask: the mask of a secret that nobody prints is noise. */
export function hide(...texts: readonly (string | undefined)[]): void {
  const forms = texts
    .map((text = '') => text.trim())
    .filter((text) => text.length >= SHORTEST_SECRET)
    .flatMap((text) => [
      text,
      encodeURIComponent(text.toWellFormed()),
      Buffer.from(text).toString('base64'),
    ]);
  // A secret can contain another one, which must not break it up.
  secrets = [...new Set([...secrets, ...forms])].sort((one, other) => other.length - one.length);
}

/** Makes text from outside (a service, a client, an input) fit for one line of the log: short, and without secrets. */
export function singleLine(text: string): string {
  return cut(withoutSecrets(withoutControls(cut(text, 4 * LONGEST_LINE))).trim(), LONGEST_LINE);
}

/** The runner takes a command from a line that begins with `::`, and from `##[` anywhere. */
function printable(text: string): string {
  return cut(text, LONGEST_TEXT)
    .split('\n')
    .map((line) => withoutSecrets(withoutControls(nameSettings(line))))
    .map((line) => line.replaceAll('##[', '# #[').replace(/^(\s*):(?=:)/, '$1: '))
    .join('\n');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ANSI_SEQUENCE = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

const withoutControls = (text: string): string =>
  text.replace(ANSI_SEQUENCE, '').replace(CONTROL_CHARACTERS, ' ');

/** What is secret by its form: a JSON Web Token, user and password in a URL, the ID of an ECS task's credentials. */
const SECRET_FORMS: readonly (readonly [form: RegExp, instead: string])[] = [
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, '***'],
  [/(\w:\/\/)[^\s/]+@/g, '$1***@'],
  [/(\/v\d\/credentials(?:\/|\?id=))[\w-]+/g, '$1***'],
  // Node quotes the text that it could not parse.
  [/Unexpected token .{0,80}? is not valid JSON/g, 'Unexpected token, not valid JSON'],
];

function withoutSecrets(text: string): string {
  let shown = text;
  for (const secret of secrets) shown = shown.replaceAll(secret, '***');
  for (const [form, instead] of SECRET_FORMS) shown = shown.replace(form, instead);
  return shown;
}

/** Shortens a text. The word at the end is left out: it can be a part of a secret. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  let end = longest;
  while (end > 0 && /\S/.test(text.charAt(end - 1))) end -= 1;
  return `${text.slice(0, end)}…`;
}
