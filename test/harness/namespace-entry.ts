/**
 * Runs a scenario inside the namespace that `runInNamespace` has made. Its arguments: the options of the world and the
 * scenario's parameters as JSON, the scenario's file, and the file for its result.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ECS_ADDRESS } from './container-metadata.ts';
import { startNameServer } from './dns.ts';
import type { Scenario } from './namespace.ts';
import { type NamespaceOptions, NamespaceWorld } from './namespace-world.ts';
import { AGENT_ADDRESSES } from './pod-identity-agent.ts';

const NAME_SERVER = '127.0.0.53';

const [optionsText = '', parametersText = '', scenarioFile = '', resultFile = ''] = process.argv.slice(2);
const options = JSON.parse(optionsText) as NamespaceOptions;

function setUpNetwork(): void {
  const ip = (...words: string[]): Buffer => execFileSync('ip', words);
  ip('link', 'set', 'lo', 'up');
  const [ipv4 = '', ipv6 = ''] = AGENT_ADDRESSES;
  ip('address', 'add', `${ipv4}/32`, 'dev', 'lo');
  if (options.ecs) {
    ip('address', 'add', `${ECS_ADDRESS}/32`, 'dev', 'lo');
  }
  if (options.ipv6) {
    // Without duplicate address detection: until that is over, nothing can listen at the address.
    ip('-6', 'address', 'add', `${ipv6}/128`, 'dev', 'lo', 'nodad');
  }
}

/** Gives the namespace an empty /run of its own, for what a pod has mounted there. */
function hideRun(): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', '/run']);
}

function useNameServer(folder: string): void {
  // Often a link into /run.
  const file = realpathSync('/etc/resolv.conf');
  const ours = join(folder, 'resolv.conf');
  writeFileSync(ours, `nameserver ${NAME_SERVER}\noptions attempts:1 timeout:2\n`);
  hideRun();
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
  }
  execFileSync('mount', ['--bind', ours, file]);
}

setUpNetwork();
const world = await NamespaceWorld.create(options);
useNameServer(world.directory);
const names = await startNameServer(NAME_SERVER, (name) => world.addressOf(name));
try {
  await world.start();
  const { default: scenario } = (await import(pathToFileURL(scenarioFile).href)) as {
    default: Scenario<unknown, unknown>;
  };
  const result = await scenario(world, JSON.parse(parametersText));
  writeFileSync(resultFile, JSON.stringify(result ?? null));
} finally {
  names.stop();
  await world.close();
}
