import * as fs from 'node:fs';
import { delimiter, join } from 'node:path';

/** How long a tool that hangs runs, in seconds, if nobody ends it. */
export const HANG_S = 120;

export interface ToolBehavior {
  /** Only runs whose arguments contain this word, such as `login`, get this behavior. */
  on?: string;
  stdout?: string | Buffer;
  stderr?: string | Buffer;
  exitCode?: number;
  /** The tool runs until it is killed: SIGTERM and SIGINT do not end it. */
  hangs?: boolean;
  /** The tool starts a process that outlives it, and keeps its output open. */
  hasChild?: boolean;
}

/**
 * A tool on the PATH of a step: the real program of this name, another real program, or a fake. A
 * fake behaves at each run as the next entry of its list says, and then always as the last entry.
 */
export type Tool = 'real' | { real: string } | ToolBehavior | ToolBehavior[];

/** A docker that does nothing, for tests that are not about the container client. */
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
 * A folder of tools, and the record of their runs. It is the whole PATH of a step and of its tools.
 * With the PATH of the machine, docker could use the keychain of the person who runs the tests.
 */
export class ToolDirectory {
  path: string;
  tools: Record<string, Tool> = {};
  #record: string;
  #realEnv: Record<string, string>;

  /** Real tools get `realEnv`, too, which their record does not contain. */
  constructor(directory: string, realEnv: Record<string, string> = {}) {
    this.path = join(directory, 'bin');
    this.#record = join(directory, 'runs');
    this.#realEnv = realEnv;

    fs.mkdirSync(this.path, { recursive: true });
    fs.mkdirSync(this.#record);
  }

  add(name: string, tool: Tool) {
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

    // `tool` is the last file of a record: without it, the record is not complete.
    return folders.filter((folder) => fs.existsSync(join(folder, 'tool'))).map(readRun);
  }

  /** Shell commands that record a run, in a numbered folder. */
  #recording(name: string) {
    return [
      'umask 077',
      'n=1',
      `while ! ${program('mkdir')} ${quote(this.#record)}/$n 2>/dev/null; do n=$((n+1)); done`,
      `d=${quote(this.#record)}/$n`,
      `if [ $# -gt 0 ]; then printf '%s\\0' "$@"; fi >"$d/argv"`,
      'printf %s "$$" >"$d/pid"',
      // The kernel's copy has all variables. A shell drops names with a hyphen (INPUT_SKIP-LOGOUT).
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
      // The folder marks a behavior as used up, except the last one of its kind.
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
    // After exec, the recorded pid is that of sleep, and the ignored signals stay ignored.
    if (hangs) steps.push(`trap '' TERM INT`, `exec ${program('sleep')} ${HANG_S}`);

    return [...steps, `exit ${exitCode}`];
  }
}

/** A shell condition: whether this run gets the behavior. */
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

/**
 * podman and buildah make their storage at each run. Returns the variables for a storage below the
 * directory, so that they leave the storage of the machine alone.
 */
export function makeContainerStorage(directory: string): Record<string, string> {
  const at = (name: string) => join(directory, name);
  const places = `graphroot = "${at('storage')}"\nrunroot = "${at('storage-run')}"`;

  fs.writeFileSync(at('storage.conf'), `[storage]\ndriver = "vfs"\n${places}\n`);
  fs.writeFileSync(at('containers.conf'), `[engine]\ntmp_dir = "${at('libpod')}"\n`);

  return {
    CONTAINERS_STORAGE_CONF: at('storage.conf'),
    CONTAINERS_CONF: at('containers.conf'),
  };
}

/** Whether a process still runs. A process that has ended, but is still listed, does not. */
export function isAlive(pid: number) {
  try {
    process.kill(pid, 0);

    const file = `/proc/${pid}/stat`;
    const isZombie = fs.existsSync(file) && /^\d+ \(.*\) Z/s.test(fs.readFileSync(file, 'utf8'));
    return !isZombie;
  } catch {
    return false;
  }
}
