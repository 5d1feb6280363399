/** A workflow command as the runner takes it from a line of output. */
export interface WorkflowCommand {
  name: string;
  properties: Record<string, string>;
  message: string;
  stream: 'stdout' | 'stderr';
}

/** A line of a step's output, in the order of arrival. */
export interface OutputLine {
  stream: 'stdout' | 'stderr';
  text: string;
}

// Names that the runner has registered (github.com/actions/runner, Runner.Worker/ActionCommandManager.cs and its
// extensions); a line with another name is plain text.
const COMMANDS = new Set([
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'internal-set-repo-path',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning',
]);

function unescapeText(text: string, isProperty: boolean): string {
  const decoded = text.replace(/%0D/gi, '\r').replace(/%0A/gi, '\n');
  const inner = isProperty ? decoded.replace(/%3A/gi, ':').replace(/%2C/gi, ',') : decoded;
  return inner.replace(/%25/g, '%');
}

function readProperties(text: string, separator: string): Record<string, string> {
  const pairs = text.split(separator).map((pair) => pair.trim().split(/=(.*)/s));
  return Object.fromEntries(
    pairs.flatMap(([name, value]) => (name && value ? [[name, unescapeText(value, true)]] : [])),
  );
}

type Parsed = Omit<WorkflowCommand, 'stream'>;

function splitInfo(info: string): [name: string, properties: string] {
  const space = info.indexOf(' ');
  return space === -1
    ? [info.toLowerCase(), '']
    : [info.slice(0, space).toLowerCase(), info.slice(space + 1)];
}

function parseColonForm(line: string): Parsed | undefined {
  const trimmed = line.trimStart();
  const end = trimmed.indexOf('::', 2);
  if (!trimmed.startsWith('::') || end === -1) {
    return undefined;
  }
  const [name, properties] = splitInfo(trimmed.slice(2, end));
  return {
    name,
    properties: readProperties(properties, ','),
    message: unescapeText(trimmed.slice(end + 2), false),
  };
}

function parseBracketForm(line: string): Parsed | undefined {
  const start = line.indexOf('##[');
  const end = line.indexOf(']', start);
  if (start === -1 || end === -1) {
    return undefined;
  }
  const [name, properties] = splitInfo(line.slice(start + 3, end));
  return {
    name,
    properties: readProperties(properties, ';'),
    message: unescapeText(line.slice(end + 1), false),
  };
}

/**
 * Takes a line as the runner does: `::name key=value::message` after white space, else `##[name key=value]message`
 * anywhere in the line. Undefined for plain text.
 */
export function parseCommand(line: string): Parsed | undefined {
  return [parseColonForm(line), parseBracketForm(line)].find(
    (parsed) => parsed !== undefined && COMMANDS.has(parsed.name),
  );
}

/** Cuts text into lines where the runner does: at line feeds, carriage returns and both together. */
export function splitLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') {
    lines.pop();
  }
  return lines;
}

/** What a line is once commands are taken into account. */
export type InterpretedLine = { line: OutputLine; command?: WorkflowCommand };

/** Interprets the lines of a step, `::stop-commands::` included. */
export function interpret(lines: OutputLine[]): InterpretedLine[] {
  let resumeToken: string | undefined;
  return lines.map((line) => {
    if (resumeToken !== undefined) {
      if (line.text.trim().toLowerCase() === `::${resumeToken.toLowerCase()}::`) {
        resumeToken = undefined;
      }
      return { line };
    }
    const parsed = parseCommand(line.text);
    if (parsed === undefined) {
      return { line };
    }
    if (parsed.name === 'stop-commands') {
      resumeToken = parsed.message;
    }
    return { line, command: { ...parsed, stream: line.stream } };
  });
}
