import { explainSymptom } from '../../src/errors/explain.ts';
import type { Area } from '../../src/errors/failure.ts';
import { KNOWN_ERRORS } from '../../src/errors/known-errors/all.ts';
import { ERROR_SAMPLES } from './error-samples.ts';

const INTRODUCTION = `# Troubleshooting

<!-- Made by \`npm run docs\` from src/errors/known-errors/ and scripts/docs/error-samples.ts. Change those. -->

An error of the step has three parts: what failed, in the service's own words; what that most likely means here; what to
do. Below it the log lists which identities were looked at, in order, with a mark and a reason each. The same is in the
job summary, where the runner keeps it.

This page has every failure that the action explains, with its words. Where the step knows a fact (the namespace, the
service account, the region, who signs), the log has it filled in; here stands a placeholder in angle brackets. A failure
that is not here is shown whole, as it came.

Nothing explains it? Run the job again with debug logging, and open an issue with the log. Secrets are masked in it.
`;

/** The areas in the order in which a step meets them. */
const AREAS: readonly { readonly area: Area; readonly title: string }[] = [
  { area: 'pod-identity', title: 'EKS Pod Identity' },
  { area: 'credentials', title: 'Other credentials' },
  { area: 'ecr', title: 'Amazon ECR' },
  { area: 'container-client', title: 'The container client and the registry' },
];

/** docs/troubleshooting.md: a section for each entry of the knowledge of failures. Throws where one has no sample. */
export function troubleshooting(): string {
  const sections = AREAS.map(({ area, title }) => ({ title, ids: idsOf(area) }));
  const contents = sections.map(
    ({ title, ids }) => `- ${title}: ${ids.map((id) => `[${id}](#${id})`).join(', ')}`,
  );
  const body = sections.flatMap(({ title, ids }) => [`## ${title}`, ...ids.map(sectionOf)]);
  return [INTRODUCTION.trimEnd(), contents.join('\n'), ...body].join('\n\n').concat('\n');
}

/** The entries of an area; one that belongs to several stands in the first of its own. */
function idsOf(area: Area): string[] {
  return KNOWN_ERRORS.filter(({ areas }) => areas[0] === area).map(({ id }) => id);
}

function sectionOf(id: string): string {
  const sample = ERROR_SAMPLES[id];
  if (sample === undefined) throw new Error(`There is no sample of the error ${id}`);
  const { means = '', remedy = '' } = explainSymptom({ what: sample.words, knownError: id });
  return [`### ${id}`, fenced(sample.words), escaped(means), 'What to do:', fenced(remedy)].join('\n\n');
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

/** Angle brackets, braces and stars of a sentence as they are, not as HTML or Markdown. */
function escaped(text: string): string {
  return text.replace(/[<>*_[\]]/g, (character) => `\\${character}`);
}
