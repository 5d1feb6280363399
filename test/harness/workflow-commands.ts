/** A line that a step prints, and the workflow command in it, if any. */
export interface OutputLine {
  stream: string;
  text: string;
  command?: { name: string; message: string };
}

// The names that the runner knows (github.com/actions/runner, Runner.Worker/ActionCommandManager.cs
// and its extensions). A line with another name is plain text.
const COMMANDS = new Set([
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'internal-set-repo-path',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning',
]);

/**
 * `::name::message` at the start of a line, or the older form, `##[name]message`, anywhere in it.
 */
const FORMS = [/^\s*::(.*?)::(.*)$/s, /##\[(.*?)\](.*)$/s];

/** Finds the workflow command in a line, as the runner does. */
export function withCommand(line: OutputLine): OutputLine {
  for (const form of FORMS) {
    const [, info = '', message = ''] = form.exec(line.text) ?? [];
    const name = (info.split(' ')[0] ?? '').toLowerCase();

    if (COMMANDS.has(name)) return { ...line, command: { name, message: unescaped(message) } };
  }

  return line;
}

function unescaped(message: string) {
  return message.replace(/%0D/gi, '\r').replace(/%0A/gi, '\n').replace(/%25/g, '%');
}

/** Cuts text into lines where the runner does. */
export function splitLines(text: string) {
  const lines = text.split(/\r\n|\n|\r/);

  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/**
 * The forms of a secret that the runner masks: plain, as JSON, as part of a URI, and in base64 at
 * each of the three places where the secret can begin.
 */
export function maskedForms(value: string) {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].map((shift) => bytes.subarray(shift).toString('base64'));

  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value.toWellFormed()),
    ...base64.filter((form) => form !== ''),
  ];
}

/** The runner's masks. A step adds to them as it runs. */
export class Masks {
  values = new Set<string>();
  #forms: string[] = [];

  /** Registers a value. If the value has several lines, each line is masked, too. */
  add(message: string) {
    const values = [message, ...splitLines(message)].filter((value) => value.trim() !== '');

    for (const value of values) {
      this.values.add(value);
      this.#forms.push(...maskedForms(value));
    }

    // The longest first, so that a mask that contains another one is not cut in two.
    this.#forms.sort((one, other) => other.length - one.length);
  }

  apply(text: string) {
    return this.#forms.reduce((masked, form) => masked.replaceAll(form, '***'), text);
  }
}

/** A line of the log as the runner shows it. Its kind is the name of its command, or `text`. */
export type LogLine = { kind: string; text: string };

/** The commands whose message is in the log. */
export const SHOWN = new Set(['error', 'warning', 'notice', 'debug', 'group', 'endgroup']);

/** The log of a step. After a secret is masked, it is shown as `***`. */
export function renderLog(lines: OutputLine[], masks: Masks, showsDebug: boolean) {
  return lines.flatMap(({ text, command }) => {
    if (command === undefined) return [{ kind: 'text', text: masks.apply(text) }];
    if (command.name === 'add-mask') masks.add(command.message);

    const isShown = SHOWN.has(command.name) && (showsDebug || command.name !== 'debug');
    return isShown ? [{ kind: command.name, text: masks.apply(command.message) }] : [];
  });
}
