import { withoutCommands } from '../runner/safe-text.ts';
import type { Explanation } from './failure.ts';

/**
 * A failure as a piece of the job summary, in GitHub's Markdown: the three parts of the explanation, and what was
 * looked at. Text from outside stands in code blocks, where it can be no markup.
 */
export function failureSummary({ what, means, remedy }: Explanation, looked: readonly string[]): string {
  return [
    '### Login to Amazon ECR failed',
    codeBlock(what),
    ...(means === undefined ? [] : ['**Likely cause**', codeBlock(means)]),
    ...(remedy === undefined ? [] : ['**What to do**', codeBlock(remedy)]),
    ...(looked.length === 0 ? [] : ['**What was looked at, in order**', codeBlock(looked.join('\n'))]),
    '',
  ].join('\n\n');
}

/** A code block whose fence is longer than any run of backticks in the text. */
function codeBlock(text: string): string {
  // What is taken out later would join runs that are counted apart.
  const shown = withoutCommands(text);
  const longest = Math.max(2, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${shown}\n${fence}`;
}
