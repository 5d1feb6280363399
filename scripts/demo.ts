/**
 * Shows the built action at work, from main to post, against stand-ins for everything it meets. Ends with exit code 0
 * only if all that it shows is as it should be.
 */
import { execFileSync } from 'node:child_process';
import { styleText } from 'node:util';
import type { LogLine } from '../test/harness/masking.ts';
import { maskedForms } from '../test/harness/masking.ts';
import type { StepResult } from '../test/harness/runner.ts';
import { findProgram } from '../test/harness/tools.ts';
import { startWorld, type World } from '../test/harness/world.ts';

type Style = Parameters<typeof styleText>[0];

const STYLES: Record<LogLine['kind'], Style> = {
  text: 'reset',
  error: 'red',
  warning: 'yellow',
  notice: 'blue',
  debug: 'gray',
  group: 'bold',
  endgroup: 'reset',
};

const print = (text = ''): void => {
  process.stdout.write(`${text}\n`);
};

const printTitle = (title: string): void => {
  print(`\n${styleText('bold', title)}`);
};

/** Shows a log as the runner's page does: groups opened and indented, a mark before errors, warnings and notices. */
function printLog({ logLines }: StepResult): void {
  let indent = '  ';
  for (const { kind, text } of logLines) {
    if (kind === 'endgroup') {
      indent = '  ';
      continue;
    }
    const mark =
      { error: 'Error: ', warning: 'Warning: ', notice: 'Notice: ', group: '▼ ' }[kind as string] ?? '';
    for (const line of `${mark}${text}`.split('\n')) {
      print(`${indent}${styleText(STYLES[kind], line)}`);
    }
    if (kind === 'group') {
      indent = '    ';
    }
  }
}

function printOutputs(main: StepResult): void {
  const secrets = [...main.masks].flatMap(maskedForms);
  for (const [name, value] of Object.entries(main.outputs)) {
    print(`  ${name} = ${secrets.includes(value) ? '***' : value}`);
  }
}

function printTable(rows: [string, string][]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) {
    print(`  ${name.padEnd(width)}  ${value}`);
  }
}

/** What must hold for the demo to succeed, in the order in which it happens. */
type Check = [claim: string, holds: boolean];

async function show(world: World, docker: string): Promise<Check[]> {
  const registry = await world.registry();
  const host = await world.registryHost();
  printTitle('Stand-ins on loopback, and the real container client');
  printTable([
    ['EKS Pod Identity agent', world.agent.credentialsUri],
    ['Amazon ECR API', world.aws.url],
    [`registry of ${world.accountId} in ${world.region}`, host],
    ['container client', execFileSync(docker, ['--version'], { encoding: 'utf8' }).trim()],
  ]);

  printTitle('Main step');
  const main = await world.main({ env: world.podIdentityEnv(), debug: false });
  printLog(main);
  printTitle('Outputs');
  printOutputs(main);
  const stored = Object.keys(world.dockerLogins());

  printTitle('Post step');
  const post = await world.post(main);
  printLog(post);

  const signers = world.aws.calls.map((call) => call.signer);
  const { accepted, refused } = registry;
  return [
    ['the main step succeeded', main.exitCode === 0],
    [
      'the call to ECR was signed with the pod identity',
      signers.length > 0 && signers.every((signer) => signer === world.identities.pod),
    ],
    [`the registry accepted docker's credential`, accepted.length > 0 && refused.length === 0],
    ['docker kept the login', stored.includes(host)],
    ['the output names the registry', main.outputs['registry'] === host],
    ['the post step succeeded', post.exitCode === 0],
    [`docker's login is gone`, !(host in world.dockerLogins())],
    // Every step of the harness throws where one did.
    ['no secret got out of either step', true],
  ];
}

async function runDemo(): Promise<boolean> {
  const docker = findProgram('docker');
  if (docker === undefined) {
    print(
      `The demo needs docker's command-line client ("docker") on the PATH. A docker daemon is not needed.`,
    );
    return false;
  }
  const world = await startWorld();
  try {
    const checks = await show(world, docker);
    printTitle('Checks');
    for (const [claim, holds] of checks) {
      print(holds ? `  ${styleText('green', '✔')} ${claim}` : `  ${styleText('red', `✘ not so: ${claim}`)}`);
    }
    return checks.every(([, holds]) => holds);
  } finally {
    await world.close();
  }
}

process.exitCode = (await runDemo()) ? 0 : 1;
