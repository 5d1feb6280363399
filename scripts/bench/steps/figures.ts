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

function ratio(id: string, ours: readonly number[], theirs: readonly number[]): Figure {
  return figure(id, median(ours) / median(theirs), ours);
}

/** Both stages with one registry, against scripts that do the least. */
export async function measureStages(stage: BenchStage): Promise<Figure[]> {
  const login = await alternate({ bare: () => stage.bare('login'), main: () => stage.main() });
  const state = stage.savedState();
  const logout = await alternate({ bare: () => stage.bare('logout'), post: () => stage.post(state) });
  return [
    ratio('main-wall', wall(login.main), wall(login.bare)),
    ratio('main-cpu', cpu(login.main), cpu(login.bare)),
    ratio('post-wall', wall(logout.post), wall(logout.bare)),
  ];
}

/** What the bare script spends on the way it loads node's HTTP client, in words: the action does not. */
export async function measureHttp(stage: BenchStage): Promise<string> {
  const taken = await alternate({
    imported: () => stage.http('import'),
    required: () => stage.http('require'),
  });
  const [imported, required] = [taken.imported, taken.required].map((one) => median(wall(one)).toFixed(0));
  return `A node that only loads node:http: ${imported} ms where it is imported, ${required} ms where it is required.`;
}

/** The size of what a runner fetches and reads: the folder of the entry without the licences. */
export function measureBundle(): Figure {
  const folder = dirname(actionEntry());
  const files = readdirSync(folder).filter((name) => name !== 'licenses.txt');
  const size = files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 1e6;
  return figure('bundle', size, [size]);
}

/** The peak memory of the main step's own process. */
export async function measureMemory(stage: BenchStage): Promise<{ figure: Figure; bareMegabytes: number }> {
  const sample: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const [main, script] = [stage.main(), stage.bare('login')];
    sample.push(await peakMemory(main.command, main.env));
    bare.push(await peakMemory(script.command, script.env));
  }
  return { figure: figure('main-memory', median(sample), sample), bareMegabytes: median(bare) };
}

/** What one more registry of the same region costs beyond the `docker login` that it needs. */
export async function measureOneMore(stage: BenchStage): Promise<Figure> {
  const more = 5;
  const runs = await alternate({
    one: () => stage.main(1),
    many: () => stage.main(1 + more),
    login: () => stage.login(),
  });
  const each = (median(wall(runs.many)) - median(wall(runs.one))) / more;
  return figure('one-more', each - median(wall(runs.login)), wall(runs.many));
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
