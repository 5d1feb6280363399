import { parse } from 'yaml';
import { lintWorkflow } from '../../lint/workflow-linter.ts';
import { repositoryText } from './repository-files.ts';

/** What the checks need of `action.yml`. */
const ACTION = parse(repositoryText('action.yml')) as {
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
};

/** How the documentation names this action in `uses:`, under whatever owner. */
const THIS_ACTION = /^[\w.-]+\/ecr-pod-identity-login@/;

/** The runner scale sets of the examples: the linter knows no labels of ours. */
const SCALE_SETS = ['arc-dind', 'arc-dind-job-hook', 'arc-kubernetes', 'arc-novolume', 'arc-no-docker'];

type Step = { id?: string; uses?: string; with?: Record<string, unknown> };
type Workflow = { on?: unknown; jobs?: Record<string, { steps?: Step[] }> };

/**
 * Makes a whole workflow of a part of one: of a list of steps, of `steps:`, of `jobs:` or of `on:` with `jobs:`.
 * Undefined where the YAML is none of these.
 */
export function wholeWorkflow(yaml: string): string | undefined {
  const value: unknown = parse(yaml);
  if (Array.isArray(value)) {
    const isSteps = value.every((item: Step) => item?.uses !== undefined || 'run' in (item ?? {}));
    return isSteps ? wholeWorkflow(`steps:\n${indent(yaml, 2)}`) : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if ('steps' in value) {
    const runsOn = 'runs-on' in value ? '' : 'runs-on: ubuntu-latest\n';
    return wholeWorkflow(`jobs:\n  job:\n${indent(`${runsOn}${yaml}`, 4)}`);
  }
  if (!('jobs' in value)) return undefined;
  return 'on' in value ? yaml : `on: push\n${yaml}`;
}

/** All that is wrong with a workflow: what the linters say, and names of ours that do not exist. */
export async function workflowProblems(yaml: string, name: string): Promise<string[]> {
  const findings = await lintWorkflow(yaml, name);
  const linted = findings.filter(
    (finding) => !SCALE_SETS.some((label) => finding.includes(`label "${label}" is unknown`)),
  );
  return [...linted, ...nameProblems(yaml)];
}

/** Inputs given to this action, and outputs taken from it, that `action.yml` does not have. */
function nameProblems(yaml: string): string[] {
  const workflow = parse(yaml) as Workflow;
  const steps = Object.values(workflow.jobs ?? {}).flatMap((job) => job.steps ?? []);
  const ours = steps.filter(({ uses }) => THIS_ACTION.test(uses ?? ''));
  const inputs = ours.flatMap((step) => Object.keys(step.with ?? {}));
  const outputs = ours.flatMap(({ id }) =>
    id === undefined ? [] : [...yaml.matchAll(new RegExp(`steps\\.${id}\\.outputs\\.([\\w-]+)`, 'g'))],
  );
  return [
    ...inputs.filter((input) => !(input in ACTION.inputs)).map((input) => `no input ${input}`),
    ...outputs.flatMap(([, output = '']) => (isOutput(output) ? [] : [`no output ${output}`])),
  ];
}

/** Whether the action sets an output of that name. */
export function isOutput(name: string): boolean {
  return name in ACTION.outputs || /^docker_(username|password)_\w+$/.test(name);
}

function indent(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(by));
}
