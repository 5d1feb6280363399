import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { AwsServices, regionOfHost } from './aws-services.ts';
import { type Identity, makeRoleSession, makeUser } from './identities.ts';
import { InstanceMetadata, type Machine } from './instance-metadata.ts';
import { JobFolders } from './job-folders.ts';
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
import { HANG_S, makeContainerStorage, type Tool, ToolDirectory } from './tools.ts';

/** Variables of a step. A variable that is undefined is not set, even if the world would set it. */
export type Environment = Record<string, string | undefined>;

export interface WorldOptions {
  /**
   * If false, there is one registry, at `127.0.0.1:<port>`.
   *
   * If true, registries have their real host names, and all servers use TLS, which needs openssl.
   * Docker reaches the registries through a proxy, which only docker knows. AWS is at `localhost`.
   * Through the proxy of `startProxy`, AWS also has its real names.
   */
  realNames?: boolean;
  /** The tools of each step that does not choose its own. By default, the real docker. */
  tools?: Record<string, Tool>;
}

export interface StepChoice extends StepManner {
  inputs?: Record<string, string>;
  /** The variables of the step. By default, a main step has those of a pod with an identity. */
  env?: Environment;
  /** Variables that are added to `env`. */
  moreEnv?: Environment;
  /** The only tools on the PATH of the step, in place of the tools of the world. */
  tools?: Record<string, Tool>;
  /** Earlier steps of the job, which can have exported variables and additions to the PATH. */
  after?: Pick<StepResult, 'exportedEnv' | 'paths'>[];
  runnerTemp?: string;
  /** Whether the job has no debug logging. */
  withoutDebugLog?: boolean;
  /** Runs the step as a user who owns the home but has no entry in /etc/passwd. Needs root. */
  asOtherUser?: boolean;
}

const RUNNER_ENV = {
  GITHUB_ACTIONS: 'true',
  GITHUB_RUN_ID: '9876543210',
  GITHUB_RUN_ATTEMPT: '2',
  RUNNER_ENVIRONMENT: 'self-hosted',
  RUNNER_NAME: 'runner-abcde',
  AWS_EC2_METADATA_DISABLED: 'true',
  // A Docker daemon of this machine would log in by itself, without the names of the world.
  DOCKER_HOST: 'unix:///nonexistent/docker.sock',
};

/** The user ID of a step with `asOtherUser`. */
const OTHER_USER = 54_321;

type Server = { listen: () => Promise<void>; stop: () => Promise<void> };

/** What a step of a job meets, on loopback: the services of AWS, the registries, the runner. */
export class World extends JobFolders {
  accountId = '123456789012';
  region = 'eu-west-1';
  agent = new PodIdentityAgent();
  aws: AwsServices;
  authority: CertificateAuthority | undefined;
  /** The role of the pod's association, a user with keys, and the role of the node. */
  identities: { pod: Identity; keys: Identity; node: Identity };
  registry: Registry;
  tools: Record<string, Tool> = { docker: 'real' };
  /** The proxy that `startProxy` has started. */
  proxy = new ForwardProxy();
  #servers: Server[] = [];
  #secrets: Secret[] = [];
  /** A directory for each step so far. */
  #toolDirectories: ToolDirectory[] = [];
  #realToolEnv: Record<string, string>;

  constructor(directory: string, aws: AwsServices, authority?: CertificateAuthority) {
    super(directory);
    this.#realToolEnv = makeContainerStorage(directory);

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
      const toRegistry = await this.#listening(new ForwardProxy(undefined, () => this.registry));
      this.#realToolEnv['HTTPS_PROXY'] = toRegistry.url;
      this.#realToolEnv['SSL_CERT_FILE'] = this.authority?.file ?? '';
    } else {
      this.aws.proxyEndpoint = () => this.registry.url;
    }

