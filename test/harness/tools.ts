import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { harness, nodeBinary } from './paths.ts';

/** What a fake tool does when it is run. */
export interface ToolBehaviour {
  /** Only for runs whose arguments hold this word (`login`); else for any run. */
  on?: string;
  stdout?: string | Buffer;
  stderr?: string | Buffer;
  exitCode?: number;
  /** Stays until it is ended. */
  hangs?: boolean;
  /** Starts a process of its own that stays and holds the output pipes open. */
  grandchild?: boolean;
  /** Goes on when it is asked to end by SIGTERM or SIGINT. */
  ignoresSignals?: boolean;
  /** Writes or removes the entry in docker's configuration, as docker does. */
  keepsLogins?: boolean;
}

/**
 * A tool on the PATH of a step: the real one, recorded, another real one under its name, or a fake that follows a list,
 * its last entry repeated.
 */
export type Tool = 'real' | { real: string } | ToolBehaviour | ToolBehaviour[];

/** One run of a tool. */
export interface ToolRun {
  tool: string;
  argv: string[];
  env: Record<string, string>;
  pid: number;
  /** What a fake read from its standard input; a real tool reads it itself. */
  stdin?: string;
  grandchildPid?: number;
}

/** Finds a program on the PATH of the machine. */
export function findProgram(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, process.platform === 'win32' ? `${name}.exe` : name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
      } catch {
        return false;
      }
    });
}

function program(name: string): string {
  const found = findProgram(name);
  if (found === undefined) {
    throw new Error(`the tests need ${name} on the PATH`);
  }
  return found;
}

/** The name of the program that a tool really is; undefined for a fake. */
function realProgram(name: string, tool: Tool): string | undefined {
  if (tool === 'real') return name;
  return typeof tool === 'object' && 'real' in tool ? tool.real : undefined;
}

/** Quotes a text for sh. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A folder of tools that is a step's whole PATH, and theirs, and the record of their runs. Nothing of the machine is on it:
 * docker would find its credential store there, and so the keychain of whoever runs the tests.
 */
export class ToolDirectory {
  readonly path: string;
  readonly #record: string;
  readonly #realEnv: Record<string, string>;

