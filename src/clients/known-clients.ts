/**
 * The kinds of auth files: docker's `config.json`, the `auth.json` of podman, and helm's registry
 * configuration.
 */
export type FileKind = 'docker' | 'containers' | 'helm';

/** What the action knows about a container client. */
export type KnownClient = {
  /** The words before `login` and `logout`; undefined if no program is run. */
  prefix?: string[];
  fileKind: FileKind;
  /**
   * Whether an empty entry in `credHelpers` sets the credential store aside. Other clients pass
   * over such an entry.
   */
  readsEmptyHelper?: boolean;
};

const LIKE_DOCKER: KnownClient = {
  prefix: [],
  fileKind: 'docker',
  readsEmptyHelper: true,
};

const LIKE_PODMAN: KnownClient = {
  prefix: [],
  fileKind: 'containers',
};

const ROWS = {
  docker: LIKE_DOCKER,
  podman: LIKE_PODMAN,
  buildah: LIKE_PODMAN,
  skopeo: LIKE_PODMAN,
  nerdctl: LIKE_DOCKER,
  finch: LIKE_DOCKER,
  oras: {
    prefix: [],
    fileKind: 'docker',
  },
  helm: {
    prefix: ['registry'],
    fileKind: 'helm',
  },
  // The action writes the auth file itself. What reads the file can take an empty entry either way.
  'config-file': {
    fileKind: 'docker',
  },
} satisfies Record<string, KnownClient>;

/** A value of input `container-cli`. */
export type ClientName = keyof typeof ROWS;

/** All clients. If the user names none, the first one whose program is found is used. */
export const CLIENTS: Record<ClientName, KnownClient> = ROWS;
