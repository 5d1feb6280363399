import { styleText } from 'node:util';
import type { LogLine } from '../test/harness/masking.ts';

type Style = Parameters<typeof styleText>[0];

const STYLES: Record<LogLine['kind'], Style> = {
  text: 'reset',
  error: 'red',
  warning: 'yellow',
  notice: 'blue',
  debug: 'gray',
  group: 'bold',
  endgroup: 'reset',
};

const MARKS: Partial<Record<LogLine['kind'], string>> = {
  error: 'Error: ',
  warning: 'Warning: ',
  notice: 'Notice: ',
  group: '▼ ',
};

/**
 * The log of a step as the runner's page shows it: groups opened and indented, a mark before errors, warnings and notices.
 *
 * @param margin - what stands before every line
 * @returns the lines, with the colours of a terminal that takes them
 */
export function viewOfLog(logLines: readonly LogLine[], margin = ''): string[] {
  let indent = margin;
  return logLines.flatMap(({ kind, text }) => {
    const before = indent;
    indent = kind === 'group' ? `${margin}  ` : kind === 'endgroup' ? margin : indent;
    if (kind === 'endgroup') return [];
    const lines = `${MARKS[kind] ?? ''}${text}`.split('\n');
    return lines.map((line) => before + styleText(STYLES[kind], line));
  });
}
