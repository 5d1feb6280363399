import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SyncTransformer, TransformOptions } from '@jest/transform';
import { transformSync, version } from 'esbuild';
import { instrument, isSource } from './coverage-instrumenter.ts';

/** Set by `npm run coverage`: the folder that takes what was counted. */
const COVERAGE = process.env['COVERAGE_DIR'] !== undefined;

/** What import.meta is in a CommonJS module. */
const IMPORT_META = {
  'import.meta.url': 'importMetaUrl',
  'import.meta.dirname': '__dirname',
  'import.meta.filename': '__filename',
};

/** A change of how files are transformed makes what jest has kept of them useless. */
const OWN_TEXT = ['esbuild-transformer.ts', 'coverage-instrumenter.ts'].map((name) =>
  readFileSync(join(import.meta.dirname, name), 'utf8'),
);

/** Makes of an ES module, in TypeScript or JavaScript, the CommonJS module that jest runs. */
const transformer: SyncTransformer = {
  process(text, path) {
    const counted = COVERAGE && isSource(path) ? instrument(path, text).code : text;
    const { code } = transformSync(counted, {
      loader: path.endsWith('.ts') ? 'ts' : 'js',
      format: 'cjs',
      platform: 'node',
      target: 'node24',
      sourcefile: path,
      sourcemap: 'inline',
      define: IMPORT_META,
      banner: text.includes('import.meta.url')
        ? "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;"
        : '',
      // jest has no import() in CommonJS: it becomes a promise of require().
      supported: { 'dynamic-import': false },
    });
    return { code };
  },

  getCacheKey(text: string, path: string, options: TransformOptions) {
    return createHash('sha256')
      .update(`${OWN_TEXT.join('\0')}\0${version}\0${COVERAGE}\0${path}\0${options.configString}\0`)
      .update(text)
      .digest('hex');
  },
};

export default transformer;
