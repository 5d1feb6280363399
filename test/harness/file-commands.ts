import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILES = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'] as const;
type FileName = (typeof FILES)[number];

/** What a step wrote to the runner's files. */
export interface FileCommands {
  outputs: Record<string, string>;
  state: Record<string, string>;
  exportedEnv: Record<string, string>;
  paths: string[];
  summary: string;
}

/**
 * Reads a file of `name=value` lines and of `name<<delimiter` blocks, as the runner does. A later value of a name
 * wins. Throws where the runner would fail the step.
 */
export function parseKeyValueFile(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const block = /^([^=]*?)<<(.+)$/.exec(line);
    const pair = /^([^=]+)=(.*)$/s.exec(line);
    if (block !== null) {
      const [, name = '', delimiter = ''] = block;
      const end = lines.indexOf(delimiter, index + 1);
      if (end === -1) {
        throw new Error(`no line "${delimiter}" ends the value of "${name}"`);
      }
      values[name] = lines.slice(index + 1, end).join('\n');
      index = end;
    } else if (pair !== null) {
      values[pair[1] ?? ''] = pair[2] ?? '';
    } else if (line !== '') {
      throw new Error(`neither a value nor a block: "${line}"`);
    }
  }
  return values;
}

/** The files that the runner gives to one step. */
export class FileCommandFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
    for (const name of FILES) {
      writeFileSync(this.#path(name), '', { mode: 0o600 });
    }
  }

  /** The variables that name the files. */
  get env(): Record<string, string> {
    return Object.fromEntries(FILES.map((name) => [`GITHUB_${name}`, this.#path(name)]));
  }

  /** Reads what the step left in them. */
  read(): FileCommands {
    return {
      outputs: parseKeyValueFile(this.#text('OUTPUT')),
      state: parseKeyValueFile(this.#text('STATE')),
      exportedEnv: parseKeyValueFile(this.#text('ENV')),
      paths: this.#text('PATH')
        .split(/\r?\n/)
        .filter((path) => path !== ''),
      summary: this.#text('STEP_SUMMARY'),
    };
  }

  #path(name: FileName): string {
    return join(this.#directory, `github_${name.toLowerCase()}`);
  }

  #text(name: FileName): string {
    return readFileSync(this.#path(name), 'utf8');
  }
}
