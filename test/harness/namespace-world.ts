/**
 * A world in a namespace of its own. `runInNamespace` runs this file as a program, which makes such
 * a world and runs a scenario in it.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AwsServices, regionOfHost } from './aws-services.ts';
import { HOST } from './namespace.ts';
import { setPassword, startRegistry } from './real-servers.ts';
import { CertificateAuthority } from './tls.ts';
import { findProgram } from './tools.ts';
import { makeWorldDirectory, World } from './world.ts';

export interface NamespaceOptions {
  ipv6?: boolean;
  /** Whether the real registry serves `HOST`. A stand-in serves all other hosts. */
  realRegistry?: boolean;
  /** Names that exist in addition to NAMES. */
  names?: string[];
}

/** Where Kubernetes mounts the service account of a pod. */
const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Where the webhook of EKS Pod Identity mounts its token. */
const POD_IDENTITY_FOLDER = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';

const [IPV4, IPV6] = ['169.254.170.23', 'fd00:ec2::23'];
const API_ADDRESS = '127.0.1.1';
const REGISTRY_ADDRESS = '127.0.1.2';
const REAL_REGISTRY_ADDRESS = '127.0.1.3';
const NAMES = [
  HOST,
  'api.ecr.eu-west-1.amazonaws.com',
  'api.ecr-public.us-east-1.amazonaws.com',
  'public.ecr.aws',
  'sts.eu-west-1.amazonaws.com',
];

const isRegistry = (name: string) =>
  regionOfHost(name) !== undefined || /^public\.|^ecr-public\.aws/.test(name);

/** Everything has its real name and address, and serves over TLS where AWS does. */
export class NamespaceWorld extends World {
  #stopRegistry: (() => Promise<void>) | undefined;
  #authority: CertificateAuthority;
  #options: NamespaceOptions;

  constructor(directory: string, authority: CertificateAuthority, options: NamespaceOptions) {
    const aws = new AwsServices(authority.serverOptions());
    super(directory, aws, authority);
    this.#authority = authority;
    this.#options = options;
    aws.onIssued = ({ region, password }) => {
      if (options.realRegistry && regionOfHost(HOST) === region)
        setPassword(join(directory, HOST), password);
    };
  }

  override async start() {
    await this.agent.listen(this.#options.ipv6 ? IPV6 : IPV4, 80);
    await this.aws.listen(API_ADDRESS, 443);
    await this.registry.listen(REGISTRY_ADDRESS, 443);

    if (this.#options.realRegistry) {
      const certificate = await this.#authority.issue(HOST);
      const folder = join(this.directory, HOST);
      this.#stopRegistry = await startRegistry(folder, REAL_REGISTRY_ADDRESS, certificate);
    }

    this.#writeHosts();
  }

  /** Names exist if they are in /etc/hosts; there is no name server. */
  #writeHosts() {
    const lines = ['127.0.0.1 localhost'];

    // Of several lines with the same name, the first one counts.
    if (this.#options.realRegistry) lines.push(`${REAL_REGISTRY_ADDRESS} ${HOST}`);
    for (const name of [...NAMES, ...(this.#options.names ?? [])]) {
      lines.push(`${isRegistry(name) ? REGISTRY_ADDRESS : API_ADDRESS} ${name}`);
    }
    this.#bind('hosts', lines);

    this.#bind('nsswitch.conf', ['passwd: files', 'hosts: files']);
  }

  /** Replaces a file below /etc, in this namespace only. */
  #bind(name: string, lines: string[]) {
    const file = join(this.directory, name);
    writeFileSync(file, `${lines.join('\n')}\n`);

    execFileSync('mount', ['--bind', file, `/etc/${name}`]);
  }

  /** Mounts what Kubernetes gives every pod: the namespace and a token of its service account. */
  mountServiceAccount(namespace: string, serviceAccount: string) {
    const audience = 'https://kubernetes.default.svc';
    const token = this.serviceAccountToken({ namespace, serviceAccount, audience });

    mkdirSync(SERVICE_ACCOUNT_FOLDER, { recursive: true });
    writeFileSync(join(SERVICE_ACCOUNT_FOLDER, 'token'), token, { mode: 0o600 });
    writeFileSync(join(SERVICE_ACCOUNT_FOLDER, 'namespace'), namespace);
  }

  /** Removes the agent's IPv4 address, so that no route leads to the agent. */
  cutOffAgent() {
    ip('address', 'del', `${IPV4}/32`, 'dev', 'lo');
  }

  /**
   * Runs a real client as the runner's user, with only these variables. Returns the error that the
   * client prints, or an empty text if the client succeeds.
   */
  async run(program: string, args: string[], env: Record<string, string> = {}) {
    const options = {
      cwd: this.directory,
      // Without a PATH, a client finds no credential helper of the machine.
      env: {
        HOME: this.home,
        XDG_RUNTIME_DIR: join(this.directory, 'run'),
        ...this.placeEnv(),
        ...env,
      },
    };

    try {
      await promisify(execFile)(findProgram(program) ?? program, args, options);
      return '';
    } catch (error) {
      return (error as { stderr?: string }).stderr || String(error);
    }
  }

  /**
   * Pushes a small artifact with oras and the login of a docker configuration. Returns what `run`
   * returns.
   */
  push(DOCKER_CONFIG = join(this.home, '.docker')) {
    writeFileSync(join(this.directory, 'artifact.txt'), 'pushed\n');

    return this.run('oras', ['push', `${HOST}/team/app:1`, 'artifact.txt'], { DOCKER_CONFIG });
  }

  override async close() {
    await this.#stopRegistry?.();
    await super.close();
  }

  protected override podIdentityTokenFile() {
    mkdirSync(POD_IDENTITY_FOLDER, { recursive: true });
    return join(POD_IDENTITY_FOLDER, 'eks-pod-identity-token');
  }

  protected override placeEnv(): Record<string, string> {
    return {
      NODE_EXTRA_CA_CERTS: this.#authority.file,
      SSL_CERT_FILE: this.#authority.file,
    };
  }
}

function ip(...args: string[]) {
  execFileSync('ip', args);
}

type Scenario = (world: NamespaceWorld) => Promise<unknown>;

async function runScenario(args: string[]) {
  const [file = '', name = '', options = '', resultFile = ''] = args;
  const chosen = JSON.parse(options) as NamespaceOptions;

  ip('link', 'set', 'lo', 'up');
  ip('address', 'add', `${IPV4}/32`, 'dev', 'lo');
  // `nodad` turns off duplicate address detection, during which nothing can listen at the address.
  if (chosen.ipv6) ip('-6', 'address', 'add', `${IPV6}/128`, 'dev', 'lo', 'nodad');

  // Pods have mounts below /run, and podman makes its storage below /var/lib.
  for (const folder of ['/run', '/var/lib']) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', folder]);
  }

  const directory = makeWorldDirectory();
  const authority = await CertificateAuthority.create(directory);
  const world = new NamespaceWorld(directory, authority, chosen);
  try {
    await world.start();

    const scenarios = (await import(file)) as Record<string, Scenario>;
    const result = await scenarios[name]?.(world);
    writeFileSync(resultFile, JSON.stringify(result ?? null));
  } finally {
    await world.close();
  }

  process.exit();
}

if (import.meta.filename === process.argv[1]) await runScenario(process.argv.slice(2));
