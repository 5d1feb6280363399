import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { AwsServices } from './aws-services.ts';
import { requireGoodConduct } from './conduct.ts';
import { type PrivateRegistry, registryOfHost, registryUrl } from './ecr.ts';
import { type Identity, makeRoleSession, makeUser } from './identities.ts';
import { InstanceMetadata } from './instance-metadata.ts';
import { requireNoLeaks } from './leaks.ts';
import { nodeBinary, type Stage } from './paths.ts';
import { PodIdentityAgent } from './pod-identity-agent.ts';
import { ForwardProxy } from './proxy.ts';
import { Registry } from './registry.ts';
import { type Interrupt, type Reaction, runStep, type StepResult } from './runner.ts';
import type { Secret } from './secrets.ts';
import { makeServiceAccountToken, type ServiceAccountTokenOptions } from './service-account-token.ts';
import { CertificateAuthority } from './tls.ts';
import { isAlive, type Tool, ToolDirectory } from './tools.ts';

/** Variables of a step; undefined takes one away that the world sets by itself. */
export type Environment = Record<string, string | undefined>;

/** How a world differs from the usual one. */
export interface WorldOptions {
  /** The account of the pod's role and of the keys, and the region that calls go to. */
  accountId?: string;
  region?: string;
  /** The agent listens on the IPv6 loopback address. */
  ipv6?: boolean;
  /**
   * ECR names its registries by their real hosts, and docker reaches them there, over TLS: through a proxy that only
   * docker is told of, which leads those names to loopback. Else registries are `127.0.0.1:<port>`.
   */
  realRegistryNames?: boolean;
  /**
   * The services of AWS serve over TLS, at `localhost`; a proxy (see `startProxy`) leads their real names to them. A
   * step that is to use those names takes AWS_ENDPOINT_URL away.
   */
  awsOverTls?: boolean;
  /** The step need not behave as a step of the action must: for tests of the harness, with actions of their own. */
  anyConduct?: boolean;
}

/** What a world is made of, where it is not made by the world itself. */
export interface WorldParts {
  directory: string;
  aws: AwsServices;
  agent: PodIdentityAgent;
  authority: CertificateAuthority | undefined;
}

/** How one step differs from the usual one. */
export interface StepChoice {
  inputs?: Record<string, string>;
  env?: Environment;
  /** The tools on the PATH, and nothing else is on it; by default the real docker, so the test needs `testReal`. */
  tools?: Record<string, Tool>;
  /** Whether the runner's debug logging is on; it is unless a test says otherwise. */
  debug?: boolean;
  interrupts?: Interrupt[];
  reaction?: Reaction;
  limitMs?: number;
  /** Earlier steps of the job: what they exported is in this step's environment. */
  after?: StepResult[];
  /** The runner's temporary folder, where it is not the world's: another runner of the same host. */
  runnerTemp?: string;
  /** A program that starts a hook's script, in place of the runner's bash. */
  hookStarter?: readonly string[];
}

/** Everything that a step of a job meets, on loopback: the services of AWS, the registries, the runner. */
export class World {
  readonly accountId: string;
  readonly region: string;
  /** The folder of all files of this world. */
  readonly directory: string;
  readonly agent: PodIdentityAgent;
  readonly aws: AwsServices;
  /** Signs the certificates of this world's servers, where any of them has one. */
  readonly authority: CertificateAuthority | undefined;
  /** The proxy that a step can be told of; see `startProxy`. */
  proxy: ForwardProxy | undefined;
  /** The instance metadata; see `startInstanceMetadata`. */
  instanceMetadata: InstanceMetadata | undefined;
  /** The role that the agent's association for `arc-runners/build` gives; a user with keys; the node's role. */
  readonly identities: { pod: Identity; keys: Identity; node: Identity };
  readonly #registries = new Map<string, Promise<Registry>>();
  readonly #anyConduct: boolean;
  readonly #tokens: string[] = [];
  readonly #otherSecrets: Secret[] = [];
  readonly #steps: { tools: ToolDirectory }[] = [];
  readonly #temps = new Set<string>();
  #realNames: { registry: Registry; names: ForwardProxy } | undefined;

