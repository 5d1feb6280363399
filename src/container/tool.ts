/** The programs that can be logged in, in the order in which one is selected if docker is not on PATH. */
const PROGRAMS = ['docker', 'podman', 'buildah', 'skopeo', 'nerdctl', 'finch', 'oras', 'helm'] as const;
/** The values of input `container-cli`: the programs, and the tool that runs none. */
export const TOOL_NAMES = [...PROGRAMS, 'config-file'] as const;

export type ProgramName = (typeof PROGRAMS)[number];
export type ToolName = (typeof TOOL_NAMES)[number];

/**
 * The kinds of auth files: `docker`, docker's `config.json`; `containers`, the auth file of podman, buildah and skopeo; `helm`,
 * the registry configuration of helm. See auth-file-location.ts for the variables that decide where they are.
 */
export type FileKind = 'docker' | 'containers' | 'helm';

/** The arguments before the options and the registry. */
export type Commands = { readonly login: readonly string[]; readonly logout: readonly string[] };

/** What the action knows about a tool. */
export type Tool = {
  readonly name: ToolName;
  /** None where no program is run. */
  readonly commands?: Commands;
  readonly keepsIn: FileKind;
  /**
   * Whether it is known to use the registry's host as the key of its entry, so that a missing entry was lost. Seen with
   * docker 28, podman 5.4, buildah 1.39, skopeo 1.18 and oras 1.2.
   */
  readonly keepsByHost: boolean;
  /**
   * What an empty entry in `credHelpers` means to it: no credential store for this host (docker), or nothing, so that it uses
   * the store for all registries (oras).
   */
  readonly emptyHelper: 'no store' | 'passed over';
};

/**
 * The message of a tool that is told to log out of a registry that it is not logged in to. podman and buildah exit with
 * 125 then, skopeo with 1, docker and oras with 0.
 */
export const NOT_LOGGED_IN = /\bnot logged in(?:to)?\b/i;

const COMMANDS: Commands = { login: ['login'], logout: ['logout'] };

const LIKE_DOCKER = { commands: COMMANDS, keepsIn: 'docker', emptyHelper: 'no store' } as const;
const LIKE_PODMAN = {
  commands: COMMANDS,
  keepsIn: 'containers',
  keepsByHost: true,
  emptyHelper: 'passed over',
} as const;

/**
 * The one table of the tools. nerdctl keeps its entry under the host with the port (its module dockerconfigresolver), and finch is
 * nerdctl, in a virtual machine on macOS and Windows.
 */
export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  docker: { name: 'docker', ...LIKE_DOCKER, keepsByHost: true },
  podman: { name: 'podman', ...LIKE_PODMAN },
  buildah: { name: 'buildah', ...LIKE_PODMAN },
  skopeo: { name: 'skopeo', ...LIKE_PODMAN },
  nerdctl: { name: 'nerdctl', ...LIKE_DOCKER, keepsByHost: false },
  finch: { name: 'finch', ...LIKE_DOCKER, keepsByHost: false },
  oras: { name: 'oras', ...LIKE_DOCKER, emptyHelper: 'passed over', keepsByHost: true },
  helm: {
    name: 'helm',
    commands: { login: ['registry', 'login'], logout: ['registry', 'logout'] },
    keepsIn: 'helm',
    keepsByHost: false,
    emptyHelper: 'passed over',
  },
  // The tools that read the file may take an empty entry either way.
  'config-file': { name: 'config-file', keepsIn: 'docker', keepsByHost: true, emptyHelper: 'passed over' },
};

/** Whether a word names a tool. */
export function isToolName(word: string): word is ToolName {
  return Object.hasOwn(TOOLS, word);
}

/** The programs other than docker, in the order in which one is chosen where docker is not there. */
export const OTHER_PROGRAMS: readonly ProgramName[] = PROGRAMS.filter((name) => name !== 'docker');

/** How a line of the log names the tool; docker, the usual one, needs no word. */
export function withTool(name: ToolName): string {
  return name === 'docker' ? '' : ` with ${name}`;
}
