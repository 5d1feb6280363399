import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { AwsServices, regionOfHost } from './aws-services.ts';
import { type Identity, makeRoleSession, makeUser } from './identities.ts';
import { InstanceMetadata, type Machine } from './instance-metadata.ts';
import { requireNoLeaks, type Secret } from './leaks.ts';
import { builtAction, harness, type Stage } from './paths.ts';
import {
  makeServiceAccountToken,
  PodIdentityAgent,
  type TokenOptions,
} from './pod-identity-agent.ts';
import { ForwardProxy } from './proxy.ts';
import { Registry } from './registry.ts';
import { runStep, type StepManner, type StepResult } from './runner.ts';
import { CertificateAuthority } from './tls.ts';
import { type Tool, ToolDirectory } from './tools.ts';

/** Variables of a step; undefined takes one away that the world sets by itself. */
export type Environment = Record<string, string | undefined>;

export interface WorldOptions {
  /**
   * Registries have their real hosts, where docker reaches them through a proxy that it alone is told of; the only one is
   * else `127.0.0.1:<port>`. All serve over TLS, AWS at `localhost`; `startProxy` leads real names there. Needs openssl.
   */
  realNames?: boolean;
  /** All that is on the PATH of a step, if the step chooses nothing; the real docker, which needs `testReal`. */
  tools?: Record<string, Tool>;
}

export interface StepChoice extends StepManner {
  inputs?: Record<string, string>;
  /** The step's own variables; without any, a main step has those of a pod with an identity. */
  env?: Environment;
  /** Variables beside these. */
  moreEnv?: Environment;
  /** All that is on the PATH; else what the world has. */
  tools?: Record<string, Tool>;
  /** Earlier steps of the job: what they exported is in this step's environment. */
  after?: Pick<StepResult, 'exportedEnv' | 'paths'>[];
  runnerTemp?: string;
  /** Whether the log is that of a job without debug logging. */
  isQuiet?: boolean;
  /** Runs the step as a user without an entry in /etc/passwd, who owns the home. Needs root. */
  asOtherUser?: boolean;
}

const RUNNER_ENV = {
  GITHUB_ACTIONS: 'true',
  GITHUB_RUN_ID: '9876543210',
  GITHUB_RUN_ATTEMPT: '2',
  RUNNER_ENVIRONMENT: 'self-hosted',
  RUNNER_NAME: 'runner-abcde',
  AWS_EC2_METADATA_DISABLED: 'true',
  // A daemon of this machine would log in by itself, without the names and certificates of the world.
  DOCKER_HOST: 'unix:///nonexistent/docker.sock',
};

const OTHER_USER = 54_321;

type Server = { listen: () => Promise<void>; stop: () => Promise<void> };

/** Everything that a step of a job meets, on loopback: the services of AWS, the registries, the runner. */
export class World {
  accountId = '123456789012';
  region = 'eu-west-1';
  directory: string;
  home: string;
  runnerTemp: string;
  agent = new PodIdentityAgent();
  aws: AwsServices;
  authority: CertificateAuthority | undefined;
  /** The role of the pod's association, a user with keys, and the role of the node. */
  identities: { pod: Identity; keys: Identity; node: Identity };
  registry: Registry;
  tools: Record<string, Tool> = { docker: 'real' };
  /** That of `startProxy`. */
  proxy = new ForwardProxy();
  #servers: Server[] = [];
  #secrets: Secret[] = [];
  #steps: ToolDirectory[] = [];
  #realToolEnv: Record<string, string>;

