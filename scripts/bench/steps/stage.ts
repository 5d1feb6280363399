import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inputVariables } from '../../../test/harness/action-metadata.ts';
import { AwsServices } from '../../../test/harness/aws-services.ts';
import { registryUrl } from '../../../test/harness/ecr.ts';
import { slow } from '../../../test/harness/faults.ts';
import { FileCommandFiles } from '../../../test/harness/file-commands.ts';
import { HttpStandIn, json } from '../../../test/harness/http-stand-in.ts';
import { makeRoleSession } from '../../../test/harness/identities.ts';
import { actionEntry, hookScript } from '../../../test/harness/paths.ts';
import { PodIdentityAgent } from '../../../test/harness/pod-identity-agent.ts';
import { ForwardProxy } from '../../../test/harness/proxy.ts';
import { Registry } from '../../../test/harness/registry.ts';
import { actionNode } from '../../../test/harness/runner.ts';
import { makeServiceAccountToken } from '../../../test/harness/service-account-token.ts';
import { CertificateAuthority } from '../../../test/harness/tls.ts';
import { findProgram } from '../../../test/harness/tools.ts';

const ACCOUNT = '123456789012';
/** As long as a real one. */
const PASSWORD = 'x'.repeat(1_800);

/** A command and the environment to run it in. */
export interface Run {
  readonly command: readonly string[];
  readonly env: Record<string, string>;
  /** The file for its standard input; none by default. */
  readonly input?: string;
}

/**
 * The stand-ins of the bench and the runs that are measured against them. Unlike in the tests no tool is recorded: the
 * recording would count as time of the step.
 */
export class BenchStage {
  readonly agent = new PodIdentityAgent(['127.0.0.1']);
  readonly aws = new AwsServices();
  /** ECR for the bare script, which does not sign its request. */
  readonly #unsigned = new HttpStandIn(() => json(200, { authorizationData: [this.#authorization()] }));
  readonly #directory = mkdtempSync(join(tmpdir(), 'ecr-login-bench-'));
  readonly #registries: Registry[] = [];
  #realNames: Record<string, string> = {};
  #repliedAt = Number.NaN;
  #stops: (() => Promise<void>)[] = [];

