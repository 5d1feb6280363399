import type { StepResult } from './runner.ts';
import type { ToolRun } from './tools.ts';

/** Says what a step did that no step may do, whatever it meets. */
export class ConductError extends Error {
  readonly offences: string[];

  constructor(offences: string[]) {
    super(`the step did what no step may do:\n${offences.map((offence) => `- ${offence}`).join('\n')}`);
    this.name = 'ConductError';
    this.offences = offences;
  }
}

/**
 * The workflow commands that a step may issue in its output: those that show something or hide it. Outputs, state,
 * variables and paths go through the runner's files; as commands they can only come from a text that was not made safe.
 */
const ALLOWED_COMMANDS = new Set(['add-mask', 'debug', 'endgroup', 'error', 'group', 'notice', 'warning']);

/** More than any step has a reason to print, in characters. */
const LONGEST_LOG = 512 * 1024;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/;

const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i;
const USER = /^\w[\w.-]*$/;

function isLogin(argv: readonly string[]): boolean {
  const [command, option, user = '', stdin, host = '', ...more] = argv;
  const words = [command, option, stdin].join(' ') === 'login --username --password-stdin';
  return words && USER.test(user) && HOST.test(host) && more.length === 0;
}

function isLogout([command, host = '', ...more]: readonly string[]): boolean {
  return command === 'logout' && HOST.test(host) && more.length === 0;
}

/** Whether a tool was given nothing but a login or a logout of one plain host. */
function isOrderly({ tool, argv }: ToolRun): boolean {
  // A credential store is run by the tool, not by the action.
  if (tool.startsWith('docker-credential-')) return true;
  const words = tool === 'helm' && argv[0] === 'registry' ? argv.slice(1) : argv;
  return isLogin(words) || isLogout(words);
}

function offencesOf(result: StepResult): string[] {
  const issued = result.commands.filter(({ name }) => !ALLOWED_COMMANDS.has(name));
  const printed = result.stdout.length + result.stderr.length;
  return [
    ...issued.map(({ name }) => `it issued the workflow command ${name}`),
    ...(result.stderr === '' ? [] : [`it printed past its log: ${result.stderr.slice(0, 300)}`]),
    ...(CONTROL.test(result.log) ? ['it printed a control character'] : []),
    ...(printed > LONGEST_LOG ? [`it printed ${printed} characters`] : []),
    ...result.toolRuns
      .filter((run) => !isOrderly(run))
      .map(({ tool, argv }) => `it gave ${tool} the arguments ${JSON.stringify(argv)}`),
  ];
}

/** Throws a ConductError where a step did what no step may do. */
export function requireGoodConduct(result: StepResult): void {
  const offences = offencesOf(result);
  if (offences.length > 0) throw new ConductError(offences);
}
