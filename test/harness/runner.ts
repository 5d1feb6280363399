import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { inputVariables, readActionMetadata } from './action-metadata.ts';
import { FileCommandFiles, type FileCommands } from './file-commands.ts';
import { type LogLine, logText, Masks, renderLog } from './masking.ts';
import { actionEntry, hookScript, nodeBinary, type Stage } from './paths.ts';
import type { ToolDirectory, ToolRun } from './tools.ts';
import {
  type InterpretedLine,
  interpret,
  type OutputLine,
  splitLines,
  type WorkflowCommand,
} from './workflow-commands.ts';

/** When to send a step a signal, as the runner does on a cancel. */
export interface Interrupt {
  signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL';
  /** The signal is sent when this resolves. */
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
  interrupts: Interrupt[];
  reaction?: Reaction;
  /** The step is killed, and the test fails, when it lasts longer. */
  limitMs: number;
  /** A program that starts the hook's script, in place of the runner's bash. */
  hookStarter?: readonly string[];
}

/** A stage of the action, once it has ended. */
export interface StepResult extends FileCommands {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  commands: WorkflowCommand[];
  /** The output line by line, with the command each line is, in the order of arrival. */
  lines: InterpretedLine[];
  /** The log as the runner shows it, secrets as `***`. */
  log: string;
  logLines: LogLine[];
  /** The values registered as secrets. */
  masks: Set<string>;
  warnings: string[];
  errors: string[];
  notices: string[];
  durationMs: number;
  /** The runs of tools, with their arguments and environment. */
  toolRuns: ToolRun[];
  /** What the step was started with. */
  options: StepOptions;
}

let checkedNode: string | undefined;

/** The node that action.yml names. Throws where the one installed is of another major version. */
export function actionNode(): string {
  if (checkedNode === undefined) {
    const wanted = readActionMetadata().runs.using.replace('node', 'v');
    const version = execFileSync(nodeBinary, ['--version'], { encoding: 'utf8' }).trim();
    if (version.split('.')[0] !== wanted) {
      throw new Error(`action.yml wants node ${wanted}, node_modules has ${version}`);
    }
    checkedNode = nodeBinary;
  }
  return checkedNode;
}

function stepEnvironment(options: StepOptions, files: FileCommandFiles): Record<string, string> {
  const state = Object.entries(options.state).map(([name, value]) => [`STATE_${name}`, value]);
  const coverage = process.env['COVERAGE_DIR'];
  return {
    // What a test gives goes before: a runner may have no such file.
    ...files.env,
    ...options.env,
    ...(coverage === undefined ? {} : { COVERAGE_DIR: coverage }),
    ...inputVariables(options.inputs),
    ...Object.fromEntries(state),
  };
}

/** How the runner starts a stage: a step by its node, a hook that is a `.sh` file by bash. */
function commandOf({ stage, hookStarter = ['/bin/bash', '-e'] }: StepOptions): readonly string[] {
  if (stage === 'main' || stage === 'post') return [actionNode(), actionEntry(stage)];
  return [...hookStarter, hookScript(stage)];
}

/** Runs one stage of the action as the runner does, and takes its output and files as the runner takes them. */
export async function runStep(options: StepOptions): Promise<StepResult> {
  const files = new FileCommandFiles(options.directory);
  const started = performance.now();
  const [program = '', ...args] = commandOf(options);
  const child = spawn(program, args, {
    env: stepEnvironment(options, files),
    cwd: options.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  if (options.reaction !== undefined) react(child, output, options.reaction);
  for (const { signal, when } of options.interrupts) {
    void when.then(() => child.kill(signal));
  }
  const ended = await waitForEnd(child, options.limitMs);
  const durationMs = performance.now() - started;
  if (ended === 'too late') {
    throw new Error(
      `the step had not ended after ${options.limitMs} ms. Its output:\n${output.text('stdout')}\n${output.text('stderr')}`,
    );
  }
  const lines = interpret(output.lines());
  const masks = new Masks();
  const logLines = renderLog(lines, masks, options.env['RUNNER_DEBUG'] === '1');
  const commands = lines.flatMap(({ command }) => (command === undefined ? [] : [command]));
  const messages = (name: string): string[] =>
    commands.filter((command) => command.name === name).map((command) => command.message);
  return {
    ...files.read(),
    ...ended,
    stdout: output.text('stdout'),
    stderr: output.text('stderr'),
    commands,
    lines,
    log: logText(logLines),
    logLines,
    masks: masks.values,
    warnings: messages('warning'),
    errors: messages('error'),
    notices: messages('notice'),
    durationMs,
    toolRuns: options.tools.runs,
    options,
  };
}

interface Output {
  text: (stream: OutputLine['stream']) => string;
  lines: () => OutputLine[];
}

/** Collects what a child prints, by stream, and line by line in the order of arrival. */
function collect(child: ChildProcess): Output {
  const texts = { stdout: '', stderr: '' };
  const unfinished = { stdout: '', stderr: '' };
  const lines: OutputLine[] = [];
  for (const stream of ['stdout', 'stderr'] as const) {
    const decoder = new StringDecoder('utf8');
    child[stream]?.on('data', (chunk: Buffer) => {
      const text = decoder.write(chunk);
      texts[stream] += text;
      const pending = unfinished[stream] + text;
      const end = pending.lastIndexOf('\n') + 1;
      unfinished[stream] = pending.slice(end);
      lines.push(...splitLines(pending.slice(0, end)).map((line) => ({ stream, text: line })));
    });
  }
  const rest = (stream: OutputLine['stream']): OutputLine[] =>
    splitLines(unfinished[stream]).map((text) => ({ stream, text }));
  return { text: (stream) => texts[stream], lines: () => [...lines, ...rest('stdout'), ...rest('stderr')] };
}

function react(child: ChildProcess, output: Output, { words, act }: Reaction): void {
  const look = (): void => {
    if (!output.text('stdout').includes(words)) return;
    child.stdout?.off('data', look);
    act();
  };
  child.stdout?.on('data', look);
}

type Ended = Pick<StepResult, 'exitCode' | 'signal'>;

function waitForEnd(child: ChildProcess, limitMs: number): Promise<Ended | 'too late'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve('too late');
    }, limitMs);
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer);
      resolve({ exitCode, signal });
    });
  });
}