  constructor(options: WorldOptions, { directory, aws, agent, authority }: WorldParts) {
    this.accountId = options.accountId ?? '123456789012';
    this.region = options.region ?? 'eu-west-1';
    this.directory = directory;
    this.#anyConduct = options.anyConduct ?? false;
    this.aws = aws;
    this.agent = agent;
    this.authority = authority;
    for (const folder of [this.home, this.runnerTemp, join(this.directory, 'run')]) {
      mkdirSync(folder, { mode: 0o700 });
    }
    this.aws.proxyEndpoint = async (registry) =>
      `http://${(await this.registry(registry.accountId, registry.region)).authority}`;
    this.identities = {
      pod: this.aws.addIdentity(makeRoleSession(this.accountId, 'pod-role', 'eks-cluster-runner-abcde')),
      keys: this.aws.addIdentity(makeUser(this.accountId, 'pusher')),
      node: this.aws.addIdentity(makeRoleSession(this.accountId, 'node-role', 'i-0123456789abcdef0')),
    };
    this.agent.associations.set('arc-runners/build', this.identities.pod);
  }

  /** The home folder of the runner's user. */
  get home(): string {
    return join(this.directory, 'home');
  }

  /** The runner's folder for temporary files. */
  get runnerTemp(): string {
    return join(this.directory, 'temp');
  }

  /** The registry of an account and region, started when it is first asked for. */
  registry(accountId = this.accountId, region = this.region): Promise<Registry> {
    if (this.#realNames !== undefined) {
      return Promise.resolve(this.#realNames.registry);
    }
    const name = `${accountId} ${region}`;
    const known = this.#registries.get(name);
    if (known !== undefined) {
      return known;
    }
    const starting = this.#startRegistry({ accountId, region });
    this.#registries.set(name, starting);
    return starting;
  }

  /** The host by which a registry is logged in to. */
  async registryHost(accountId = this.accountId, region = this.region): Promise<string> {
    return new URL(await this.aws.proxyEndpoint({ accountId, region })).host;
  }

  /** The variables that the webhook of EKS Pod Identity sets in a pod, with a token made for it. */
  podIdentityEnv(token: ServiceAccountTokenOptions = {}): Record<string, string> {
    const file = this.podIdentityTokenFile();
    writeFileSync(file, this.serviceAccountToken(token), { mode: 0o600 });
    return {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: this.agent.credentialsUri,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
      ...this.regionEnv(),
    };
  }

  /** The variables that configure-aws-credentials sets for an identity. */
  keysEnv(identity: Identity = this.identities.keys): Record<string, string> {
    return {
      AWS_ACCESS_KEY_ID: identity.accessKeyId,
      AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
      ...(identity.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: identity.sessionToken }),
      ...this.regionEnv(),
    };
  }

  /** The variables that the webhook of IAM roles for service accounts sets in a pod. */
  webIdentityEnv(role = 'irsa-role', token: ServiceAccountTokenOptions = {}): Record<string, string> {
    const file = join(this.directory, `web-identity-token-${this.#tokens.length}`);
    writeFileSync(file, this.serviceAccountToken({ audience: 'sts.amazonaws.com', ...token }), {
      mode: 0o600,
    });
    return {
      AWS_ROLE_ARN: `arn:aws:iam::${this.accountId}:role/${role}`,
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
      ...this.regionEnv(),
    };
  }

  /** The variables of the region, as both webhooks and configure-aws-credentials set them. */
  regionEnv(): Record<string, string> {
    return { AWS_REGION: this.region, AWS_DEFAULT_REGION: this.region };
  }

  /** Makes a service account token, which counts as a secret from then on. */
  serviceAccountToken(options: ServiceAccountTokenOptions = {}): string {
    const token = makeServiceAccountToken(options);
    this.#tokens.push(token);
    return token;
  }

  /** Writes the shared configuration of the AWS tools, profiles and all, into the home folder. */
  writeAwsConfig(text: string): void {
    mkdirSync(join(this.home, '.aws'), { recursive: true });
    writeFileSync(join(this.home, '.aws', 'config'), text, { mode: 0o600 });
  }

