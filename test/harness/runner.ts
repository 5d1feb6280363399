import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { parse } from 'yaml';
import { repository, type Stage, stageFile } from './paths.ts';
import type { ToolDirectory, ToolRun } from './tools.ts';
import {
  type LogLine,
  Masks,
  type OutputLine,
  renderLog,
  splitLines,
  withCommand,
} from './workflow-commands.ts';

/** What action.yml says, as far as the runner acts on it. */
export interface ActionMetadata {
  inputs: Record<string, { default?: string }>;
  outputs: Record<string, unknown>;
  runs: { using: string };
}

export function readActionMetadata(): ActionMetadata {
  return parse(readFileSync(join(repository, 'action.yml'), 'utf8')) as ActionMetadata;
}

/** The INPUT_ variables that the runner sets: defaults filled in, an empty string if there is neither value nor default. */
export function inputVariables(inputs: Record<string, string>): Record<string, string> {
  const known = readActionMetadata().inputs;
  const unknown = Object.keys(inputs).filter((name) => !(name in known));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`);
  const variables = Object.entries(known).map(([name, input]): [string, string] => {
    return [`INPUT_${name.toUpperCase()}`, inputs[name] ?? input.default ?? ''];
  });
  return Object.fromEntries(variables);
}

/** The node of this process, which npm has installed as the one that action.yml names. */
export function actionNode(): string {
  const { using } = readActionMetadata().runs;
  if (using !== `node${process.versions.node.split('.')[0]}`)
    throw new Error(`action.yml wants ${using}: use npm`);
  return process.execPath;
}

/** When to send a step a signal, as the runner does on a cancel: as soon as the promise resolves. */
export interface Interrupt {
  signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL';
  when: Promise<unknown>;
}

/** What to do as soon as the step has printed certain words; once. */
export interface Reaction {
  words: string;
  act: () => void;
}

/** How one stage of the action is run. */
export interface StepOptions {
  stage: Stage;
  inputs: Record<string, string>;
  /** All of the step's environment that is not the runner's own. */
  env: Record<string, string>;
  /** What the main stage saved; empty for the main stage. */
  state: Record<string, string>;
  tools: ToolDirectory;
  /** A folder for the files that the runner gives to the step. */
  directory: string;
  /** The number of the user who gets the folder, if the step runs as another one. */
  uid?: number | undefined;
  /** The folder `dist` to start it from. */
  dist?: string | undefined;
  interrupt?: Interrupt | undefined;
  reaction?: Reaction | undefined;
  /** A program that starts the hook's script, in place of the runner's bash. */
  hookStarter?: readonly string[] | undefined;
}

/** A stage of the action, once it has ended. */
export interface StepResult {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  outputs: Record<string, string>;
  state: Record<string, string>;
  exportedEnv: Record<string, string>;
  paths: string[];
  summary: string;
  stdout: string;
  stderr: string;
  lines: OutputLine[];
  /** The log as the runner shows it, secrets as `***`. */
  log: string;
  logLines: LogLine[];
  /** The values registered as secrets. */
  masks: Set<string>;
  warnings: string[];
  errors: string[];
  durationMs: number;
  toolRuns: ToolRun[];
  /** What the step was started with. */
  options: StepOptions;
}

const FILES = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'];

/** Reads a file of `name=value` lines and of `name<<delimiter` blocks, as the runner does. A later value of a name wins. */
export function parseKeyValueFile(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const [, name, delimiter = ''] = /^([^=]*?)<<(.+)$/.exec(line) ?? [];
    const [, key, value = ''] = /^([^=]+)=(.*)$/s.exec(line) ?? [];
    if (name !== undefined) {
      const end = lines.indexOf(delimiter, index + 1);
      if (end === -1) throw new Error(`no line "${delimiter}" ends the value of "${name}"`);
      values[name] = lines.slice(index + 1, end).join('\n');
      index = end;
    } else if (key !== undefined) values[key] = value;
    else if (line !== '') throw new Error(`neither a value nor a block: "${line}"`);
  }
  return values;
}

const fileIn = (directory: string, name: string): string => join(directory, `github_${name.toLowerCase()}`);

function makeFiles(directory: string): Record<string, string> {
  mkdirSync(directory, { recursive: true });
  for (const name of FILES) writeFileSync(fileIn(directory, name), '', { mode: 0o600 });
  return Object.fromEntries(FILES.map((name) => [`GITHUB_${name}`, fileIn(directory, name)]));
}

function readFiles(
  directory: string,
): Pick<StepResult, 'outputs' | 'state' | 'exportedEnv' | 'paths' | 'summary'> {
  const read = (name: string): string => readFileSync(fileIn(directory, name), 'utf8');
  return {
    outputs: parseKeyValueFile(read('OUTPUT')),
    state: parseKeyValueFile(read('STATE')),
    exportedEnv: parseKeyValueFile(read('ENV')),
    paths: splitLines(read('PATH')).filter((path) => path !== ''),
    summary: read('STEP_SUMMARY'),
  };
}

/** No step may take longer; fast clocks are the business of a test. */
const LIMIT_MS = 90_000;

/** Runs one stage of the action as the runner does, and takes its output and files as the runner takes them. */
export async function runStep(options: StepOptions): Promise<StepResult> {
  const { stage, env, directory, hookStarter = ['/bin/bash', '-e'] } = options;
  const state = Object.entries(options.state).map(([name, value]) => [`STATE_${name}`, value]);
  const files = makeFiles(directory);
  if (options.uid !== undefined) execFileSync('chown', ['-R', `${options.uid}:${options.uid}`, directory]);
  const started = performance.now();
  const starter = stage === 'main' || stage === 'post' ? [actionNode()] : hookStarter;
  const [program = '', ...args] = [...starter, stageFile(stage, options.dist)];
  const child = spawn(program, args, {
    env: { ...files, ...env, ...inputVariables(options.inputs), ...Object.fromEntries(state) },
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child, options.reaction);
  void options.interrupt?.when.then(() => child.kill(options.interrupt?.signal));
  const ended = await waitForEnd(child);
  const { texts } = output;
  if (ended === 'too late')
    throw new Error(`the step did not end. Its output:\n${texts.stdout}\n${texts.stderr}`);
  const lines = output.lines().map(withCommand);
  const masks = new Masks();
  const logLines = renderLog(lines, masks, env['RUNNER_DEBUG'] === '1');
  const messages = (name: string): string[] =>
    lines.flatMap(({ command }) => (command?.name === name ? [command.message] : []));
  return {
    ...readFiles(directory),
    ...ended,
    ...texts,
    lines,
    log: logLines.map(({ kind, text }) => (kind === 'text' ? text : `##[${kind}]${text}`)).join('\n'),
    logLines,
    masks: masks.values,
    warnings: messages('warning'),
    errors: messages('error'),
    durationMs: performance.now() - started,
    toolRuns: options.tools.runs,
    options,
  };
}

