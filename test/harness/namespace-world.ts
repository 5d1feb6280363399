import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsServices } from './aws-services.ts';
import { ContainerMetadata, ECS_ADDRESS } from './container-metadata.ts';
import { DockerRegistry } from './docker-registry.ts';
import { type IssuedPassword, registryOfHost, registryUrl } from './ecr.ts';
import { type Identity, makeRoleSession } from './identities.ts';
import { AGENT_ADDRESSES, PodIdentityAgent } from './pod-identity-agent.ts';
import { type PushTool, pull, push } from './push.ts';
import { Registry } from './registry.ts';
import { CertificateAuthority } from './tls.ts';
import { makeWorldDirectory, World, type WorldOptions } from './world.ts';

/** How a world in a namespace differs from the usual one. It goes to another process, so it is plain data. */
export interface NamespaceOptions extends Pick<WorldOptions, 'accountId' | 'region' | 'ipv6'> {
  /** Hosts at which the real registry serves; at all others a stand-in does. */
  realRegistries?: string[];
  /** The namespace has the address of ECS's credentials endpoint, too. */
  ecs?: boolean;
}

/** Where pods have their service account, and where the webhook of EKS Pod Identity mounts its token. */
const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const POD_IDENTITY_FOLDER = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';

const API_ADDRESS = '127.0.1.1';
const REGISTRY_ADDRESS = '127.0.1.2';
const PUBLIC_HOSTS = ['public.ecr.aws', 'ecr-public.aws.com'];
const API_NAME = /^(?:api\.)?(?:ecr|ecr-fips|ecr-public|sts|sts-fips)\.([a-z0-9-]+)\.[a-z0-9.-]+$/;
// Some of every partition; a name with any other region does not exist.
const REGIONS = new Set(
  `us-east-1 us-east-2 us-west-2 eu-west-1 eu-central-1 ap-southeast-2 us-gov-west-1 cn-north-1 eusc-de-east-1
   us-iso-east-1 us-isob-east-1 eu-isoe-west-1 us-isof-south-1`.split(/\s+/),
);

/** A world in a namespace of its own: everything has its real name and address, and serves over TLS where AWS does. */
export class NamespaceWorld extends World {
  readonly realRegistries = new Map<string, DockerRegistry>();
  /** The role that ECS gives out; see the option `ecs`. */
  ecsIdentity: Identity | undefined;
  #containerMetadata: ContainerMetadata | undefined;
  readonly #authority: CertificateAuthority;
  readonly #standIn: Registry;
  readonly #options: NamespaceOptions;