  /** Starts the instance metadata of a node; gives the variables that lead the SDK there. */
  async startInstanceMetadata(): Promise<Environment> {
    this.instanceMetadata = new InstanceMetadata(this.identities.node);
    await this.instanceMetadata.listen();
    const endpoint = this.instanceMetadata.url;
    return {
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint,
      ...this.regionEnv(),
    };
  }

  /** Starts a proxy, with a login where one is given; gives its URL, login included. */
  async startProxy(login?: { username: string; password: string }): Promise<string> {
    const leadsTo = (host: string, port: number) => (isNameOfAws(host) ? this.aws : { host, port });
    this.proxy = new ForwardProxy(
      login === undefined ? undefined : `${login.username}:${login.password}`,
      leadsTo,
    );
    await this.proxy.listen();
    if (login === undefined) {
      return this.proxy.url;
    }
    this.addSecret('proxy password', login.password, 'given');
    const user = [login.username, login.password].map(encodeURIComponent).join(':');
    return `http://${user}@${this.proxy.authority}`;
  }

  /** Makes a secret of the test's own known to the leak check. */
  addSecret(kind: Secret['kind'], value: string, origin: Secret['origin']): void {
    this.#otherSecrets.push({ kind, value, origin });
  }

  /**
   * Runs the main stage. Throws a LeakError where a secret got out, and a ConductError where the step did what no step may
   * do, whatever the test is about.
   */
  async main(choice: StepChoice = {}): Promise<StepResult> {
    return this.#run('main', choice, choice.inputs ?? {}, choice.tools ?? { docker: 'real' }, {});
  }

