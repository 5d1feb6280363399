import type { InterpretedLine } from './workflow-commands.ts';

/** Base64 of a value, of the value less its first byte, and less its first two. */
function base64Shifts(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2]
    .filter((shift) => bytes.length > shift)
    .map((shift) => bytes.subarray(shift).toString('base64'));
}

/** The forms of a secret that the runner masks: as it is, as JSON, as part of a URI, and in base64. */
export function maskedForms(value: string): string[] {
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), ...base64Shifts(value)];
}

/** The values that an add-mask command registers: the whole and, of several lines, each. */
export function maskedValues(message: string): string[] {
  return [message, ...message.split(/\r\n|\n|\r/)].filter((value) => value.trim() !== '');
}

/** The runner's masks, which grow as a step goes on. */
export class Masks {
  readonly values = new Set<string>();
  #forms: string[] = [];

  add(message: string): void {
    for (const value of maskedValues(message)) {
      this.values.add(value);
      this.#forms.push(...maskedForms(value));
    }
    // The longest first, so that a mask that holds another one is not cut in two.
    this.#forms.sort((one, other) => other.length - one.length);
  }

  apply(text: string): string {
    return this.#forms.reduce(
      (masked, form) => (masked.includes(form) ? masked.replaceAll(form, '***') : masked),
      text,
    );
  }
}

/** A line of the log as the runner shows it. */
export interface LogLine {
  kind: 'text' | 'error' | 'warning' | 'notice' | 'debug' | 'group' | 'endgroup';
  text: string;
}

const SHOWN = new Set<string>(['error', 'warning', 'notice', 'debug', 'group', 'endgroup']);

/**
 * Makes the log of a step: commands acted on and taken out, secrets replaced by `***` from their mask on, debug lines
 * only with debug logging on.
 */
export function renderLog(lines: InterpretedLine[], masks: Masks, showsDebug: boolean): LogLine[] {
  const log: LogLine[] = [];
  for (const { line, command } of lines) {
    if (command === undefined) {
      log.push({ kind: 'text', text: masks.apply(line.text) });
    } else if (command.name === 'add-mask') {
      masks.add(command.message);
    } else if (SHOWN.has(command.name) && (showsDebug || command.name !== 'debug')) {
      log.push({ kind: command.name as LogLine['kind'], text: masks.apply(command.message) });
    }
  }
  return log;
}

/** A log as text, each kind marked as the runner marks it. */
export function logText(log: LogLine[]): string {
  return log.map(({ kind, text }) => (kind === 'text' ? text : `##[${kind}]${text}`)).join('\n');
}
