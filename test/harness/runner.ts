import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import { repository, type Stage, stageFile } from './paths.ts';
import type { ToolDirectory } from './tools.ts';
import { type LogLine, Masks, renderLog, splitLines, withCommand } from './workflow-commands.ts';

type ActionMetadata = { inputs: Record<string, { default?: string }>; runs: { using: string } };

export function readActionMetadata(): ActionMetadata {
  return parse(readFileSync(join(repository, 'action.yml'), 'utf8')) as ActionMetadata;
}

/** The INPUT_ variables that the runner sets, with defaults. */
export function inputVariables(inputs: Record<string, string>): Record<string, string> {
  const known = readActionMetadata().inputs;
  const unknown = Object.keys(inputs).filter((name) => !(name in known));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`);

  const variables: Record<string, string> = {};
  for (const [name, input] of Object.entries(known)) {
    variables[`INPUT_${name.toUpperCase()}`] = inputs[name] ?? input.default ?? '';
  }
  return variables;
}

/** The node of this process, which npm has installed as the one that action.yml names. */
export function actionNode() {
  const { using } = readActionMetadata().runs;
  const [major] = process.versions.node.split('.');
  if (using !== `node${major}`) throw new Error(`action.yml wants ${using}: use npm`);

  return process.execPath;
}

/** Sends a step a signal, as the runner does on a cancel, as soon as the promise resolves. */
type Interrupt = { signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'; when: Promise<unknown> };

/** Acts once, as soon as the step has printed these words. */
type Reaction = { words: string; act: (step: ChildProcess) => void };

/** How the runner starts and ends a stage. */
export interface StepManner {
  interrupt?: Interrupt;
  reaction?: Reaction;
  /** Gets each line of the log while the step runs, masked. */
  onLogLine?: (line: LogLine) => void;
  /** A folder like `dist`, whose action is run in place of the built one. */
  dist?: string;
  /** The command that starts the script of a hook, in place of the runner's bash. */
  hookStarter?: string[];
  /** The ID of another user, who gets the folder of the step. */
  uid?: number;
}

export interface StepOptions extends StepManner {
  stage: Stage;
  inputs: Record<string, string>;
  /** The environment, without the variables of inputs, state and the runner's files. */
  env: Record<string, string>;
  state: Record<string, string>;
  toolDirectory: ToolDirectory;
  /** The folder of the files that the runner gives to the step. */
  directory: string;
}

/** What a stage of the action has done, once the stage has ended. */
export type StepResult = Awaited<ReturnType<typeof runStep>>;

const FILES = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'];

/**
 * Reads a file of `name=value` lines and `name<<delimiter` blocks. The last value of a name wins.
 */
export function parseKeyValueFile(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split(/\r?\n/);

  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    const [, name, delimiter = ''] = /^([^=]*?)<<(.+)$/.exec(line) ?? [];

    if (name !== undefined) {
      values[name] = lines.splice(0, lines.indexOf(delimiter)).join('\n');
      lines.shift();
    } else if (line !== '') {
      const [key = '', value = ''] = line.split(/=(.*)/s);
      values[key] = value;
    }
  }

  return values;
}

/** Makes the files by which a step talks to the runner. Returns the variables for them. */
function makeFiles(directory: string) {
  const variables: Record<string, string> = {};
  mkdirSync(directory, { recursive: true });

  for (const name of FILES) {
    const file = join(directory, name);
    writeFileSync(file, '', { mode: 0o600 });
    variables[`GITHUB_${name}`] = file;
  }

  return variables;
}

function readFiles(directory: string) {
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');

  return {
    outputs: parseKeyValueFile(read('OUTPUT')),
    state: parseKeyValueFile(read('STATE')),
    exportedEnv: parseKeyValueFile(read('ENV')),
    paths: splitLines(read('PATH')).filter((path) => path !== ''),
    summary: read('STEP_SUMMARY'),
  };
}

/** A step that takes longer is killed. By then, jest has failed its test. */
const LIMIT_MS = 90_000;

/** Runs one stage of the action, and reads its output and its files, as the runner does. */
export async function runStep(options: StepOptions) {
  const { directory, env } = options;
  const child = start(options);
  const texts = collect(child, options.reaction);
  streamLog(child, options);

  void options.interrupt?.when.then(() => child.kill(options.interrupt?.signal));
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);

  const lines = Object.entries(texts).flatMap(([stream, text]) => {
    return splitLines(text).map((line) => withCommand({ stream, text: line }));
  });
  const messages = (name: string) => {
    return lines.flatMap(({ command }) => (command?.name === name ? command.message : []));
  };

  const masks = new Masks();
  const logLines = renderLog(lines, masks, showsDebug(env));
  const log = logLines.map(({ kind, text }) => (kind === 'text' ? text : `##[${kind}]${text}`));

  return {
    ...readFiles(directory),
    exitCode,
    signal,
    ...texts,
    lines,
    /** The log as the runner shows it, with secrets as `***`. */
    log: log.join('\n'),
    logLines,
    masks: masks.values,
    warnings: messages('warning'),
    errors: messages('error'),
    toolRuns: options.toolDirectory.runs,
    options,
  };
}

function showsDebug(env: StepOptions['env']) {
  return env['RUNNER_DEBUG'] === '1';
}

/** Starts a stage as the runner does: a step with node, and a hook with bash. */
function start(options: StepOptions): ChildProcess {
  const { stage, directory, uid, hookStarter = ['/bin/bash', '-e'] } = options;
  const isStep = stage === 'main' || stage === 'post';
  const [program = '', ...args] = isStep ? [actionNode()] : hookStarter;

  const env = { ...makeFiles(directory), ...options.env, ...inputVariables(options.inputs) };
  for (const [name, value] of Object.entries(options.state)) env[`STATE_${name}`] = value;
  if (uid !== undefined) execFileSync('chown', ['-R', `${uid}:${uid}`, directory]);

  return spawn(program, [...args, stageFile(stage, options.dist)], {
    env,
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/**
 * Collects the texts that a child prints. The order between the two does not matter, since no step
 * prints to the standard error.
 */
function collect(child: ChildProcess, reaction?: Reaction) {
  const texts = { stdout: '', stderr: '' };
  let isDone = reaction === undefined;

  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text;
      if (isDone || !texts[stream].includes(reaction?.words ?? '')) return;

      isDone = true;
      reaction?.act(child);
    });
  }

  return texts;
}

function streamLog(child: ChildProcess, { env, onLogLine }: StepOptions) {
  if (onLogLine === undefined || child.stdout === null) return;

  const masks = new Masks();

  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = withCommand({ stream: 'stdout', text });

    for (const shown of renderLog([line], masks, showsDebug(env))) onLogLine(shown);
  });
}
