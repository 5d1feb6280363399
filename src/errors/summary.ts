import { withoutCommands } from '../runner/safe-text.ts';
import type { Explanation } from './explain.ts';

/**
 * The part of the job summary for a failure, in GitHub's Markdown: the explanations, and the checks that were made.
 * Text from outside is in code blocks, where it cannot be markup.
 */
export function failureSummary(explanations: readonly Explanation[], checks: readonly string[]): string {
  return [
    '### Login to Amazon ECR failed',
    ...explanations.flatMap(partsOf),
    ...(checks.length === 0 ? [] : ['**Checks, in order**', codeBlock(checks.join('\n'))]),
    '',
  ].join('\n\n');
}

function partsOf({ what, means, remedy }: Explanation): readonly string[] {
  return [
    codeBlock(what),
    ...(means === undefined ? [] : ['**Likely cause**', codeBlock(means)]),
    ...(remedy === undefined ? [] : ['**What to do**', codeBlock(remedy)]),
  ];
}

/** A code block whose fence is longer than any run of backticks in the text. */
function codeBlock(text: string): string {
  // What is removed later could join runs of backticks that are counted apart.
  const shown = withoutCommands(text);
  const longest = Math.max(2, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${shown}\n${fence}`;
}