  async start(): Promise<void> {
    for (const server of [this.agent, this.aws, this.#unsigned]) {
      await server.listen();
      this.#stops.push(() => server.stop());
    }
    this.agent.associations.set(
      'arc-runners/build',
      this.aws.addIdentity(makeRoleSession(ACCOUNT, 'pod-role')),
    );
    const token = makeServiceAccountToken();
    writeFileSync(join(this.#directory, 'token'), token, { mode: 0o600 });
    mkdirSync(join(this.#directory, '.docker'), { mode: 0o700 });
    this.#linkPrograms();
    await this.#startRegistries(6);
  }

  /** What is run is all that the PATH holds: docker would find the machine's credential helpers there. */
  #linkPrograms(): void {
    const bin = join(this.#directory, 'bin');
    mkdirSync(bin);
    for (const name of ['docker', 'bash']) {
      const program = findProgram(name);
      if (program === undefined) throw new Error(`The bench needs ${name} on the PATH.`);
      symlinkSync(program, join(bin, name));
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#stops.map((stop) => stop()));
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** The registry host of the caller account. */
  get registry(): string {
    return this.#registries[0]?.authority ?? '';
  }

  /** The main step of the action, for so many accounts of one region. */
  main(accounts = 1): Run {
    const ids = Array.from({ length: accounts }, (_, index) => accountAt(index));
    return this.#step({ registries: ids.join(',') });
  }

  /** The main step of the action, for one registry in each of these regions, under its real name. */
  mainInRegions(regions: readonly string[]): Run {
    const registries = regions
      .map((region) => new URL(registryUrl({ accountId: ACCOUNT, region })).host)
      .join(',');
    const run = this.#step({ registries });
    return { ...run, env: { ...run.env, ...this.#realNames } };
  }

  /** The post step after a main step with one registry. */
  post(state: Record<string, string>): Run {
    const { env } = this.#step({});
    const command = [actionNode(), actionEntry('post')];
    const saved = Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
    return { command, env: { ...env, ...saved } };
  }

  /** The job-started hook, as the runner starts it, after a job whose hook has removed the state. */
  hook(): Run {
    rmSync(join(this.#directory, '.ecr-pod-identity-login'), { recursive: true, force: true });
    const env = { ...this.#env(), RUNNER_NAME: 'bench', ECR_LOGIN_NODE: actionNode() };
    return { command: ['bash', '-e', hookScript('job-started')], env };
  }

  /** A bare script of the bench. */
  bare(name: 'login' | 'logout'): Run {
    return this.#script(join(import.meta.dirname, `bare-${name}.mjs`));
  }

  /** The bare script for the login with node's modules had as the action has them, not imported. */
  lean(): Run {
    const text = readFileSync(join(import.meta.dirname, 'bare-login.mjs'), 'utf8');
    const script = join(this.#directory, 'lean-login.mjs');
    const lean = text.replace(
      /^import (\{ .* \}) from '(node:\w+)';$/gm,
      "const $1 = process.getBuiltinModule('$2');",
    );
    writeFileSync(script, lean);
    return this.#script(script);
  }

  /** One `docker login` alone. */
  login(): Run {
    const input = join(this.#directory, 'password');
    writeFileSync(input, PASSWORD, { mode: 0o600 });
    const command = ['docker', 'login', '--username', 'AWS', '--password-stdin', this.registry];
    return { command, env: this.#env(), input };
  }

  /** A node that does nothing. */
  nothing(): Run {
    return { command: [actionNode(), '--eval', '0'], env: this.#env() };
  }

  /** When ECR last responded, as a time of `performance.now()`. */
  lastReplyOfEcr(): number {
    return this.#repliedAt;
  }

  /** What the last step of the action saved for post. */
  savedState(): Record<string, string> {
    return this.#files?.read().state ?? {};
  }

  /** Delays the responses of all AWS services, not those of the agent and the registries. */
  slowDown(ms: number): void {
    this.aws.faults.always(slow(ms));
  }

  #files: FileCommandFiles | undefined;

  #script(path: string): Run {
    const env = { ...this.#env(), AWS_ENDPOINT_URL_ECR: this.#unsigned.url, BENCH_REGISTRY: this.registry };
    return { command: [actionNode(), path], env };
  }

  #step(inputs: Record<string, string>): Run {
    this.#files = new FileCommandFiles(join(this.#directory, 'files'));
    const env = { ...this.#env(), ...inputVariables(inputs), ...this.#files.env };
    return { command: [actionNode(), actionEntry()], env };
  }

  #env(): Record<string, string> {
    return {
      PATH: join(this.#directory, 'bin'),
      HOME: this.#directory,
      RUNNER_TEMP: this.#directory,
      GITHUB_ACTIONS: 'true',
      GITHUB_RUN_ID: '9876543210',
      GITHUB_RUN_ATTEMPT: '1',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL: this.aws.url,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: this.agent.credentialsUri,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(this.#directory, 'token'),
    };
  }

  #authorization(): Record<string, string> {
    const authorizationToken = Buffer.from(`AWS:${PASSWORD}`).toString('base64');
    return { authorizationToken, proxyEndpoint: `http://${this.registry}` };
  }

  async #startRegistries(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const registry = new Registry(() => true);
      await registry.listen();
      this.#registries.push(registry);
      this.#stops.push(() => registry.stop());
    }
    this.aws.proxyEndpoint = ({ accountId }) => {
      this.#repliedAt = performance.now();
      return this.#registries[Number(accountId) - Number(ACCOUNT)]?.url ?? '';
    };
    await this.#nameRegistries();
  }

  /** Lets docker reach the real names of the registries, through a proxy that connects all of them to one on loopback. */
  async #nameRegistries(): Promise<void> {
    const authority = await CertificateAuthority.create(join(this.#directory, 'authority'));
    const registry = new Registry(() => true, authority.serverOptions());
    await registry.listen();
    const names = new ForwardProxy(undefined, () => ({ host: registry.host, port: registry.port }));
    await names.listen();
    this.#stops.push(
      () => registry.stop(),
      () => names.stop(),
    );
    this.#realNames = {
      HTTPS_PROXY: names.url,
      NO_PROXY: '127.0.0.1',
      SSL_CERT_FILE: authority.file,
      // Else docker reads every certificate of the machine at each login, half as long again as the login takes.
      SSL_CERT_DIR: dirname(authority.file),
    };
  }
}

function accountAt(index: number): string {
  return String(Number(ACCOUNT) + index);
}
