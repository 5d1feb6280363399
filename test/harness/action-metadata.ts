import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { actionFile } from './paths.ts';

/** What action.yml says, as far as the runner acts on it. */
export interface ActionMetadata {
  inputs: Record<string, { default?: string; description?: string; required?: boolean }>;
  outputs: Record<string, { description?: string }>;
  runs: { using: string; main: string; post: string };
}

/** Reads action.yml. */
export function readActionMetadata(): ActionMetadata {
  return parse(readFileSync(actionFile, 'utf8')) as ActionMetadata;
}

/**
 * The INPUT_ variables that the runner sets: defaults filled in, names in upper case with spaces as `_` and hyphens
 * kept, an empty string where there is neither value nor default. An input that action.yml does not have is an error
 * of the test.
 */
export function inputVariables(
  inputs: Record<string, string>,
  metadata = readActionMetadata(),
): Record<string, string> {
  const unknown = Object.keys(inputs).filter((name) => !(name in metadata.inputs));
  if (unknown.length > 0) {
    throw new Error(`action.yml has no input ${unknown.join(', ')}`);
  }
  return Object.fromEntries(
    Object.entries(metadata.inputs).map(([name, input]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      inputs[name] ?? String(input.default ?? ''),
    ]),
  );
}