    for (const server of [this.agent, this.aws, this.registry]) await this.#listening(server);
  }

  /** Starts a server, which is stopped when the world is closed. */
  async #listening<S extends Server>(server: S): Promise<S> {
    await server.listen();
    this.#servers.push(server);

    return server;
  }

  /** Whether ECR issued this password, and for the region of this host, if the host names one. */
  #isIssued(host: string, username: string, password: string) {
    const region = /^public\.|^ecr-public\./.test(host) ? 'public' : regionOfHost(host);
    const issued = this.aws.issued.find((one) => one.password === password);
    if (issued === undefined || username !== 'AWS') return false;

    return region === undefined || region === issued.region;
  }

  async registryHost() {
    return new URL(await this.aws.proxyEndpoint(this.accountId, this.region)).host;
  }

  /** The variables that the webhook of EKS Pod Identity sets in a pod, with a new token. */
  podIdentityEnv(token: TokenOptions = {}) {
    const file = this.podIdentityTokenFile();
    fs.writeFileSync(file, this.serviceAccountToken(token), { mode: 0o600 });

    return {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: this.agent.credentialsUri,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
      ...this.regionEnv(),
    };
  }

  /** The variables that configure-aws-credentials sets for an identity. */
  keysEnv(identity = this.identities.keys): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken } = identity;

    return {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
      ...this.regionEnv(),
    };
  }

  /** The variables that the webhook of IAM roles for service accounts (IRSA) sets in a pod. */
  webIdentityEnv() {
    const token = this.serviceAccountToken({ audience: 'sts.amazonaws.com' });

    return {
      AWS_ROLE_ARN: `arn:aws:iam::${this.accountId}:role/irsa-role`,
      AWS_WEB_IDENTITY_TOKEN_FILE: this.writeHome('web-identity-token', token),
      ...this.regionEnv(),
    };
  }

  regionEnv() {
    return { AWS_REGION: this.region, AWS_DEFAULT_REGION: this.region };
  }

  /** Makes a service account token, for which steps are searched from then on. */
  serviceAccountToken(options: TokenOptions = {}) {
    const token = makeServiceAccountToken(options);
    this.addSecret('service account token', token);

    return token;
  }

  /** Starts the instance metadata of a node. Returns the variables by which the SDK finds it. */
  async startInstanceMetadata(machine: Partial<Machine> = {}) {
    const all = { region: this.region, ...machine };
    const metadata = await this.#listening(new InstanceMetadata(this.identities.node, all));

    return {
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
      ...this.regionEnv(),
    };
  }

  /**
   * Starts a proxy, through which AWS has its real names. Returns the URL, with the login if any.
   */
  async startProxy(login?: { username: string; password: string }) {
    const leadsTo = (host: string, port: number) => {
      return host.endsWith('.amazonaws.com') ? this.aws : { host, port };
    };

    const credentials = login && `${login.username}:${login.password}`;
    this.proxy = await this.#listening(new ForwardProxy(credentials, leadsTo));
    if (login === undefined) return this.proxy.url;

    this.addSecret('proxy password', login.password);
    const userInfo = [login.username, login.password].map(encodeURIComponent).join(':');
    return `http://${userInfo}@${this.proxy.address}`;
  }

  addSecret(kind: Secret['kind'], value: string) {
    this.#secrets.push({ kind, value });
  }

  /** Runs the main stage. Throws if a secret leaks, or if the step does what no step may do. */
  main(choice: StepChoice = {}) {
    const { env = this.podIdentityEnv() } = choice;

    return this.#run('main', { ...choice, env });
  }

  /** Runs the post stage with the inputs and the state of a main stage, and what it exported. */
  post(main: StepResult, choice: Omit<StepChoice, 'inputs'> = {}) {
    const { inputs, env, toolDirectory } = main.options;

    const ofPost = {
      tools: toolDirectory.tools,
      ...choice,
      inputs,
      env: { ...env, ...choice.env },
      after: [main, ...(choice.after ?? [])],
    };
    return this.#run('post', ofPost, main.state);
  }

  /**
   * Runs a job hook. The runner gives a hook the PATH that steps have exported, and no variables.
   */
  hook(stage: 'job-started' | 'job-completed', choice: StepChoice = {}) {
    const after = (choice.after ?? []).map(({ paths }) => ({ paths, exportedEnv: {} }));
    const env = { ECR_LOGIN_NODE: process.execPath, ...choice.env };

    return this.#run(stage, { ...choice, env, after });
  }

  /** Whether the registry accepts the login in docker's configuration, with which runners pull. */
  async runnerMayPull() {
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

  /** Ends the servers and the fake tools that still run, and removes all files. */
  async close() {
    await Promise.all(this.#servers.map((server) => server.stop()));

    const pids = this.#toolDirectories.flatMap(({ runs }) => runs.map(({ pid }) => pid));
    for (const pid of pids.filter(isFake)) process.kill(pid, 'SIGKILL');

    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  async #run(stage: Stage, choice: StepChoice, state: StepResult['state'] = {}) {
    const directory = join(this.directory, `step-${this.#toolDirectories.length}`);
    const toolDirectory = new ToolDirectory(join(directory, 'tools'), this.#realToolEnv);
    this.#toolDirectories.push(toolDirectory);

    const tools = choice.tools ?? this.tools;
    for (const [name, tool] of Object.entries(tools)) toolDirectory.add(name, tool);

    const result = await runStep({
      ...choice,
      ...(choice.asOtherUser && { uid: OTHER_USER, dist: this.#giveToOtherUser() }),
      stage,
      inputs: choice.inputs ?? {},
      env: this.#environment(choice, toolDirectory.path),
      state,
      toolDirectory,
      directory,
    });

    requireNoLeaks(result, this.secrets, this.directory);
    return result;
  }

  #environment(choice: StepChoice, toolPath: string) {
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
      ...(!choice.withoutDebugLog && { RUNNER_DEBUG: '1' }),
      ...(choice.asOtherUser && otherUser),
      ...choice.env,
      ...choice.moreEnv,
    };
    for (const { exportedEnv } of after) Object.assign(env, exportedEnv);

    const exportedPaths = after.flatMap(({ paths }) => paths);
    env['PATH'] = [...exportedPaths, toolPath].join(delimiter);

    const set = Object.entries(env).filter(([, value]) => value !== undefined);
    return Object.fromEntries(set) as Record<string, string>;
  }

  /**
   * Gives the files of this world to the other user, once. The action is copied, since another user
   * may not be able to read the repository, for example below /root.
   */
  #giveToOtherUser() {
    const dist = join(this.directory, 'dist');

    if (!fs.existsSync(dist)) {
      fs.cpSync(builtAction, dist, { recursive: true });
      execFileSync('chown', ['-R', `${OTHER_USER}:${OTHER_USER}`, this.directory]);
    }

    return dist;
  }

  /** Where the token of EKS Pod Identity is. `NamespaceWorld` overrides this with the real path. */
  protected podIdentityTokenFile() {
    return join(fs.mkdtempSync(join(this.directory, 'pod-identity-')), 'eks-pod-identity-token');
  }

  /** How a step finds AWS. `NamespaceWorld` overrides this: there, AWS has its real names. */
  protected placeEnv(): Record<string, string> {
    if (this.authority === undefined) return { AWS_ENDPOINT_URL: this.aws.url };

    return {
      AWS_ENDPOINT_URL: this.aws.url.replace('127.0.0.1', 'localhost'),
      NODE_EXTRA_CA_CERTS: this.authority.file,
    };
  }
}

/** Whether a process is a fake tool that hangs. Its pid can belong to another process by now. */
function isFake(pid: number) {
  const file = `/proc/${pid}/cmdline`;

  return fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes(`sleep\u0000${HANG_S}`);
}

export async function startWorld(options: WorldOptions = {}) {
  const directory = makeWorldDirectory();
  const authority = options.realNames ? await CertificateAuthority.create(directory) : undefined;
  const aws = new AwsServices(authority?.serverOptions());

  const world = new World(directory, aws, authority);
  await world.start(options);
  return world;
}

export function makeWorldDirectory() {
  return fs.mkdtempSync(join(tmpdir(), 'ecr-login-world-'));
}