  /** Runs the post stage of a main stage, with its state, its inputs and what it exported. */
  async post(main: StepResult, choice: StepChoice = {}): Promise<StepResult> {
    const env = { ...main.options.env, ...choice.env };
    const after = [main, ...(choice.after ?? [])];
    const runnerTemp = choice.runnerTemp ?? main.options.env['RUNNER_TEMP'] ?? this.runnerTemp;
    const tools = choice.tools ?? this.#toolsOf.get(main) ?? { docker: 'real' };
    return this.#run(
      'post',
      { ...choice, env, after, runnerTemp },
      choice.inputs ?? main.options.inputs,
      tools,
      main.state,
    );
  }

  /**
   * Runs a job hook. The job-completed hook gets the PATH that steps of the job have changed, and nothing else of what
   * they have exported: the runner gives its hooks its own environment.
   */
  async hook(stage: 'job-started' | 'job-completed', choice: StepChoice = {}): Promise<StepResult> {
    const after = (choice.after ?? []).map((step) => ({ ...step, exportedEnv: {} }));
    const env = { ECR_LOGIN_NODE: nodeBinary, ...choice.env };
    return this.#run(stage, { ...choice, env, after }, {}, choice.tools ?? { docker: 'real' }, {});
  }

  /** The logins in docker's configuration in the home folder, by host; empty where there is none. */
  dockerLogins(directory = join(this.home, '.docker')): Record<string, { auth?: string }> {
    const file = join(directory, 'config.json');
    if (!existsSync(file)) {
      return {};
    }
    const config = JSON.parse(readFileSync(file, 'utf8')) as { auths?: Record<string, { auth?: string }> };
    return config.auths ?? {};
  }

  /** Whether the registry takes the login in docker's configuration of this user: how the runner pulls an image. */
  async runnerMayPull(): Promise<boolean> {
    const host = await this.registryHost();
    const { auth = '' } = this.dockerLogins()[host] ?? {};
    const { status } = await fetch(`http://${host}/v2/`, { headers: { authorization: `Basic ${auth}` } });
    return status === 200;
  }

  /** Everything that must not get out. */
  secrets(given: Record<string, string> = {}): Secret[] {
    const isGiven = (value: string): Secret['origin'] =>
      Object.values(given).some((text) => text.includes(value)) ? 'given' : 'obtained';
    const secret = (kind: Secret['kind'], value: string): Secret => ({ kind, value, origin: isGiven(value) });
    return [
      ...[...this.aws.identities.values()].flatMap((identity) => [
        secret('secret key', identity.secretAccessKey),
        ...(identity.sessionToken === undefined ? [] : [secret('session token', identity.sessionToken)]),
      ]),
      ...this.aws.issued.flatMap(({ password, token }) => [
        secret('authorization token', token),
        secret('password', password),
      ]),
      ...this.#tokens.map((token) => secret('service account token', token)),
      ...this.#otherSecrets,
    ];
  }

  /** Starts what every world has. */
  async start(options: WorldOptions): Promise<void> {
    await this.agent.listen(options.ipv6 ? '::1' : '127.0.0.1');
    await this.aws.listen();
    if (options.realRegistryNames && this.authority !== undefined) {
      await this.#useRealNames(this.authority);
    }
  }

  /** Ends servers and what the fakes left running, and removes all files. */
  async close(): Promise<void> {
    const registries = await Promise.all(this.#registries.values());
    const realNames = this.#realNames === undefined ? [] : [this.#realNames.registry, this.#realNames.names];
    const others = [this.proxy, this.instanceMetadata].filter((server) => server !== undefined);
    await Promise.all(
      [this.agent, this.aws, ...registries, ...realNames, ...others].map((server) => server.stop()),
    );
    for (const { tools } of this.#steps) {
      await endLeftovers(tools);
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  readonly #toolsOf = new WeakMap<StepResult, Record<string, Tool>>();

  async #run(
    stage: Stage,
    choice: StepChoice,
    inputs: Record<string, string>,
    chosenTools: Record<string, Tool>,
    state: Record<string, string>,
  ): Promise<StepResult> {
    const directory = join(this.directory, `step-${this.#steps.length}`);
    const tools = new ToolDirectory(join(directory, 'tools'), this.#realToolEnv());
    this.#steps.push({ tools });
    for (const [name, tool] of Object.entries(chosenTools)) {
      tools.add(name, tool);
    }
    const env = this.#environment(choice, tools);
    if (env['RUNNER_TEMP'] !== undefined) {
      this.#temps.add(env['RUNNER_TEMP']);
    }
    this.agent.clockFactor = Number(env['TEST_CLOCK_FACTOR'] ?? 1);
    const { interrupts = [], limitMs = 60_000, reaction, hookStarter } = choice;
    const step = { stage, inputs, env, state, tools, directory, interrupts, limitMs };
    const result = await runStep({
      ...step,
      ...(reaction !== undefined && { reaction }),
      ...(hookStarter !== undefined && { hookStarter }),
    });
    this.#toolsOf.set(result, chosenTools);
    if (!this.#anyConduct) requireGoodConduct(result);
    const given = { ...env, ...inputs };
    const written = [
      this.home,
      ...this.#temps,
      join(this.directory, 'run'),
      ...placesOfLogins(env, this.directory),
    ];
    requireNoLeaks(result, this.secrets(given), written);
    return result;
  }

  #environment(choice: StepChoice, tools: ToolDirectory): Record<string, string> {
    const after = choice.after ?? [];
    const env: Environment = {
      ...RUNNER_ENV,
      ...HOST_ENV,
      HOME: this.home,
      ...(process.platform === 'win32' ? { USERPROFILE: this.home } : {}),
      RUNNER_TEMP: choice.runnerTemp ?? this.runnerTemp,
      XDG_RUNTIME_DIR: join(this.directory, 'run'),
      AWS_EC2_METADATA_DISABLED: 'true',
      ...this.placeEnv(),
      ...((choice.debug ?? true) ? { RUNNER_DEBUG: '1' } : {}),
      ...choice.env,
      ...Object.assign({}, ...after.map((step) => step.exportedEnv)),
      PATH: [...after.flatMap((step) => step.paths), tools.path].join(delimiter),
    };
    return Object.fromEntries(
      Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
    );
  }

  /** A file for the next token of EKS Pod Identity. */
  protected podIdentityTokenFile(): string {
    const folder = join(this.directory, 'pod-identity');
    mkdirSync(folder, { recursive: true });
    return join(folder, `eks-pod-identity-token-${this.#tokens.length}`);
  }

  /** The variables that lead the SDK to this world's services. */
  protected placeEnv(): Record<string, string> {
    if (this.authority === undefined) {
      return { AWS_ENDPOINT_URL: this.aws.url };
    }
    const endpoint = this.aws.url.replace('https://127.0.0.1', 'https://localhost');
    return { AWS_ENDPOINT_URL: endpoint, NODE_EXTRA_CA_CERTS: this.authority.file };
  }

  async #startRegistry(place: PrivateRegistry): Promise<Registry> {
    const registry = new Registry((_host, username, password) => this.isIssued(place, username, password));
    await registry.listen();
    return registry;
  }

  /** Whether ECR gave out this password for this registry. */
  protected isIssued(place: PrivateRegistry | 'public', username: string, password: string): boolean {
    return this.aws.issued.some(
      (issued) =>
        username === 'AWS' &&
        issued.password === password &&
        JSON.stringify(issued.registry) === JSON.stringify(place),
    );
  }

  async #useRealNames(authority: CertificateAuthority): Promise<void> {
    const isValid = (host: string, username: string, password: string): boolean =>
      this.isIssued(registryOfHost(host) ?? 'public', username, password);
    const registry = new Registry(isValid, authority.serverOptions());
    await registry.listen();
    const names = new ForwardProxy(undefined, () => ({ host: registry.host, port: registry.port }));
    await names.listen();
    this.#realNames = { registry, names };
    this.aws.proxyEndpoint = registryUrl;
  }

  #realToolEnv(): Record<string, string> {
    if (this.#realNames === undefined || this.authority === undefined) {
      return {};
    }
    return { HTTPS_PROXY: this.#realNames.names.url, SSL_CERT_FILE: this.authority.file };
  }
}

