/** The kinds of auth files: docker's `config.json`, the `auth.json` of podman, and helm's registry configuration. */
export type FileKind = 'docker' | 'containers' | 'helm';

export type Command = 'login' | 'logout';

/** What the action knows about a container client. */
export type KnownClient = {
  /** The arguments before the options and the registry; undefined if no program is run. */
  commands?: Record<Command, string[]>;
  fileKind: FileKind;
  /** Whether an empty entry in `credHelpers` sets the credential store aside. Other clients pass over such an entry. */
  readsEmptyHelper: boolean;
};

const COMMANDS = {
  login: ['login'],
  logout: ['logout'],
};

const LIKE_DOCKER: KnownClient = {
  commands: COMMANDS,
  fileKind: 'docker',
  readsEmptyHelper: true,
};

const LIKE_PODMAN: KnownClient = {
  commands: COMMANDS,
  fileKind: 'containers',
  readsEmptyHelper: false,
};

const ROWS = {
  docker: LIKE_DOCKER,
  podman: LIKE_PODMAN,
  buildah: LIKE_PODMAN,
  skopeo: LIKE_PODMAN,
  nerdctl: LIKE_DOCKER,
  finch: LIKE_DOCKER,
  oras: {
    ...LIKE_DOCKER,
    readsEmptyHelper: false,
  },
  helm: {
    commands: {
      login: ['registry', 'login'],
      logout: ['registry', 'logout'],
    },
    fileKind: 'helm',
    readsEmptyHelper: false,
  },
  // The action writes the auth file itself. What reads the file can take an empty entry either way.
  'config-file': {
    fileKind: 'docker',
    readsEmptyHelper: false,
  },
} satisfies Record<string, KnownClient>;

/** A value of input `container-cli`. */
export type ClientName = keyof typeof ROWS;

/** All clients. If the user names none, the first one whose program is found is used. */
export const CLIENTS: Record<ClientName, KnownClient> = ROWS;
