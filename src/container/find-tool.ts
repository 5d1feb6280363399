import { which } from '../packages/actions-io.ts';
import { TOOLS, type Tool, type ToolName } from './tool.ts';

/** A tool that is on this machine. */
export type FoundTool = {
  readonly tool: Tool;
  /** The program's path; none for the tool that runs nothing. */
  readonly executable?: string;
};

/** Finds a program on the path; gives an empty text where it is not there. */
export type Finder = (program: string) => Promise<string>;

/** Finds one tool; the one that runs nothing is always there. */
export async function findTool(name: ToolName, find: Finder = which): Promise<FoundTool | undefined> {
  const tool = TOOLS[name];
  if (tool.commands === undefined) return { tool };
  const executable = await find(name);
  return executable === '' ? undefined : { tool, executable };
}
