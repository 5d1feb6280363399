import { execFile } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { inputVariables } from '../harness/action-metadata.ts';
import { parseKeyValueFile } from '../harness/file-commands.ts';
import { actionEntry, nodeBinary, repository } from '../harness/paths.ts';
import { describeReal } from '../harness/real-parts.ts';
import { SecretFinder } from '../harness/secrets.ts';
import { findProgram } from '../harness/tools.ts';

const STAND_INS = join(repository, '.github', 'actions', 'stand-ins');
const CHECK = join(repository, 'scripts', 'ci-stand-ins.ts');

/** A job as ci.yml has it: each step is a process, and what it sets in the runner's files is there for the next. */
class Job {
  readonly directory = mkdtempSync(join(tmpdir(), 'ci-stand-ins-'));
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    for (const name of ['env', 'path', 'output', 'state']) writeFileSync(this.#file(name), '');
  }

  async run(script: string, argv: readonly string[] = [], env: Record<string, string> = {}): Promise<string> {
    const { stdout, stderr } = await promisify(execFile)(nodeBinary, [script, ...argv], {
      cwd: repository,
      env: { ...this.#environment(), ...env },
    });
    this.#expectNoPassword(`${stdout}${stderr}`);
    return stdout;
  }

  start = (): Promise<string> => this.run(join(STAND_INS, 'start.mjs'));
  finish = (): Promise<string> => this.run(join(STAND_INS, 'finish.mjs'));
  main = (): Promise<string> => this.run(actionEntry(), [], inputVariables({}));
  post = (): Promise<string> =>
    this.run(actionEntry('post'), [], { ...inputVariables({}), ...this.#state() });

  check(outputs = this.#outputs()): Promise<string> {
    return this.run(CHECK, ['check'], { LOGIN_OUTPUTS: JSON.stringify(outputs) });
  }

  /** Ends the stand-ins, where a test has not. */
  async close(): Promise<void> {
    await this.finish().catch(() => undefined);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #file(name: string): string {
    return join(this.directory, name);
  }

  #outputs(): Record<string, string> {
    return parseKeyValueFile(readFileSync(this.#file('output'), 'utf8'));
  }

  /** The leak check of these steps: nothing but a mask prints the password, and it is not in the state. */
  #expectNoPassword(output: string): void {
    const passwords = Object.entries(this.#outputs()).filter(([name]) => name.startsWith('docker_password_'));
    const finder = new SecretFinder(
      passwords.map(([, value]) => ({ kind: 'password', value, origin: 'obtained' })),
    );
    const printed = output.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    expect(finder.find([...printed, ...Object.values(this.#state())].join('\n'))).toEqual([]);
  }

  #state(): Record<string, string> {
    const state = parseKeyValueFile(readFileSync(this.#file('state'), 'utf8'));
    return Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
  }

  #environment(): Record<string, string> {
    const paths = readFileSync(this.#file('path'), 'utf8').split('\n').filter(Boolean);
    return {
      HOME: this.directory,
      RUNNER_TEMP: this.directory,
      GITHUB_ENV: this.#file('env'),
      GITHUB_PATH: this.#file('path'),
      GITHUB_OUTPUT: this.#file('output'),
      GITHUB_STATE: this.#file('state'),
      ...parseKeyValueFile(readFileSync(this.#file('env'), 'utf8')),
      PATH: [...paths, this.#path].join(delimiter),
    };
  }
}

/** A folder with what a recording client is made of, and with the docker client of this machine or without it. */
function toolFolder(directory: string, withDocker: boolean): string {
  const folder = join(directory, 'tools-of-the-machine');
  mkdirSync(folder);
  for (const name of ['cat', 'env', 'mkdir', 'sleep', ...(withDocker ? ['docker'] : [])]) {
    symlinkSync(findProgram(name) ?? '', join(folder, name));
  }
  return folder;
}

describeReal('the job of CI that uses the action, with the docker client of the machine', ['docker'], () => {
  expectJobToWork(true, 'The container client is ');
});

describe('the job of CI that uses the action, without a docker client', () => {
  expectJobToWork(false, 'one that records what it is asked takes its place');
});

function expectJobToWork(withDocker: boolean, says: string): void {
  let machine: string;
  let job: Job;

  beforeEach(() => {
    machine = mkdtempSync(join(tmpdir(), 'ci-machine-'));
    job = new Job(toolFolder(machine, withDocker));
  });

  afterEach(async () => {
    await job.close();
    rmSync(machine, { recursive: true, force: true });
  });

  test('passes where the action does what it should', async () => {
    expect(await job.start()).toContain(says);
    await job.main();
    expect(await job.check()).toContain('the stored login opens the registry');
    await job.post();
    expect(await job.finish()).toContain('The login is gone');
  });

  test('fails where the outputs are wrong', async () => {
    await job.start();
    await job.main();
    await expect(job.check({ registry: 'another.example.com' })).rejects.toThrow('another.example.com');
  });

  test('fails where another identity has signed', async () => {
    await job.start();
    // An identity that the stand-ins do not know; the action then fails, and the check has to as well.
    appendFileSync(join(job.directory, 'env'), 'AWS_ACCESS_KEY_ID=AKIAEXAMPLE\nAWS_SECRET_ACCESS_KEY=none\n');
    await expect(job.main()).rejects.toThrow();
    await expect(job.check()).rejects.toThrow('the identity of the pod signed it');
  });

  test('fails where post has left the login', async () => {
    await job.start();
    await job.main();
    await expect(job.finish()).rejects.toThrow('only the other login is left');
  });
}
