import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Masks } from './masking.ts';
import type { StepResult } from './runner.ts';
import { type Secret, SecretFinder } from './secrets.ts';

/**
 * Whether keys and tokens that the step inherited must not reach the tools it runs.
 * A proxy's password is not meant: the tools need their proxy.
 */
const TOOLS_GET_NO_INHERITED_KEYS = true;

/** Says which secrets got out of a step, and where. The secrets themselves are not in the text. */
export class LeakError extends Error {
  readonly leaks: string[];

  constructor(leaks: string[]) {
    super(`secrets got out:\n${leaks.map((leak) => `- ${leak}`).join('\n')}`);
    this.name = 'LeakError';
    this.leaks = leaks;
  }
}

type Finding = [place: string, secrets: Secret[]];

/** A shorter one the action does not take out of its log by itself, in characters. */
const SHORTEST_SECRET = 8;

function inOutput(result: StepResult, finder: SecretFinder): Finding[] {
  const masks = new Masks();
  return result.lines.map(({ line, command }, index) => {
    if (command?.name === 'add-mask') {
      masks.add(command.message);
      return ['', []];
    }
    const shown = [line.text, command?.message ?? '', ...Object.values(command?.properties ?? {})].join('\n');
    // Only a secret that the action cannot tell from a word may rely on its mask.
    const long = finder.find(shown).filter(({ value }) => value.length >= SHORTEST_SECRET);
    const short = finder.find(masks.apply(shown));
    return [`line ${index + 1} of the output (${line.stream})`, [...new Set([...long, ...short])]];
  });
}

function inTools(result: StepResult, finder: SecretFinder): Finding[] {
  return result.toolRuns.flatMap((run): Finding[] => [
    [`the arguments of ${run.tool}`, finder.find(run.argv.join('\n'))],
    ...Object.entries(run.env).map(([name, value]): Finding => {
      const found = finder.find(value);
      const counted = found.filter(({ origin, kind }) => {
        return origin === 'obtained' || (TOOLS_GET_NO_INHERITED_KEYS && kind !== 'proxy password');
      });
      return [`the variable ${name} of ${run.tool}`, counted];
    }),
  ]);
}

function inFileCommands(result: StepResult, finder: SecretFinder): Finding[] {
  const values = (what: string, record: Record<string, string>): Finding[] =>
    Object.entries(record).map(([name, value]) => [`${what} ${name}`, finder.find(value)]);
  const outputs = values('the output', result.outputs).map(([place, secrets]): Finding => {
    const isDocumented = place.startsWith('the output docker_password_');
    return [place, isDocumented ? secrets.filter(({ kind }) => !PASSWORD_KINDS.has(kind)) : secrets];
  });
  return [
    ...outputs,
    ...values('the state', result.state),
    ...values('the exported variable', result.exportedEnv),
    ['the job summary', finder.find(result.summary)],
    ['the added path', finder.find(result.paths.join('\n'))],
  ];
}

// A password of ECR is a base64 text, so a part of the token can look like a part of it.
const PASSWORD_KINDS = new Set(['password', 'authorization token']);

function unmaskedPasswords(result: StepResult): string[] {
  const asked = (result.options.inputs['mask-password'] ?? '').toLowerCase();
  const isExempt = asked.trim() === 'false';
  return Object.entries(result.outputs)
    .filter(([name, value]) => name.startsWith('docker_password_') && !isExempt && !result.masks.has(value))
    .map(([name]) => `the output ${name} is not registered as a secret`);
}

function* filesUnder(directory: string): Generator<string> {
  for (const entry of unlessGone(() => readdirSync(directory, { withFileTypes: true })) ?? []) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      yield* filesUnder(path);
    } else if (entry.isFile()) {
      yield path;
    }
  }
}

/** Looks at a file; another step, which runs at the same time, may remove it any moment. */
function unlessGone<Result>(look: () => Result): Result | undefined {
  try {
    return look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function inFiles(directories: string[], finder: SecretFinder): Finding[] {
  if (process.platform === 'win32') {
    return []; // modes say nothing there
  }
  const files = directories.flatMap((directory) => [...filesUnder(directory)]);
  return files.flatMap((file): Finding[] => {
    const text = unlessGone(() => (statSync(file).mode & 0o077) !== 0 && readFileSync(file, 'latin1'));
    return text ? [[`the file ${file}, which others can read`, finder.find(text)]] : [];
  });
}

/**
 * Looks through everything that a step left behind, and throws a LeakError where a secret got out.
 *
 * @param directories where the step may have written files of its own
 */
export function requireNoLeaks(result: StepResult, secrets: Secret[], directories: string[]): void {
  const finder = new SecretFinder(secrets);
  const findings = [
    ...inOutput(result, finder),
    ...inTools(result, finder),
    ...inFileCommands(result, finder),
    ...inFiles(directories, finder),
  ];
  const leaks = findings.flatMap(([place, found]) => found.map(({ kind }) => `${kind} in ${place}`));
  const all = [...new Set([...leaks, ...unmaskedPasswords(result)])];
  if (all.length > 0) {
    throw new LeakError(all);
  }
}