type Output = { texts: Record<OutputLine['stream'], string>; lines: () => OutputLine[] };

/** Collects what a child prints, by stream, and line by line in the order of arrival. */
function collect(child: ChildProcess, reaction?: Reaction): Output {
  const texts = { stdout: '', stderr: '' };
  const unfinished = { stdout: '', stderr: '' };
  const lines: OutputLine[] = [];
  let isDone = reaction === undefined;
  for (const stream of ['stdout', 'stderr'] as const) {
    const decoder = new StringDecoder('utf8');
    child[stream]?.on('data', (chunk: Buffer) => {
      const text = decoder.write(chunk);
      texts[stream] += text;
      const pending = unfinished[stream] + text;
      const end = pending.lastIndexOf('\n') + 1;
      unfinished[stream] = pending.slice(end);
      lines.push(...splitLines(pending.slice(0, end)).map((line) => ({ stream, text: line })));
      if (isDone || reaction === undefined || !texts[stream].includes(reaction.words)) return;
      isDone = true;
      reaction.act();
    });
  }
  const rest = (stream: OutputLine['stream']): OutputLine[] =>
    splitLines(unfinished[stream]).map((text) => ({ stream, text }));
  return { texts, lines: () => [...lines, ...rest('stdout'), ...rest('stderr')] };
}

function waitForEnd(child: ChildProcess): Promise<Pick<StepResult, 'exitCode' | 'signal'> | 'too late'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve('too late');
    }, LIMIT_MS);
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer);
      resolve({ exitCode, signal });
    });
  });
}
