import { which } from '@actions/io';
import { Failure } from '../errors/failure.ts';
import { nameSettings } from '../runner/job-hook.ts';
import { isJobContainer } from '../runner/kind.ts';
import * as log from '../runner/log.ts';
import { CLIENTS, type ClientName, type KnownClient } from './known-clients.ts';

const NAMES = Object.keys(CLIENTS) as ClientName[];
/** The clients that are programs. */
const PROGRAMS = NAMES.filter((name) => CLIENTS[name].prefix !== undefined);

/** Packages of Debian, by client. Its finch is another program. */
const PACKAGES: Partial<Record<ClientName, string>> = {
  docker: 'docker-cli',
  podman: 'podman',
  buildah: 'buildah',
  skopeo: 'skopeo',
  oras: 'oras',
};

export type FoundClient = KnownClient & {
  name: ClientName;
  /** The path of its program; empty if there is none on PATH. */
  executable: string;
};

/** Reads input `container-cli`: names of clients, separated by commas or newlines. */
export function parseClients(text: string) {
  const words = text.split(/[,\r\n]+/).map((word) => word.trim().toLowerCase());
  const given = [...new Set(words)].filter((word) => word !== '');

  const isName = (word: string): word is ClientName => Object.hasOwn(CLIENTS, word);
  const unknown = given.filter((word) => !isName(word));

  return {
    entries: given.filter(isName),
    problems: unknown.map((word) => `'${log.singleLine(word)}' is none of ${NAMES.join(', ')}`),
  };
}

export async function findClient(name: ClientName): Promise<FoundClient> {
  return { name, ...CLIENTS[name], executable: await which(name) };
}

/**
 * Finds the clients that are named, else the first program on PATH. Throws a Failure if one is
 * missing.
 */
export async function chooseClients(names: ClientName[]): Promise<FoundClient[]> {
  if (names.length === 0) return [await firstOnPath()];

  const clients = await Promise.all(names.map(findClient));
  const missing = clients.filter(({ prefix, executable }) => prefix && !executable);

  if (missing.length > 0) {
    const input = nameSettings("Input 'container-cli'");
    const absent = missing.map(({ name }) => name);
    throw clientMissing(absent, `${input}: ${absent.join(', ')} not found on PATH.`);
  }
  return clients;
}

async function firstOnPath() {
  for (const name of PROGRAMS) {
    const client = await findClient(name);
    if (client.executable === '') continue;

    if (name !== 'docker') {
      const choice = nameSettings("To choose a tool, set 'container-cli'.");
      log.info(`docker not found; using ${name}. ${choice}`);
    }
    return client;
  }

  throw clientMissing(
    ['docker'],
    `No container client found on PATH. Looked for ${PROGRAMS.join(', ')}.`,
  );
}

function clientMissing(names: ClientName[], message: string) {
  const isInJob = isJobContainer();
  const packages = isInJob ? [] : names.flatMap((name) => PACKAGES[name] ?? []);

  return new Failure(message, {
    knownError: isInJob ? 'client-missing-in-job' : 'client-missing',
    facts: { tool: names.join(', ') },
    commands: packages.length > 0 ? [`sudo apt-get install --yes ${packages.join(' ')}`] : [],
  });
}
