import * as fs from 'node:fs';
import { delimiter, join } from 'node:path';

export interface ToolBehavior {
  /** Only for runs whose arguments contain this word (`login`); else for any run. */
  on?: string;
  stdout?: string | Buffer;
  stderr?: string | Buffer;
  exitCode?: number;
  /** Stays until it is ended, also if it is asked to end by SIGTERM or SIGINT. */
  hangs?: boolean;
  /** Starts a process of its own that stays for a while and keeps the output open. */
  hasChild?: boolean;
}

/**
 * A tool on the PATH of a step: the real one, recorded, another real one under its name, or a fake that follows a list,
 * its last entry repeated.
 */
export type Tool = 'real' | { real: string } | ToolBehavior | ToolBehavior[];

/** The tools of a step whose container client is not what the test is about: a docker that does nothing. */
export const FAKE_DOCKER = { docker: { exitCode: 0 } };

export interface ToolRun {
  tool: string;
  argv: string[];
  env: Record<string, string>;
  pid: number;
  /** What a fake read from its standard input; a real tool reads it itself. */
  stdin?: string;
}

/** Finds a program on the PATH of the machine. */
export function findProgram(name: string): string | undefined {
  const fileName = process.platform === 'win32' ? `${name}.exe` : name;
  const directories = (process.env['PATH'] ?? '').split(delimiter);

  return directories.map((directory) => join(directory, fileName)).find(isExecutable);
}

function isExecutable(file: string) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

function program(name: string) {
  return findProgram(name) ?? `/usr/bin/${name}`;
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * A folder of tools that is a step's whole PATH, and theirs, and the record of their runs. Nothing of the machine is on it:
 * docker would find its credential store there, and so the keychain of whoever runs the tests.
 */
export class ToolDirectory {
  path: string;
  tools: Record<string, Tool> = {};
  #record: string;
  #realEnv: Record<string, string>;

  /** `realEnv` is added to the environment of real tools, after theirs has been recorded. */
  constructor(directory: string, realEnv: Record<string, string> = {}) {
    this.path = join(directory, 'bin');
    this.#record = join(directory, 'runs');
    this.#realEnv = realEnv;

    fs.mkdirSync(this.path, { recursive: true });
    fs.mkdirSync(this.#record);
  }

  add(name: string, tool: Tool): void {
    this.tools[name] = tool;
    const script = ['#!/bin/sh', ...this.#recording(name), ...this.#acting(name, tool), ''];

    fs.writeFileSync(join(this.path, name), script.join('\n'), { mode: 0o755 });
  }

  #acting(name: string, tool: Tool) {
    if (tool === 'real') return this.#real(name);
    if ('real' in tool) return this.#real(tool.real);

    return this.#fake(name, [tool].flat());
  }

  /** The runs so far, in the order in which they started. */
  get runs(): ToolRun[] {
    const numbers = fs.readdirSync(this.#record).map(Number).filter(Number.isInteger);
    numbers.sort((one, other) => one - other);
    const folders = numbers.map((number) => join(this.#record, `${number}`));

    // The last file of a recording; without it, it is still being written.
    return folders.filter((folder) => fs.existsSync(join(folder, 'tool'))).map(readRun);
  }

  /** Writes what a run got, before anything else happens: one folder a run, numbered. */
  #recording(name: string) {
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

  #real(name: string) {
    const settings = Object.entries(this.#realEnv).map(([key, value]) => {
      return `export ${key}=${quote(value)}`;
    });

    return [...settings, `exec ${quote(program(name))} "$@"`];
  }

  #fake(name: string, behaviors: ToolBehavior[]) {
    const script = [`if [ ! -t 0 ]; then ${program('cat')} >"$d/stdin"; fi`];

    for (const [index, behavior] of behaviors.entries()) {
      const state = join(this.#record, `${name}-${index}`);
      const isLast = !behaviors.slice(index + 1).some(({ on }) => on === behavior.on);
      // A behavior is taken by making a folder; the last one of its kind can be had again and again.
      const take = isLast ? '' : ` && ${program('mkdir')} ${quote(state)} 2>/dev/null`;

      script.push(`if ${isMeant(behavior)}${take}; then`, ...this.#steps(state, behavior), 'fi');
    }

    return [...script, `echo "fake ${name}: nothing planned for $*" >&2`, 'exit 127'];
  }

  #steps(file: string, behavior: ToolBehavior) {
    const { stdout = '', stderr = '', hangs, hasChild, exitCode = 0 } = behavior;
    fs.writeFileSync(`${file}.out`, stdout);
    fs.writeFileSync(`${file}.err`, stderr);

    const steps = [
      `${program('cat')} ${quote(`${file}.out`)}`,
      `${program('cat')} ${quote(`${file}.err`)} >&2`,
    ];
    if (hasChild) steps.push(`${program('sleep')} 90 &`);
    // By exec, so that the recorded pid is that of the process that stays. Ignored signals stay ignored.
    if (hangs) steps.push(`trap '' TERM INT`, `exec ${program('sleep')} 120`);

    return [...steps, `exit ${exitCode}`];
  }
}

/** A condition of the shell: whether a behavior is for this run. */
function isMeant({ on }: ToolBehavior) {
  if (on === undefined) return 'true';

  return `case " $* " in *${quote(` ${on} `)}*) true;; *) false;; esac`;
}

function readRun(folder: string) {
  const read = (name: string) => fs.readFileSync(join(folder, name), 'utf8');
  const fields = (name: string) => read(name).split('\0').slice(0, -1);

  const variables = fields('env').map((pair) => pair.split(/=(.*)/s).slice(0, 2));
  const hasInput = fs.existsSync(join(folder, 'stdin'));

  return {
    tool: read('tool'),
    argv: fields('argv'),
    env: Object.fromEntries(variables),
    pid: Number(read('pid')),
    ...(hasInput && { stdin: read('stdin') }),
  };
}

/** Whether a process is still there. One that has ended but has not been waited for (a zombie) counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);

    const file = `/proc/${pid}/stat`;
    const isZombie = fs.existsSync(file) && /^\d+ \(.*\) Z/s.test(fs.readFileSync(file, 'utf8'));
    return !isZombie;
  } catch {
    return false;
  }
}
