/** A world in a namespace of its own. Run as a program, by `runInNamespace`, it makes one and runs a scenario in it. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AwsServices, regionOfHost } from './aws-services.ts';
import { makeRoleSession } from './identities.ts';
import { TaskMetadata } from './instance-metadata.ts';
import { AGENT_ADDRESSES, PodIdentityAgent } from './pod-identity-agent.ts';
import { type RealServer, setPassword, startRegistry } from './real-servers.ts';
import { CertificateAuthority } from './tls.ts';
import { findProgram } from './tools.ts';
import { makeWorldDirectory, World } from './world.ts';

/** How a world in a namespace differs from the usual one. */
export interface NamespaceOptions {
  ipv6?: boolean;
  /** Hosts at which the real registry serves; at all others a stand-in does. */
  realRegistries?: string[];
  /** Further names of AWS and of registries that exist. */
  names?: string[];
}

/** Where pods have their service account, and where the webhook of EKS Pod Identity mounts its token. */
const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const POD_IDENTITY_FOLDER = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';

const [IPV4 = '', IPV6 = ''] = AGENT_ADDRESSES;
const TASK_ADDRESS = '169.254.170.2';
const API_ADDRESS = '127.0.1.1';
const REGISTRY_ADDRESS = '127.0.1.2';
const NAMES = [
  '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
  'api.ecr.eu-west-1.amazonaws.com',
  'api.ecr-public.us-east-1.amazonaws.com',
  'public.ecr.aws',
  'sts.eu-west-1.amazonaws.com',
];

const isRegistry = (name: string): boolean =>
  regionOfHost(name) !== undefined || /^public\.|^ecr-public\.aws/.test(name);

/** Everything has its real name and address, and serves over TLS where AWS does. */
export class NamespaceWorld extends World {
  readonly realRegistries = new Map<string, RealServer>();
  readonly #authority: CertificateAuthority;
  readonly #options: NamespaceOptions;

  constructor(directory: string, authority: CertificateAuthority, options: NamespaceOptions) {
    const aws = new AwsServices(authority.serverOptions());
    super(directory, aws, new PodIdentityAgent(AGENT_ADDRESSES), authority);
    this.#authority = authority;
    this.#options = options;
    aws.onIssued = ({ region, password }) => {
      for (const host of this.realRegistries.keys()) {
        if (regionOfHost(host) === region) setPassword(join(directory, host), password);
      }
    };
  }