  /** `realEnv` is added to the environment of real tools, after theirs has been recorded. */
  constructor(directory: string, realEnv: Record<string, string> = {}) {
    this.path = join(directory, 'bin');
    this.#record = join(directory, 'runs');
    this.#realEnv = realEnv;
    mkdirSync(this.path, { recursive: true });
    mkdirSync(this.#record, { recursive: true, mode: 0o700 });
  }

  /**
   * Puts a tool on the PATH, alone: a real one comes without what lies beside it, such as docker's credential helpers.
   * On Windows, which runs no scripts as programs, only real ones, whose runs go unrecorded.
   */
  add(name: string, tool: Tool): void {
    const real = realProgram(name, tool);
    if (process.platform === 'win32' && real !== undefined) {
      copyFileSync(program(real), join(this.path, `${name}.exe`));
      return;
    }
    const lines = real === undefined ? this.#fake(name, [tool].flat() as ToolBehaviour[]) : this.#real(real);
    const file = join(this.path, name);
    writeFileSync(file, ['#!/bin/sh', ...this.#recording(name), ...lines, ''].join('\n'));
    chmodSync(file, 0o755);
  }

  /** The runs so far, in the order in which they started. */
  get runs(): ToolRun[] {
    const numbers = readdirSync(this.#record)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
    return numbers
      .sort((one, other) => one - other)
      .flatMap((number) => this.#run(join(this.#record, String(number))));
  }

  /** Writes what a run got, before anything else happens: one folder a run, numbered. */
  #recording(name: string): string[] {
    return [
      'umask 077',
      'n=1',
      `while ! ${program('mkdir')} ${quote(this.#record)}/$n 2>/dev/null; do n=$((n+1)); done`,
      `d=${quote(this.#record)}/$n`,
      `if [ $# -gt 0 ]; then printf '%s\\0' "$@"; fi >"$d/argv"`,
      'printf %s "$$" >"$d/pid"',
      // Shells drop variables whose names they cannot hold, such as INPUT_SKIP-LOGOUT, so the kernel's copy is better.
      `if [ -r /proc/$$/environ ]; then ${program('cat')} /proc/$$/environ; else ${program('env')} -0; fi >"$d/env"`,
      `printf %s ${quote(name)} >"$d/tool"`,
      'umask 022',
    ];
  }

  #real(name: string): string[] {
    const settings = Object.entries(this.#realEnv).map(([key, value]) => `export ${key}=${quote(value)}`);
    return [...settings, `exec ${quote(program(name))} "$@"`];
  }

  #fake(name: string, behaviours: ToolBehaviour[]): string[] {
    const state = join(this.#record, `${name}-behaviours`);
    mkdirSync(state, { recursive: true });
    const branches = behaviours.map((behaviour, index) => {
      const isLast = !behaviours.slice(index + 1).some((later) => later.on === behaviour.on);
      const matches =
        behaviour.on === undefined
          ? 'true'
          : `case " $* " in *${quote(` ${behaviour.on} `)}*) true;; *) false;; esac`;
      // A behaviour is taken by making its folder; the last one of its kind can be had again and again.
      const takes = `${program('mkdir')} ${quote(join(state, String(index)))} 2>/dev/null`;
      const condition = isLast ? matches : `${matches} && ${takes}`;
      const steps = this.#steps(join(state, `${index}-out`), behaviour).map((step) => `  ${step}`);
      return [`if ${condition}; then`, ...steps, 'fi'].join('\n');
    });
    const stdin = `if [ ! -t 0 ]; then ${program('cat')} >"$d/stdin"; fi`;
    return [stdin, ...branches, `echo "fake ${name}: nothing planned for $*" >&2`, 'exit 127'];
  }

  #steps(file: string, behaviour: ToolBehaviour): string[] {
    writeFileSync(`${file}1`, behaviour.stdout ?? '');
    writeFileSync(`${file}2`, behaviour.stderr ?? '');
    const { ignoresSignals, grandchild, hangs, keepsLogins, exitCode = 0 } = behaviour;
    const keeper = [nodeBinary, join(harness, 'keep-login.mjs')].map(quote).join(' ');
    return [
      ...(ignoresSignals ? [`trap '' TERM INT`] : []),
      ...(keepsLogins ? [`${keeper} "$d/stdin" "$@" || exit $?`] : []),
      `${program('cat')} ${quote(`${file}1`)}`,
      `${program('cat')} ${quote(`${file}2`)} >&2`,
      ...(grandchild ? [`${program('sleep')} 600 &`, 'printf %s "$!" >"$d/grandchild"'] : []),
      // By exec, so that the recorded pid is that of the process that stays. Ignored signals stay ignored.
      ...(hangs ? [`exec ${program('sleep')} 600`] : []),
      `exit ${exitCode}`,
    ];
  }

  #run(directory: string): ToolRun[] {
    const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
    if (!existsSync(join(directory, 'tool'))) {
      return []; // still being written
    }
    const fields = (name: string): string[] => read(name).split('\0').slice(0, -1);
    const env = Object.fromEntries(fields('env').map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
    const run: ToolRun = { tool: read('tool'), argv: fields('argv'), env, pid: Number(read('pid')) };
    if (existsSync(join(directory, 'stdin'))) {
      run.stdin = read('stdin');
    }
    if (existsSync(join(directory, 'grandchild'))) {
      run.grandchildPid = Number(read('grandchild'));
    }
    return [run];
  }
}

/** Whether a process is still there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that has ended but has not been waited for is a zombie, which counts as gone.
    return !isZombie(pid);
  } catch {
    return false;
  }
}

function isZombie(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && /^\d+ \(.*\) Z/s.test(readFileSync(file, 'utf8'));
}
