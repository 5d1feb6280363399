import { explainSymptom } from '../../src/errors/explain.ts';
import type { Area } from '../../src/errors/failure.ts';
import { KNOWN_ERRORS } from '../../src/errors/known-errors/all.ts';
import { ERROR_SAMPLES } from './error-samples/all.ts';

const INTRODUCTION = `# Troubleshooting

<!-- Made by \`npm run docs\` from src/errors/known-errors/ and scripts/docs/error-samples/. Change those. -->

An error of the step has three parts: what failed, with the message of the service; the likely cause; what to do. Above
it, the log lists the checks that the step made, in order, with a mark and a reason each. The job summary has the same.

This page lists every error that the action explains, with the messages by which it is recognized. Where the step knows a
fact (the namespace, the service account, the region, the IAM role), the log shows it; this page shows a placeholder in
angle brackets. An error that is not listed here is shown in full, without an explanation.

The step succeeds, and a push or pull after it fails (\`no basic auth credentials\`, \`name unknown\`, \`403 Forbidden\`)? See
[The login worked, the push or pull failed](push-and-pull.md).

No explanation? Run the job again with debug logging, and open an issue with the log. Secrets are masked in it.
`;

/** The areas in the order in which a step meets them. */
const AREAS: readonly { readonly area: Area; readonly title: string }[] = [
  { area: 'pod-identity', title: 'EKS Pod Identity' },
  { area: 'credentials', title: 'Other credentials' },
  { area: 'ecr', title: 'Amazon ECR' },
  { area: 'container-client', title: 'The container client and the registry' },
];

/** docs/troubleshooting.md: a section for each known error. Throws where one has no sample. */
export function troubleshooting(): string {
  const sections = AREAS.map(({ area, title }) => ({ title, ids: idsOf(area) }));
  const contents = sections.map(
    ({ title, ids }) => `- ${title}: ${ids.map((id) => `[${id}](#${id})`).join(', ')}`,
  );
  const body = sections.flatMap(({ title, ids }) => [`## ${title}`, ...ids.map(sectionOf)]);
  return [INTRODUCTION.trimEnd(), contents.join('\n'), ...body].join('\n\n').concat('\n');
}

/** The entries of an area. One that belongs to several areas is listed in the first of them. */
function idsOf(area: Area): string[] {
  return KNOWN_ERRORS.filter(({ areas }) => areas[0] === area).map(({ id }) => id);
}

function sectionOf(id: string): string {
  const messages = (ERROR_SAMPLES[id] ?? []).map((sample) => sample.split('\n')[0] ?? '');
  if (messages.length === 0) throw new Error(`There is no sample of the error ${id}`);
  const { means = '', remedy = '' } = explainSymptom({ what: '', knownError: id });
  const shown = fenced([...new Set(messages)].join('\n'));
  return [`### ${id}`, shown, escaped(means), 'What to do:', fenced(remedy)].join('\n\n');
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

/** Angle brackets, braces and stars of a sentence as they are, not as HTML or Markdown. */
function escaped(text: string): string {
  return text.replace(/[<>*_[\]]/g, (character) => `\\${character}`);
}
