import { Failure } from '../errors/failure.ts';
import { which } from '../packages/actions-io.ts';
import * as log from '../runner/log.ts';
import { singleLine } from '../runner/safe-text.ts';
import { type Finder, type FoundTool, findTool } from './find-tool.ts';
import { isToolName, OTHER_PROGRAMS, TOOL_NAMES, type ToolName } from './tool.ts';

/** The tools in the list, in its order and without repeats, and a message for each word that names no tool. */
export type ParsedTools = { readonly names: readonly ToolName[]; readonly problems: readonly string[] };

/** Reads input `container-cli`: names of tools, in any case, separated by commas or newlines. */
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
 * Finds the tools that the user names. If none is named: docker, or else the first of the other programs on PATH.
 * Throws a Failure if a named tool is not on PATH, or none is.
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
    log.info(`docker is not on PATH, so ${name} is used. Input 'container-cli' selects another tool.`);
    return other;
  }
  const what = `No container tool found on PATH: neither docker nor ${OTHER_PROGRAMS.join(', ')}.`;
  throw toolMissing(what, 'docker');
}

async function missingTools(missing: readonly ToolName[], find: Finder): Promise<Failure> {
  const found = await Promise.all(['docker' as const, ...OTHER_PROGRAMS].map((name) => findTool(name, find)));
  const names = found.flatMap((one) => one?.tool.name ?? []);
  const onPath = names.length > 0 ? `On PATH: ${names.join(', ')}.` : 'No container tool found on PATH.';
  const tools = missing.join(', ');
  return toolMissing(`Input 'container-cli': ${tools} not found on PATH. ${onPath}`, tools);
}

function toolMissing(what: string, tool: string): Failure {
  const knownError = process.platform === 'win32' ? 'client-missing-windows' : 'client-missing';
  return new Failure({ what, knownError, facts: { tool } });
}
