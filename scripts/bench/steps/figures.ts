import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { actionEntry } from '../../../test/harness/paths.ts';
import { alternate, cpu, wall } from './alternate.ts';
import { BOUNDS, type Figure } from './bounds.ts';
import type { BenchStage } from './stage.ts';
import { median, spread } from './statistics.ts';
import { peakMemory } from './whole-process.ts';

const REGIONS = ['eu-west-1', 'eu-central-1', 'us-east-1', 'us-west-2', 'ap-south-1', 'sa-east-1'];
const SERVICE_DELAY_MS = 120;

function figure(id: string, value: number, sample: readonly number[]): Figure {
  const bound = BOUNDS.find((one) => one.id === id);
  if (bound === undefined) throw new Error(`no bound is named ${id}`);
  return { ...bound, value, spread: spread(sample) };
}

/** The median of the ratios of each round: a machine that is slow for a while is slow for both. */
function ratio(id: string, ours: readonly number[], theirs: readonly number[]): Figure {
  const sample = ours.map((time, round) => time / (theirs[round] ?? Number.NaN));
  return figure(id, median(sample), sample);
}

/** The times of both stages, and of what they are compared with: medians in milliseconds. */
export type StageTimes = Readonly<Record<'bare' | 'lean' | 'main' | 'hook' | 'bareLogout' | 'post', Times>>;
type Times = { readonly wallMs: number; readonly cpuMs: number };

/** Both stages with one registry, against scripts that do only what is necessary. */
export async function measureStages(stage: BenchStage): Promise<{ figures: Figure[]; times: StageTimes }> {
  const login = await alternate({
    bare: () => stage.bare('login'),
    main: () => stage.main(),
    lean: () => stage.lean(),
    hook: () => stage.hook(),
  });
  const state = stage.savedState();
  const logout = await alternate({ bareLogout: () => stage.bare('logout'), post: () => stage.post(state) });
  const figures = [
    ratio('main-wall', wall(login.main), wall(login.bare)),
    ratio('main-cpu', cpu(login.main), cpu(login.bare)),
    ratio('hook-wall', wall(login.hook), wall(login.bare)),
    ratio('post-wall', wall(logout.post), wall(logout.bareLogout)),
  ];
  const runs = Object.entries({ ...login, ...logout });
  const times = runs.map(([name, taken]) => [
    name,
    { wallMs: median(wall(taken)), cpuMs: median(cpu(taken)) },
  ]);
  return { figures, times: Object.fromEntries(times) as StageTimes };
}

/**
 * A sentence on what the bare script spends on importing `node:http`, with which node loads its WebSocket client, and on
 * the ratio of the main step to the same script without that import.
 */
export function leanRemark({ bare, lean, main }: StageTimes): string {
  const times = [main.wallMs / lean.wallMs, main.cpuMs / lean.cpuMs].map((ratio) => ratio.toFixed(2));
  return (
    `Importing node:http takes ${(bare.wallMs - lean.wallMs).toFixed(0)} ms of the bare script's ${bare.wallMs.toFixed(0)}; ` +
    `to the same script without that import, the main step is ${times[0]} x (wall) and ${times[1]} x (processor).`
  );
}

/** The size of what a runner reads: the folder of the entry without the licences. */
export function measureBundle(): Figure {
  const folder = dirname(actionEntry());
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'licenses.txt')
    // The job hooks are bundles of their own, which no step reads.
    .filter((entry) => !entry.parentPath.startsWith(join(folder, 'hook')))
    .map((entry) => join(entry.parentPath, entry.name));
  const size = files.reduce((sum, name) => sum + statSync(name).size, 0) / 1e6;
  return figure('bundle', size, [size]);
}

/** The peak memory of the main step's own process. */
export async function measureMemory(stage: BenchStage): Promise<{ figure: Figure; bareMegabytes: number }> {
  const sample: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const [main, script] = [stage.main(), stage.bare('login')];
    sample.push(await peakMemory(main));
    bare.push(await peakMemory(script));
  }
  return { figure: figure('main-memory', median(sample), sample), bareMegabytes: median(bare) };
}

/** What one more registry of the same region costs, in runs of the `docker login` that it needs. */
export async function measureOneMore(stage: BenchStage): Promise<Figure> {
  const more = 5;
  const runs = await alternate({
    one: () => stage.main(1),
    many: () => stage.main(1 + more),
    login: () => stage.login(),
  });
  const [one, login] = [wall(runs.one), wall(runs.login)];
  const each = wall(runs.many).map((time, round) => (time - (one[round] ?? Number.NaN)) / more);
  const ratios = each.map((time, round) => time / (login[round] ?? Number.NaN));
  return figure('one-more', median(ratios), ratios);
}

/** Six regions in one step against one, with services that are far away. The services stay slow afterwards. */
export async function measureRegions(stage: BenchStage): Promise<Figure> {
  stage.slowDown(SERVICE_DELAY_MS);
  const [home = ''] = REGIONS;
  const runs = await alternate({
    one: () => stage.mainInRegions([home]),
    six: () => stage.mainInRegions(REGIONS),
  });
  return ratio('six-regions', wall(runs.six), wall(runs.one));
}
