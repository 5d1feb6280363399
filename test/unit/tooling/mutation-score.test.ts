import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { belowMinimum, scores, table } from '../../../scripts/mutation-score.ts';

const mutants = (fileName: string, statuses: Readonly<Record<string, number>>) =>
  Object.entries(statuses).flatMap(([status, count]) =>
    Array.from({ length: count }, () => ({ fileName: join(process.cwd(), fileName), status })),
  );

describe('the mutation score', () => {
  const measured = scores([
    ...mutants('src/good.ts', {
      Killed: 16,
      Timeout: 1,
      Survived: 2,
      NoCoverage: 1,
      Ignored: 5,
      CompileError: 2,
    }),
    ...mutants('src/bad.ts', { Killed: 84, NoCoverage: 16 }),
    ...mutants('src/data.ts', { Ignored: 3 }),
  ]);

  test('is that of each module, by name', () => {
    expect(measured).toEqual([
      { module: 'src/bad.ts', killed: 84, survived: 16, excluded: 0, score: 84 },
      { module: 'src/data.ts', killed: 0, survived: 0, excluded: 3, score: 100 },
      { module: 'src/good.ts', killed: 17, survived: 3, excluded: 5, score: 85 },
    ]);
  });

  test('below 85 % fails, however good the others are', () => {
    expect(belowMinimum(measured).map(({ module }) => module)).toEqual(['src/bad.ts']);
    expect(table(measured).split('\n')).toEqual([
      'src/bad.ts    84.0 %  84 killed  16 survived  0 excluded  below 85 %',
      'src/data.ts  100.0 %  0 killed  0 survived  3 excluded',
      'src/good.ts   85.0 %  17 killed  3 survived  5 excluded',
    ]);
  });
});
