import { which } from '@actions/io';
import { Failure } from '../errors/failure.ts';
import { nameSettings } from '../runner/job-hook.ts';
import { isContainerJob } from '../runner/kind.ts';
import * as log from '../runner/log.ts';

/** The programs, in the order in which one is chosen if the user names none. */
const PROGRAMS = [
  'docker',
  'podman',
  'buildah',
  'skopeo',
  'nerdctl',
  'finch',
  'oras',
  'helm',
] as const;

/** The values of input `container-cli`: the programs, and the tool that writes the auth file itself. */
const TOOL_NAMES = [...PROGRAMS, 'config-file'] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

/** The kinds of auth files: docker's `config.json`, the `auth.json` of podman, and helm's registry configuration. */
export type FileKind = 'docker' | 'containers' | 'helm';

export type Tool = {
  readonly name: ToolName;
  /** The arguments before the options and the registry; undefined if no program is run. */
  readonly commands?: { readonly login: readonly string[]; readonly logout: readonly string[] };
  readonly keepsIn: FileKind;
  /** Whether an empty entry in `credHelpers` sets the credential store aside. Other tools pass over such an entry. */
  readonly readsEmptyHelper: boolean;
};

const LIKE_DOCKER = {
  commands: { login: ['login'], logout: ['logout'] },
  keepsIn: 'docker',
  readsEmptyHelper: true,
} as const;
const LIKE_PODMAN = { ...LIKE_DOCKER, keepsIn: 'containers', readsEmptyHelper: false } as const;
const REGISTRY_COMMANDS = { login: ['registry', 'login'], logout: ['registry', 'logout'] };

/** What the action knows about each tool. */
export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  docker: { name: 'docker', ...LIKE_DOCKER },
  podman: { name: 'podman', ...LIKE_PODMAN },
  buildah: { name: 'buildah', ...LIKE_PODMAN },
  skopeo: { name: 'skopeo', ...LIKE_PODMAN },
  nerdctl: { name: 'nerdctl', ...LIKE_DOCKER },
  finch: { name: 'finch', ...LIKE_DOCKER },
  oras: { name: 'oras', ...LIKE_DOCKER, readsEmptyHelper: false },
  helm: { ...LIKE_PODMAN, name: 'helm', commands: REGISTRY_COMMANDS, keepsIn: 'helm' },
  // The tools that read the file can take an empty entry either way.
  'config-file': { name: 'config-file', keepsIn: 'docker', readsEmptyHelper: false },
};

/** Reads input `container-cli`: names of tools, separated by commas or newlines. */
export function parseTools(text: string): {
  entries: readonly ToolName[];
  problems: readonly string[];
} {
  const words = [...new Set(text.split(/[,\r\n]+/).map((word) => word.trim().toLowerCase()))];
  const isTool = (word: string): word is ToolName => Object.hasOwn(TOOLS, word);
  const unknown = words.filter((word) => word !== '' && !isTool(word));
  const problems = unknown.map(
    (word) => `'${log.singleLine(word)}' is none of ${TOOL_NAMES.join(', ')}`,
  );
  return { entries: words.filter(isTool), problems };
}

/** A tool and the path of its program, which is undefined if it runs none, or if the program is not on PATH. */
export type FoundTool = { readonly tool: Tool; readonly executable?: string };

export async function findTool(name: ToolName): Promise<FoundTool> {
  const tool = TOOLS[name];
  const executable = tool.commands === undefined ? '' : await which(name);
  return executable === '' ? { tool } : { tool, executable };
}

/** Finds the tools that are named, else the first program on PATH. Throws a Failure if one is missing. */
export async function chooseTools(names: readonly ToolName[]): Promise<readonly FoundTool[]> {
  if (names.length === 0) return [await firstProgram()];
  const tools = await Promise.all(names.map(findTool));
  const missing = tools.filter(({ tool, executable }) => tool.commands && executable === undefined);
  if (missing.length > 0) throw clientMissing(missing.map(({ tool }) => tool.name).join(', '));
  return tools;
}

async function firstProgram(): Promise<FoundTool> {
  for (const name of PROGRAMS) {
    const found = await findTool(name);
    if (found.executable === undefined) continue;
    if (name !== 'docker') {
      const choice = nameSettings("To choose a tool, set 'container-cli'.");
      log.info(`docker not found; using ${name}. ${choice}`);
    }
    return found;
  }
  throw clientMissing(
    'docker',
    `No container client found on PATH. Looked for ${PROGRAMS.join(', ')}.`,
  );
}

function clientMissing(
  tool: string,
  message = `${nameSettings("Input 'container-cli'")}: ${tool} not found on PATH.`,
): Failure {
  const knownError = isContainerJob() ? 'client-missing-in-job' : 'client-missing';
  return new Failure(message, { knownError, facts: { tool } });
}