  private constructor(options: NamespaceOptions, authority: CertificateAuthority, directory: string) {
    const aws = new AwsServices(authority.serverOptions());
    super(options, { directory, aws, agent: new PodIdentityAgent(AGENT_ADDRESSES), authority });
    this.#authority = authority;
    this.#options = options;
    this.aws.proxyEndpoint = registryUrl;
    this.aws.onIssued = (issued) => this.#passOn(issued);
    this.#standIn = new Registry(
      (host, username, password) => this.isIssued(registryOfHost(host) ?? 'public', username, password),
      authority.serverOptions(),
    );
  }

  /** Makes the world; its servers are started by `start`. */
  static async create(options: NamespaceOptions): Promise<NamespaceWorld> {
    const directory = makeWorldDirectory();
    const authority = await CertificateAuthority.create(join(directory, 'authority'));
    return new NamespaceWorld(options, authority, directory);
  }

  /** Where a name leads in this namespace; undefined for names that do not exist. */
  addressOf(name: string): string | undefined {
    const real = this.realRegistries.get(name);
    const registry = registryOfHost(name);
    const region = registry?.region ?? API_NAME.exec(name)?.[1];
    if (real !== undefined) {
      return real.address;
    }
    if (PUBLIC_HOSTS.includes(name)) {
      return REGISTRY_ADDRESS;
    }
    if (name !== 'sts.amazonaws.com' && !REGIONS.has(region ?? '')) {
      return undefined;
    }
    return registry === undefined ? API_ADDRESS : REGISTRY_ADDRESS;
  }

  override async start(): Promise<void> {
    const [ipv4 = '', ipv6 = ''] = AGENT_ADDRESSES;
    await this.agent.listen(this.#options.ipv6 ? ipv6 : ipv4, 80);
    await this.aws.listen(API_ADDRESS, 443);
    await this.#standIn.listen(REGISTRY_ADDRESS, 443);
    for (const [index, host] of (this.#options.realRegistries ?? []).entries()) {
      const folder = join(this.directory, `registry-${index}`);
      const certificate = await this.#authority.issue([host]);
      this.realRegistries.set(host, await DockerRegistry.start(folder, `127.0.1.${10 + index}`, certificate));
    }
    if (this.#options.ecs) {
      await this.#startEcs();
    }
  }

  /** Mounts what Kubernetes gives every pod: the namespace and a token of its service account. */
  mountServiceAccount(namespace = 'arc-runners', serviceAccount = 'build'): void {
    mkdirSync(SERVICE_ACCOUNT_FOLDER, { recursive: true });
    const audience = 'https://kubernetes.default.svc';
    const token = this.serviceAccountToken({ namespace, serviceAccount, audience });
    writeFileSync(join(SERVICE_ACCOUNT_FOLDER, 'token'), token, { mode: 0o600 });
    writeFileSync(join(SERVICE_ACCOUNT_FOLDER, 'namespace'), namespace);
  }

  /** Gives the name server's clients the search domains of a pod. */
  setSearchDomains(namespace: string): void {
    appendFileSync(
      '/etc/resolv.conf',
      `search ${namespace}.svc.cluster.local svc.cluster.local cluster.local\n`,
    );
  }

  /** Takes the agent's IPv4 address away; packets to it then have no route, or are dropped on their way. */
  cutOffAgent(how: 'no route' | 'dropped'): void {
    const [ipv4 = ''] = AGENT_ADDRESSES;
    const ip = (words: string): Buffer => execFileSync('ip', words.split(' '));
    ip(`address del ${ipv4}/32 dev lo`);
    if (how === 'dropped') {
      ip('link add drop0 type veth peer name drop1');
      ip('address add 169.254.170.1/24 dev drop0');
      ip('link set drop0 up');
      ip('link set drop1 up');
      // A neighbour that nobody is: packets leave, and no answer ever comes.
      ip(`neighbour add ${ipv4} lladdr 02:00:00:00:00:01 dev drop0`);
    }
  }

  /** The stand-in for all registries that are not real ones. */
  override registry(): Promise<Registry> {
    return Promise.resolve(this.#standIn);
  }

  /** Pushes with a real client, with the login that docker's configuration holds. Rejects with the client's words. */
  async push(tool: PushTool, host: string, dockerConfig = join(this.home, '.docker')): Promise<void> {
    const folder = join(this.directory, 'push');
    mkdirSync(folder, { recursive: true });
    await push(tool, host, dockerConfig, folder, { HOME: this.home, ...this.trustEnv() });
  }

  /** Pulls an image that skopeo has pushed, with the login that docker's configuration holds. Rejects as `push` does. */
  async pull(host: string): Promise<void> {
    const folder = join(this.directory, 'pull');
    mkdirSync(folder, { recursive: true });
    await pull(host, join(this.home, '.docker'), folder, { HOME: this.home, ...this.trustEnv() });
  }

  override async close(): Promise<void> {
    await Promise.all([...this.realRegistries.values()].map((registry) => registry.stop()));
    await this.#standIn.stop();
    await this.#containerMetadata?.stop();
    await super.close();
  }

  protected override podIdentityTokenFile(): string {
    mkdirSync(POD_IDENTITY_FOLDER, { recursive: true });
    return join(POD_IDENTITY_FOLDER, 'eks-pod-identity-token');
  }

  /** What makes a client trust the registries of this world. */
  trustEnv(): { SSL_CERT_FILE: string } {
    return { SSL_CERT_FILE: this.#authority.file };
  }

  protected override placeEnv(): Record<string, string> {
    return { NODE_EXTRA_CA_CERTS: this.#authority.file, ...this.trustEnv() };
  }

  async #startEcs(): Promise<void> {
    this.ecsIdentity = this.aws.addIdentity(makeRoleSession(this.accountId, 'task-role'));
    this.#containerMetadata = new ContainerMetadata(this.ecsIdentity);
    await this.#containerMetadata.listen(ECS_ADDRESS, 80);
  }

  #passOn(issued: IssuedPassword): void {
    for (const [host, registry] of this.realRegistries) {
      if (JSON.stringify(registryOfHost(host) ?? 'public') === JSON.stringify(issued.registry)) {
        registry.setPassword(issued.password);
      }
    }
  }
}
