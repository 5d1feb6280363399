import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../../test/harness/paths.ts';
import { findProgram } from '../../../test/harness/tools.ts';
import { fillIn } from '../document.ts';
import { allHold, type Figure, table } from './bounds.ts';
import {
  measureBundle,
  measureHttp,
  measureMemory,
  measureOneMore,
  measureRegions,
  measureStages,
} from './figures.ts';
import { BenchStage } from './stage.ts';
import { drawTimeLine, measureTimeLine } from './time-line.ts';

const DOCS = join(repository, 'docs');

/**
 * Measures whole steps of the built action against the stand-ins, prints the figures, and writes them, with the plot
 * of a step's time, into the folder of the documents.
 *
 * @returns whether every figure keeps its bound
 * @throws Error where there is no docker client
 */
export async function benchSteps(): Promise<boolean> {
  if (findProgram('docker') === undefined) throw new Error('The bench needs the docker client on the PATH.');
  const stage = new BenchStage();
  await stage.start();
  try {
    const stages = await measureStages(stage);
    const timeLine = await measureTimeLine(stage);
    const memory = await measureMemory(stage);
    const oneMore = await measureOneMore(stage);
    const regions = await measureRegions(stage);
    const remarks = [
      `The bare script itself: ${memory.bareMegabytes.toFixed(1)} MB at its peak.`,
      await measureHttp(stage),
    ];
    const figures: Figure[] = [...stages, measureBundle(), memory.figure, regions, oneMore];
    console.log(table(figures));
    console.log(`\n${remarks.join('\n')}`);
    writeFileSync(join(DOCS, 'pictures', 'time-line.svg'), drawTimeLine(timeLine));
    writeFileSync(join(DOCS, 'performance.json'), `${JSON.stringify({ figures, timeLine }, null, 2)}\n`);
    fillIn(join(DOCS, 'performance.md'), { steps: `${table(figures)}\n\n${remarks.join(' ')}` });
    return allHold(figures);
  } finally {
    await stage.close();
  }
}