  constructor(directory: string, aws: AwsServices, authority?: CertificateAuthority) {
    this.directory = directory;
    this.home = join(directory, 'home');
    this.runnerTemp = join(directory, 'temp');
    for (const name of ['home', 'temp', 'run']) {
      fs.mkdirSync(join(directory, name), { mode: 0o700 });
    }
    this.#realToolEnv = this.#ownContainerStorage();

    this.aws = aws;
    this.authority = authority;
    this.registry = new Registry(
      (...login) => this.#isIssued(...login),
      authority?.serverOptions(),
    );

    this.identities = {
      pod: aws.addIdentity(makeRoleSession(this.accountId, 'pod-role', 'eks-cluster-runner-abcde')),
      keys: aws.addIdentity(makeUser(this.accountId, 'pusher')),
      node: aws.addIdentity(makeRoleSession(this.accountId, 'node-role', 'i-0123456789abcdef0')),
    };
    this.agent.associations.set('arc-runners/build', this.identities.pod);
  }

  async start({ realNames, tools = this.tools }: WorldOptions) {
    this.tools = tools;

    if (realNames) {
      const names = await this.#listening(new ForwardProxy(undefined, () => this.registry));
      this.#realToolEnv['HTTPS_PROXY'] = names.url;
      this.#realToolEnv['SSL_CERT_FILE'] = this.authority?.file ?? '';
    } else {
      this.aws.proxyEndpoint = () => this.registry.url;
    }

    for (const server of [this.agent, this.aws, this.registry]) await this.#listening(server);
  }

  /** Starts a server, which is stopped with the world. */
  async #listening<S extends Server>(server: S): Promise<S> {
    await server.listen();
    this.#servers.push(server);

