import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { actionEntry, repository } from '../../../test/harness/paths.ts';
import { findProgram } from '../../../test/harness/tools.ts';
import { fillIn } from '../document.ts';
import { allHold, type Figure, table } from './bounds.ts';
import {
  leanRemark,
  measureBundle,
  measureMemory,
  measureOneMore,
  measureRegions,
  measureStages,
  type StageTimes,
} from './figures.ts';
import { BenchStage } from './stage.ts';
import { drawTimeLine, measureTimeLine, type Part } from './time-line.ts';

const DOCS = join(repository, 'docs');

/**
 * Measures whole steps of the built action against the stand-ins, prints the figures, and writes them, with the plot
 * of a step's time, into the folder of the documents, if it is the checked-in build that was measured.
 *
 * @returns whether every figure keeps its bound
 * @throws Error where there is no docker client
 */
export async function benchSteps(): Promise<boolean> {
  if (findProgram('docker') === undefined) throw new Error('The bench needs the docker client on the PATH.');
  const stage = new BenchStage();
  await stage.start();
  try {
    const { figures: stages, times } = await measureStages(stage);
    const timeLine = await measureTimeLine(stage);
    const memory = await measureMemory(stage);
    const oneMore = await measureOneMore(stage);
    const regions = await measureRegions(stage);
    const figures: Figure[] = [...stages, measureBundle(), memory.figure, regions, oneMore];
    const remarks = [
      leanRemark(times),
      `The bare script holds ${memory.bareMegabytes.toFixed(1)} MB at its peak.`,
    ];
    console.log(`${table(figures)}\n\n${remarks.join('\n')}`);
    if (actionEntry() === join(repository, 'dist', 'index.js')) write({ figures, times, timeLine }, remarks);
    return allHold(figures);
  } finally {
    await stage.close();
  }
}

type Measured = {
  readonly figures: readonly Figure[];
  readonly times: StageTimes;
  readonly timeLine: readonly Part[];
};

/** Puts the figures into the documents. */
function write(measured: Measured, remarks: readonly string[]): void {
  writeFileSync(join(DOCS, 'pictures', 'time-line.svg'), drawTimeLine(measured.timeLine));
  writeFileSync(join(DOCS, 'performance.json'), `${JSON.stringify(measured, null, 2)}\n`);
  fillIn(join(DOCS, 'performance.md'), { steps: `${table(measured.figures)}\n\n${remarks.join(' ')}` });
}
