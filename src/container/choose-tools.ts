import { Failure } from '../errors/failure.ts';
import { which } from '../packages/actions-io.ts';
import * as log from '../runner/log.ts';
import { singleLine } from '../runner/safe-text.ts';
import { type Finder, type FoundTool, findTool } from './find-tool.ts';
import { isToolName, OTHER_PROGRAMS, TOOL_NAMES, type ToolName } from './tool.ts';

/** The names in the list, in its order and without repeats, and the words that name no tool. */
export type ParsedTools = { readonly names: readonly ToolName[]; readonly problems: readonly string[] };

/**
 * Reads the list of input `container-cli`: names of tools between commas or line breaks, in any case; spaces, empty
 * entries and repeats are harmless.
 */
export function parseTools(text: string): ParsedTools {
  const words = text.split(/[,\r\n]+/).map((word) => word.trim().toLowerCase());
  const names: ToolName[] = [];
  const problems: string[] = [];
  for (const word of new Set(words)) {
    if (isToolName(word)) names.push(word);
    else if (word !== '') problems.push(`'${singleLine(word)}' is none of ${TOOL_NAMES.join(', ')}`);
  }
  return { names, problems };
}

/**
 * Finds the tools that the user names; where none is named, docker, or else the first of the other programs that is
 * there.
 * Throws a Failure where one that is named is not there, or none is there at all.
 */
export async function chooseTools(
  names: readonly ToolName[],
  find: Finder = which,
): Promise<readonly FoundTool[]> {
  if (names.length === 0) return [await defaultTool(find)];
  const found = await Promise.all(names.map((name) => findTool(name, find)));
  const missing = names.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) throw await missingTools(missing, find);
  return found.filter((tool) => tool !== undefined);
}

async function defaultTool(find: Finder): Promise<FoundTool> {
  const docker = await findTool('docker', find);
  if (docker !== undefined) return docker;
  for (const name of OTHER_PROGRAMS) {
    const other = await findTool(name, find);
    if (other === undefined) continue;
    log.info(`docker is not on the path; ${name}, which is, is used. Input 'container-cli' chooses another.`);
    return other;
  }
  const others = OTHER_PROGRAMS.join(', ');
  const what = `docker is not on the path of this runner, and none of ${others} either.`;
  throw new Failure({ what, knownError: 'client-missing', facts: { tool: 'docker' } });
}

async function missingTools(missing: readonly ToolName[], find: Finder): Promise<Failure> {
  const there = await Promise.all(['docker' as const, ...OTHER_PROGRAMS].map((name) => findTool(name, find)));
  const names = there.flatMap((found) => found?.tool.name ?? []);
  const found =
    names.length > 0 ? `On the path are: ${names.join(', ')}.` : 'No container tool is on the path.';
  const what = `Input 'container-cli' names ${missing.join(', ')}, which is not on the path of this runner. ${found}`;
  return new Failure({ what, knownError: 'client-missing', facts: { tool: missing.join(', ') } });
}
