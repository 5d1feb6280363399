import type { BenchStage } from './stage.ts';
import { median } from './statistics.ts';
import { measure } from './whole-process.ts';

/** A part of a main step, and how long it takes, in milliseconds. */
export interface Part {
  readonly name: string;
  readonly ms: number;
}

const ROUNDS = 15;

/**
 * Where the time of a main step goes, as its servers see it: a part ends where the next server is asked.
 * The start of node is measured by a node that does nothing.
 */
export async function measureTimeLine(stage: BenchStage): Promise<Part[]> {
  const parts: Record<string, number[]> = {
    'node start': [],
    loading: [],
    credentials: [],
    token: [],
    docker: [],
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const nothing = await measure(stage.nothing());
    const taken = await measure(stage.main());
    const asked = [stage.agent, stage.aws].map((server) => server.requests.at(-1)?.at ?? Number.NaN);
    const [agent = Number.NaN, ecr = Number.NaN] = asked;
    const docker = stage.lastReplyOfEcr();
    const ends = [taken.startedAt + nothing.wallMs, agent, ecr, docker, taken.endedAt];
    const starts = [taken.startedAt, ...ends];
    for (const [index, name] of Object.keys(parts).entries()) {
      parts[name]?.push((ends[index] ?? Number.NaN) - (starts[index] ?? Number.NaN));
    }
  }
  return Object.entries(parts).map(([name, sample]) => ({ name, ms: median(sample) }));
}

const COLOURS = ['#8c8c8c', '#5b7db1', '#4f9d69', '#c99a2e', '#7a5ba6'];
const WIDTH = 760;

/** The parts as one bar of a picture, with a line of text for each. */
export function drawTimeLine(parts: readonly Part[]): string {
  const total = parts.reduce((sum, { ms }) => sum + ms, 0);
  let from = 0;
  const drawn = parts.map(({ name, ms }, index) => {
    const x = 20 + (from / total) * WIDTH;
    const width = (ms / total) * WIDTH;
    from += ms;
    const colour = COLOURS[index % COLOURS.length];
    const y = 105 + index * 20;
    return [
      `<rect x="${x.toFixed(1)}" y="40" width="${width.toFixed(1)}" height="36" fill="${colour}"/>`,
      `<rect x="20" y="${y - 10}" width="12" height="12" fill="${colour}"/>`,
      `<text x="40" y="${y}">${name}: ${ms.toFixed(0)} ms</text>`,
    ].join('\n');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH + 40}" height="${110 + parts.length * 20}" font-family="sans-serif" font-size="13">`,
    `<title>Where the ${total.toFixed(0)} ms of a main step go</title>`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    `<text x="20" y="25">One main step, ${total.toFixed(0)} ms: where its time goes</text>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}