/** The folders of this world that variables lead the container tools to. */
function placesOfLogins(env: Record<string, string>, world: string): string[] {
  const files = [env['REGISTRY_AUTH_FILE'], env['HELM_REGISTRY_CONFIG']];
  const folders = files.map((file) => (file ? dirname(file) : ''));
  return [env['DOCKER_CONFIG'] ?? '', ...folders].filter(
    (folder) =>
      folder.startsWith(world) && (statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false),
  );
}

/** Variables that every runner sets. */
const RUNNER_ENV = {
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_ACTION: 'login',
  GITHUB_JOB: 'build',
  GITHUB_REPOSITORY: 'octo-org/app',
  GITHUB_RUN_ID: '9876543210',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_WORKFLOW: 'images',
  RUNNER_ENVIRONMENT: 'self-hosted',
  RUNNER_NAME: 'runner-abcde',
  RUNNER_OS: { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }[process.platform as string] ?? 'Linux',
  LANG: 'C.UTF-8',
};

/** What a process needs from its machine; on Windows programs do not start without some of it. */
const HOST_ENV = Object.fromEntries(
  ['SystemRoot', 'ComSpec', 'PATHEXT', 'TMPDIR', 'TEMP', 'TMP'].flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  ),
);

/** Ends the processes of fake tools that hang, then those that they started, and waits until they are gone. */
async function endLeftovers(tools: ToolDirectory): Promise<void> {
  for (const kind of ['pid', 'grandchildPid'] as const) {
    const pids = tools.runs.flatMap((run) => run[kind] ?? []);
    const left = pids.filter((pid) => isAlive(pid) && isOurs(pid, tools.path));
    for (const pid of left) {
      process.kill(pid, 'SIGKILL');
    }
    while (left.some(isAlive)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** Whether a process is a fake tool, or the sleep that one starts: a pid alone may be another's by now. */
function isOurs(pid: number, folder: string): boolean {
  const file = `/proc/${pid}/cmdline`;
  const words = existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\0', ' ') : '';
  return words.includes(folder) || words.includes('sleep 600');
}

function isNameOfAws(host: string): boolean {
  return /\.(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws)$/.test(host);
}

/** Makes a world and starts its servers; the caller closes it. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const directory = makeWorldDirectory();
  const needsAuthority = options.realRegistryNames || options.awsOverTls;
  const authority = needsAuthority
    ? await CertificateAuthority.create(join(directory, 'authority'))
    : undefined;
  const aws = new AwsServices(options.awsOverTls ? authority?.serverOptions() : undefined);
  const world = new World(options, {
    directory,
    aws,
    agent: new PodIdentityAgent(['127.0.0.1', '::1']),
    authority,
  });
  await world.start(options);
  return world;
}

/** Makes the folder for all files of a world. */
export function makeWorldDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'ecr-login-world-'));
}
