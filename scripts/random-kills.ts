/**
 * Ends main steps at random moments by SIGINT, SIGTERM or SIGKILL, runs post after each, and looks at what is left: no
 * login, lock, draft or directory of the job, and every other login. Ends with exit code 0 only if that holds each time.
 *
 * `npm run kills` makes 300 of them; `npm run kills -- 50` makes 50. `SEED=…` brings the same choices back; moments depend
 * on the machine. Not a part of the tests, since it takes minutes: a step that is killed leaves its lock, which post waits
 * for until it counts as abandoned.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { leftovers, writeEarlierLogins } from '../test/harness/leftovers.ts';
import { SEED } from '../test/harness/seed.ts';
import { startWorld, type World } from '../test/harness/world.ts';

/** How many at once: more than there are processors, since post waits most of the time. */
const AT_ONCE = 4;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
const MODES = {
  docker: { 'container-cli': 'docker' },
  'config-file': { 'container-cli': 'config-file' },
  'docker and config-file': { 'container-cli': 'docker,config-file' },
  'docker, isolated': { 'container-cli': 'docker', 'isolate-docker-config': 'true' },
  'config-file, isolated': { 'container-cli': 'config-file', 'isolate-docker-config': 'true' },
} as const;
const ACCOUNTS = ['111111111111', '222222222222', '333333333333'];

/** One step that is to be ended. */
interface Kill {
  readonly mode: keyof typeof MODES;
  readonly signal: (typeof SIGNALS)[number];
  /** When, as a part of the time that such a step takes. */
  readonly moment: number;
  /** Whether there is a login for one of its registries already. */
  readonly hasEarlierLogin: boolean;
}

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
function* randomNumbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

function choose(count: number): readonly Kill[] {
  const numbers = randomNumbers(SEED);
  const pick = <T>(choices: readonly T[]): T =>
    choices[Math.floor(numbers.next().value * choices.length)] as T;
  return Array.from({ length: count }, () => ({
    mode: pick(Object.keys(MODES) as (keyof typeof MODES)[]),
    signal: pick(SIGNALS),
    moment: numbers.next().value,
    hasEarlierLogin: pick([true, false]),
  }));
}

async function hostsOf(world: World): Promise<string[]> {
  return Promise.all(ACCOUNTS.map((account) => world.registryHost(account)));
}

const choiceOf = (world: World, mode: keyof typeof MODES) => ({
  env: world.podIdentityEnv(),
  inputs: { ...MODES[mode], registries: ACCOUNTS.join() },
  limitMs: 120_000,
});

/** How long a step of each mode takes from start to end, in milliseconds, while others run. */
async function durations(): Promise<Record<string, number>> {
  const modes = Object.keys(MODES) as (keyof typeof MODES)[];
  const times = modes.map(async (mode) => {
    const world = await startWorld();
    await hostsOf(world);
    const { durationMs } = await world.main(choiceOf(world, mode));
    await world.close();
    return [mode, durationMs] as const;
  });
  return Object.fromEntries(await Promise.all(times));
}

/** Makes one kill, and returns what is wrong afterwards. */
async function run({ mode, signal, moment, hasEarlierLogin }: Kill, durationMs: number): Promise<string[]> {
  const world = await startWorld();
  try {
    const hosts = await hostsOf(world);
    const earlier = {
      'ghcr.io': { auth: 'eDp5' },
      ...(hasEarlierLogin ? { [hosts[1] ?? '']: { auth: 'ZTpm' } } : {}),
    };
    writeEarlierLogins(world, earlier);
    const choice = choiceOf(world, mode);
    const main = await world.main({
      ...choice,
      interrupts: [{ signal, when: delay(moment * durationMs) }],
    });
    const post = await world.post(main, { limitMs: 120_000 });
    return [...post.errors.map((error) => `post: ${error}`), ...leftovers(world, earlier, hosts)];
  } catch (error) {
    return [String(error).slice(0, 2_000)];
  } finally {
    await world.close();
  }
}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(): Promise<void> {
  const kills = choose(Number(process.argv[2] ?? 300));
  print(`${kills.length} kills, seed ${SEED}`);
  const times = await durations();
  const left = kills.map((kill, index) => ({ kill, index }));
  let failed = 0;
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { kill, index } = next;
      const durationMs = times[kill.mode] ?? 0;
      const wrong = await run(kill, durationMs);
      if (wrong.length === 0) continue;
      failed += 1;
      const when = `${Math.round(kill.moment * durationMs)} of ${Math.round(durationMs)} ms`;
      print(
        `✗ ${index}: ${kill.signal} after ${when}, ${kill.mode}${kill.hasEarlierLogin ? ', earlier login' : ''}`,
      );
      for (const line of wrong) print(`    ${line.replaceAll('\n', '\n    ')}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  print(`${kills.length - failed} of ${kills.length} left nothing behind`);
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
