import { which } from '../packages/actions-io.ts';
import { TOOLS, type Tool, type ToolName } from './tool.ts';

/** A tool that is on this machine. */
export type FoundTool = {
  readonly tool: Tool;
  /** The path of its program; undefined for the tool that runs none, and in post for one that is gone. */
  readonly executable?: string;
};

/** Finds a program on PATH; returns an empty string if it is not there. */
export type Finder = (program: string) => Promise<string>;

/** Finds one tool; the one that runs no program is always there. */
export async function findTool(name: ToolName, find: Finder = which): Promise<FoundTool | undefined> {
  const tool = TOOLS[name];
  if (tool.commands === undefined) return { tool };
  const executable = await find(name);
  return executable === '' ? undefined : { tool, executable };
}