    return server;
  }

  /** podman and buildah make their storage at each run, also to log in. */
  #ownContainerStorage() {
    const at = (name: string) => join(this.directory, name);
    const places = `graphroot = "${at('storage')}"\nrunroot = "${at('storage-run')}"`;

    fs.writeFileSync(at('storage.conf'), `[storage]\ndriver = "vfs"\n${places}\n`);
    fs.writeFileSync(at('containers.conf'), `[engine]\ntmp_dir = "${at('libpod')}"\n`);

    return {
      CONTAINERS_STORAGE_CONF: at('storage.conf'),
      CONTAINERS_CONF: at('containers.conf'),
    };
  }

  /** Whether ECR gave out this password for the region of this host, if it has one. */
  #isIssued(host: string, username: string, password: string) {
    const region = /^public\.|^ecr-public\./.test(host) ? 'public' : regionOfHost(host);
    const issued = this.aws.issued.filter((one) => one.password === password);

    return username === 'AWS' && issued.some((one) => [undefined, one.region].includes(region));
  }

  async registryHost(): Promise<string> {
    return new URL(await this.aws.proxyEndpoint(this.accountId, this.region)).host;
  }

  /** The variables that the webhook of EKS Pod Identity sets in a pod, with a token made for it. */
  podIdentityEnv(token: TokenOptions = {}): Record<string, string> {
    const file = this.podIdentityTokenFile();
    fs.writeFileSync(file, this.serviceAccountToken(token), { mode: 0o600 });

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
      ...(identity.sessionToken !== undefined && { AWS_SESSION_TOKEN: identity.sessionToken }),
      ...this.regionEnv(),
    };
  }

  /** The variables that the webhook of IAM roles for service accounts (IRSA) sets in a pod. */
  webIdentityEnv(): Record<string, string> {
    const token = this.serviceAccountToken({ audience: 'sts.amazonaws.com' });

    return {
      AWS_ROLE_ARN: `arn:aws:iam::${this.accountId}:role/irsa-role`,
      AWS_WEB_IDENTITY_TOKEN_FILE: this.writeHome('web-identity-token', token),
      ...this.regionEnv(),
    };
  }

  regionEnv(): Record<string, string> {
    return { AWS_REGION: this.region, AWS_DEFAULT_REGION: this.region };
  }

  /** Makes a service account token, which counts as a secret from then on. */
  serviceAccountToken(options: TokenOptions = {}): string {
    const token = makeServiceAccountToken(options);
    this.addSecret('service account token', token);

    return token;
  }

  /** Writes a file below the home folder, readable for its user only. */
  writeHome(name: string, content: string): string {
    const file = join(this.home, name);
    fs.mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(file, content, { mode: 0o600 });

    return file;
  }

  /** Starts the instance metadata of a node; returns the variables that lead the SDK there. */
  async startInstanceMetadata(machine: Partial<Machine> = {}): Promise<Environment> {
    const all = { region: this.region, ...machine };
    const metadata = await this.#listening(new InstanceMetadata(this.identities.node, all));

    return {
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
      ...this.regionEnv(),
    };
  }

  /** Starts a proxy, with a login if one is given; returns its URL, login included. It leads names of AWS to the stand-in. */
  async startProxy(login?: { username: string; password: string }): Promise<string> {
    const leadsTo = (host: string, port: number) => {
      return host.endsWith('.amazonaws.com') ? this.aws : { host, port };
    };

    if (login === undefined) {
      this.proxy = await this.#listening(new ForwardProxy(undefined, leadsTo));
      return this.proxy.url;
    }

    const { username, password } = login;
    this.addSecret('proxy password', password);
    this.proxy = await this.#listening(new ForwardProxy(`${username}:${password}`, leadsTo));

    const userInfo = [username, password].map(encodeURIComponent).join(':');
    return `http://${userInfo}@${this.proxy.authority}`;
  }

  addSecret(kind: Secret['kind'], value: string): void {
    this.#secrets.push({ kind, value });
  }

  /** Runs the main stage. Throws if a secret got out, or if it did what no step may do, whatever the test is about. */
  main(choice: StepChoice = {}): Promise<StepResult> {
    const { env = this.podIdentityEnv() } = choice;

    return this.#run('main', { ...choice, env });
  }

  /** Runs the post stage of a main stage, with its state, its inputs and what it exported. */
  post(main: StepResult, choice: StepChoice = {}): Promise<StepResult> {
    const env = { ...main.options.env, ...choice.env };
    const after = [main, ...(choice.after ?? [])];
    const { inputs, tools } = main.options;

    return this.#run('post', { tools: tools.tools, ...choice, inputs, env, after }, main.state);
  }

  /** Runs a job hook. Of what steps of the job have exported, the runner gives its hooks only the PATH. */
  hook(stage: 'job-started' | 'job-completed', choice: StepChoice = {}): Promise<StepResult> {
    const after = (choice.after ?? []).map(({ paths }) => ({ paths, exportedEnv: {} }));
    const env = { ECR_LOGIN_NODE: process.execPath, ...choice.env };

    return this.#run(stage, { ...choice, env, after });
  }

  /** The logins in docker's configuration, by host; empty if there is none. */
  dockerLogins(directory = join(this.home, '.docker')): Record<string, { auth?: string }> {
    const file = join(directory, 'config.json');
    if (!fs.existsSync(file)) return {};

    return JSON.parse(fs.readFileSync(file, 'utf8')).auths ?? {};
  }

  /** The hosts that docker's configuration has a login for, in order. */
  loggedIn(directory?: string): string[] {
    return Object.keys(this.dockerLogins(directory)).sort();
  }

  /** Writes docker's configuration, as other jobs and people have left it; returns the file. */
  writeDockerConfig(config: object): string {
    return this.writeHome('.docker/config.json', JSON.stringify(config));
  }

  /** Whether the registry takes the login in docker's configuration of this user: how the runner pulls an image. */
  async runnerMayPull(): Promise<boolean> {
    const host = await this.registryHost();
    const { auth = '' } = this.dockerLogins()[host] ?? {};

    const headers = { authorization: `Basic ${auth}` };
    const { ok } = await fetch(`http://${host}/v2/`, { headers });
    return ok;
  }

  get secrets(): Secret[] {
    const secrets = [...this.#secrets];

    const add = (kind: Secret['kind'], value: string) => secrets.push({ kind, value });

    for (const { secretAccessKey, sessionToken = '' } of this.aws.identities.values()) {
      add('secret key', secretAccessKey);
      add('session token', sessionToken);
    }
    for (const { password, token } of this.aws.issued) {
      add('password', password);
      add('password', token);
    }

    return secrets;
  }

  /** Ends servers and what fakes left running, and removes all files. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));

    const pids = this.#steps.flatMap(({ runs }) => runs.map(({ pid }) => pid));
    for (const pid of pids.filter(isFake)) process.kill(pid, 'SIGKILL');

    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  async #run(stage: Stage, choice: StepChoice, state: StepResult['state'] = {}) {
    const directory = join(this.directory, `step-${this.#steps.length}`);
    const tools = new ToolDirectory(join(directory, 'tools'), this.#realToolEnv);
    this.#steps.push(tools);
    for (const [name, tool] of Object.entries(choice.tools ?? this.tools)) tools.add(name, tool);

    const result = await runStep({
      ...choice,
      ...(choice.asOtherUser && { uid: OTHER_USER, dist: this.#giveToOtherUser() }),
      stage,
      inputs: choice.inputs ?? {},
      env: this.#environment(choice, tools),
      state,
      tools,
      directory,
    });

    requireNoLeaks(result, this.secrets, this.directory);
    return result;
  }

  #environment(choice: StepChoice, tools: ToolDirectory) {
    const after = choice.after ?? [];
    const otherUser = {
      NODE_OPTIONS: `--import=${join(harness, 'other-user.mjs')}`,
      TEST_USER: String(OTHER_USER),
    };

    const env: Environment = {
      ...RUNNER_ENV,
      HOME: this.home,
      RUNNER_TEMP: choice.runnerTemp ?? this.runnerTemp,
      XDG_RUNTIME_DIR: join(this.directory, 'run'),
      ...this.placeEnv(),
      ...(!choice.isQuiet && { RUNNER_DEBUG: '1' }),
      ...(choice.asOtherUser && otherUser),
      ...choice.env,
      ...choice.moreEnv,
    };
    for (const { exportedEnv } of after) Object.assign(env, exportedEnv);
    env['PATH'] = [...after.flatMap(({ paths }) => paths), tools.path].join(delimiter);

    const set = Object.entries(env).filter(([, value]) => value !== undefined);
    return Object.fromEntries(set) as Record<string, string>;
  }

  /** Gives the files of this world away, once, with a copy of the action: nobody else can enter, say, /root. */
  #giveToOtherUser() {
    const dist = join(this.directory, 'dist');

    if (!fs.existsSync(dist)) {
      fs.cpSync(builtAction, dist, { recursive: true });
      execFileSync('chown', ['-R', `${OTHER_USER}:${OTHER_USER}`, this.directory]);
    }

    return dist;
  }

  protected podIdentityTokenFile(): string {
    return join(fs.mkdtempSync(join(this.directory, 'pod-identity-')), 'eks-pod-identity-token');
  }

  protected placeEnv(): Record<string, string> {
    if (this.authority === undefined) return { AWS_ENDPOINT_URL: this.aws.url };

    return {
      AWS_ENDPOINT_URL: this.aws.url.replace('127.0.0.1', 'localhost'),
      NODE_EXTRA_CA_CERTS: this.authority.file,
    };
  }
}

/** Whether a process is a fake tool that hangs: a pid alone can be another's by now. */
function isFake(pid: number) {
  const file = `/proc/${pid}/cmdline`;

  return fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes('sleep\u0000120');
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const directory = makeWorldDirectory();
  const authority = options.realNames ? await CertificateAuthority.create(directory) : undefined;
  const aws = new AwsServices(authority?.serverOptions());

  const world = new World(directory, aws, authority);
  await world.start(options);
  return world;
}

export function makeWorldDirectory(): string {
  return fs.mkdtempSync(join(tmpdir(), 'ecr-login-world-'));
}
