import * as core from '@actions/core';

// The only writer of the job's log. What it prints cannot issue a workflow command, and contains no
// known secret.

/** The longest foreign text that is quoted, in UTF-16 units. Messages of AWS and docker fit. */
const LONGEST_LINE = 2_000;
/** The longest text that is printed at once. */
const LONGEST_TEXT = 64 * 1024;
/**
 * Parts of an error, of whole lines. If an error is longer than 4,096 characters, the runner
 * (2.336.0, `AddIssue`) drops the rest.
 */
const ERROR_PARTS = /.{1,4000}(?:\n|$)|.{1,4000}/gs;
/** A shorter secret cannot be told from a word. */
const SHORTEST_SECRET = 8;

/** All known secrets, as they are, URI-encoded and in base64. */
const secrets = new Set<string>();
/**
 * The secrets, the longest first: if a secret contains another one, the other one must not break it
 * up. It is made when there is something to print.
 */
let inOrder: string[] | undefined;

/** Writes one line. */
export function info(text: string) {
  core.info(printable(singleLine(text)));
}

/** Writes a warning, which GitHub also shows on the page of the run. Each text is one line. */
export function warning(...texts: string[]) {
  const lines = texts.map(singleLine);

  core.warning(printable(lines.join('\n')));
}

/** Writes a line that is shown only if the job runs with debug logging. */
export function debug(text: string) {
  core.debug(printable(text));
}

/**
 * Writes an error and marks the step as failed. The stacks of all that failed, and of their causes,
 * go to the debug log.
 */
export function failed(message: string, error: unknown) {
  const parts = printable(message).match(ERROR_PARTS) ?? [];
  for (const part of parts) core.error(part.trimEnd());
  process.exitCode = 1;

  for (const one of errorsIn(error)) debug(one.stack ?? one.message);
}

/** An error, the errors that it collects, and all causes, each once: causes can form a circle. */
function errorsIn(error: unknown, found = new Set<Error>()) {
  if (!(error instanceof Error) || found.has(error)) return found;
  found.add(error);

  const collected = error instanceof AggregateError ? error.errors : [];
  for (const one of [...collected, error.cause]) errorsIn(one, found);

  return found;
}

/**
 * Has the runner mask a secret for the whole job. The runner masks it inside of words, too, so a
 * secret such as `test`, of an emulator, is too short for that.
 */
export function mask(secret: string, shortest = SHORTEST_SECRET) {
  hide(secret);

  if (secret.length >= shortest) core.setSecret(secret);
}

/** Keeps secrets out of what this action prints. If nothing else prints them, they need no mask. */
export function hide(...texts: (string | undefined)[]) {
  for (const text of texts) {
    const secret = text?.trim() ?? '';
    if (secret.length < SHORTEST_SECRET) continue;

    secrets.add(secret);
    secrets.add(encodeURIComponent(secret.toWellFormed()));
    secrets.add(Buffer.from(secret).toString('base64'));
  }
  inOrder = undefined;
}

/** Makes foreign text (of a service, a client, an input) fit for one line of the log. */
export function singleLine(text: string) {
  const start = cut(text, 16 * LONGEST_LINE);
  const line = withoutSecrets(withoutControls(start)).trim();

  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
}

/** The runner takes a command from a line that begins with `::`, and from `##[` anywhere. */
function printable(text: string) {
  const lines = cut(text, LONGEST_TEXT).split('\n');

  return lines
    .map((line) => withoutSecrets(withoutControls(line)))
    .map((line) => line.replaceAll('##[', '# #[').replace(/^(\s*):(?=:)/, '$1: '))
    .join('\n');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ANSI_SEQUENCE = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

function withoutControls(text: string) {
  return text.replace(ANSI_SEQUENCE, '').replace(CONTROL_CHARACTERS, ' ');
}

/** What is secret by its form, and what is shown in its place. */
const SECRET_FORMS: [form: RegExp, shown: string][] = [
  // A JSON Web Token.
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, '***'],
  // User and password in a URL.
  [/(\w:\/\/)[^\s/]+@/g, '$1***@'],
  // The ID of an ECS task's credentials.
  [/(\/v\d\/credentials(?:\/|\?id=))[\w-]+/g, '$1***'],
  // Node quotes the text that it could not parse.
  [/Unexpected token .{0,80}? is not valid JSON/g, 'Unexpected token, not valid JSON'],
];

function longestFirst() {
  inOrder ??= [...secrets].sort((one, other) => other.length - one.length);
  return inOrder;
}

function withoutSecrets(text: string) {
  let shown = text;
  for (const secret of longestFirst()) shown = shown.replaceAll(secret, '***');
  for (const [form, instead] of SECRET_FORMS) shown = shown.replace(form, instead);

  return shown;
}

/** Shortens a text. It leaves out the end where a part of a known secret can be. */
export function cut(text: string, longest: number) {
  if (text.length <= longest) return text;

  const [longestSecret = ''] = longestFirst();
  return `${text.slice(0, Math.max(0, longest - longestSecret.length))}…`;
}