  override async start(): Promise<void> {
    await this.agent.listen(this.#options.ipv6 ? IPV6 : IPV4, 80);
    await this.aws.listen(API_ADDRESS, 443);
    await this.registry.listen(REGISTRY_ADDRESS, 443);
    for (const [index, host] of (this.#options.realRegistries ?? []).entries()) {
      const certificate = await this.#authority.issue(host);
      const folder = join(this.directory, host);
      this.realRegistries.set(host, await startRegistry(folder, `127.0.1.${10 + index}`, certificate));
    }
    this.#writeHosts();
  }

  /** Names exist if they are in /etc/hosts; there is no name server. */
  #writeHosts(): void {
    const names = new Set([...NAMES, ...(this.#options.names ?? []), ...this.realRegistries.keys()]);
    const addressOf = (name: string): string =>
      this.realRegistries.get(name)?.host ?? (isRegistry(name) ? REGISTRY_ADDRESS : API_ADDRESS);
    const lines = [
      '127.0.0.1 localhost',
      '::1 localhost',
      ...[...names].map((name) => `${addressOf(name)} ${name}`),
    ];
    bind('/etc/hosts', join(this.directory, 'hosts'), `${lines.join('\n')}\n`);
    bind('/etc/nsswitch.conf', join(this.directory, 'nsswitch.conf'), 'passwd: files\nhosts: files\n');
  }

  /** Mounts what Kubernetes gives every pod: the namespace and a token of its service account. */
  mountServiceAccount(namespace: string, serviceAccount: string): void {
    mkdirSync(SERVICE_ACCOUNT_FOLDER, { recursive: true });
    const token = this.serviceAccountToken({
      namespace,
      serviceAccount,
      audience: 'https://kubernetes.default.svc',
    });
    writeFileSync(join(SERVICE_ACCOUNT_FOLDER, 'token'), token, { mode: 0o600 });
    writeFileSync(join(SERVICE_ACCOUNT_FOLDER, 'namespace'), namespace);
  }

  /** Takes the agent's IPv4 address away; packets to it then have no route, or are dropped on their way. */
  cutOffAgent(how: 'no route' | 'dropped'): void {
    ip(`address del ${IPV4}/32 dev lo`);
    if (how === 'no route') return;
    ip('link add drop0 type veth peer name drop1');
    ip('address add 169.254.170.1/24 dev drop0');
    ip('link set drop0 up');
    ip('link set drop1 up');
    // A neighbor that nobody is: packets leave, and no response ever comes.
    ip(`neighbour add ${IPV4} lladdr 02:00:00:00:00:01 dev drop0`);
  }

  /** Starts the credentials endpoint of ECS, which gives out the role `task-role`. */
  async startTaskMetadata(): Promise<void> {
    ip(`address add ${TASK_ADDRESS}/32 dev lo`);
    const metadata = new TaskMetadata(
      this.aws.addIdentity(makeRoleSession(this.accountId, 'task-role', 'task')),
    );
    await metadata.listen(TASK_ADDRESS, 80);
  }

  /** Runs a real client as the runner's user, with no more than these variables; returns what it said if it failed. */
  async run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
    const options = {
      cwd: this.directory,
      // No PATH: a client finds no credential helper of the machine.
      env: { HOME: this.home, XDG_RUNTIME_DIR: join(this.directory, 'run'), ...this.placeEnv(), ...env },
    };
    return promisify(execFile)(findProgram(program) ?? program, args, options).then(
      () => '',
      (error: { stderr?: string }) => error.stderr || String(error),
    );
  }

  /** Pushes a small artifact with oras and the login of a docker configuration; returns what it said if it failed. */
  push(host: string, DOCKER_CONFIG = join(this.home, '.docker')): Promise<string> {
    writeFileSync(join(this.directory, 'artifact.txt'), 'pushed\n');
    return this.run('oras', ['push', `${host}/team/app:1`, 'artifact.txt'], { DOCKER_CONFIG });
  }

  override async close(): Promise<void> {
    await Promise.all([...this.realRegistries.values()].map((registry) => registry.stop()));
    await super.close();
  }

  protected override podIdentityTokenFile(): string {
    mkdirSync(POD_IDENTITY_FOLDER, { recursive: true });
    return join(POD_IDENTITY_FOLDER, 'eks-pod-identity-token');
  }

  protected override placeEnv(): Record<string, string> {
    return { NODE_EXTRA_CA_CERTS: this.#authority.file, SSL_CERT_FILE: this.#authority.file };
  }
}

function ip(words: string): void {
  execFileSync('ip', words.split(' '));
}

/** Puts a file in the place of one of the machine's, in this namespace only. */
function bind(path: string, file: string, content: string): void {
  writeFileSync(file, content);
  execFileSync('mount', ['--bind', file, path]);
}

async function runScenario([
  file = '',
  name = '',
  options = '',
  resultFile = '',
]: readonly string[]): Promise<void> {
  const chosen = JSON.parse(options) as NamespaceOptions;
  ip('link set lo up');
  ip(`address add ${IPV4}/32 dev lo`);
  // Without duplicate address detection: until that is over, nothing can listen at the address.
  if (chosen.ipv6) ip(`-6 address add ${IPV6}/128 dev lo nodad`);
  // For what a pod has mounted below /run.
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', '/run']);
  const directory = makeWorldDirectory();
  const authority = await CertificateAuthority.create(join(directory, 'authority'));
  const world = new NamespaceWorld(directory, authority, chosen);
  try {
    await world.start();
    const scenarios = (await import(file)) as Record<string, (world: NamespaceWorld) => Promise<unknown>>;
    writeFileSync(resultFile, JSON.stringify((await scenarios[name]?.(world)) ?? null));
  } finally {
    await world.close();
  }
  process.exit();
}

if (import.meta.filename === process.argv[1]) await runScenario(process.argv.slice(2));
