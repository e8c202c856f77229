// What the bundler does for us beyond bundling.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const COMPRESSIBLE = /\.(html|js|css|svg|json|webmanifest|txt)$/;
// Smaller files do not get there sooner.
const COMPRESSIBLE_MIN_BYTES = 512;

/** Font files of one modern format: every browser that runs the page reads WOFF2. */
export function onlyWoff2() {
  return {
    name: 'only-woff2',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('@fontsource') || !id.endsWith('.css')) return null;
      return code.replaceAll(/,\s*url\([^)]*\.woff\)\s*format\(['"]woff['"]\)/g, '');
    },
  };
}

/** An output folder without what an earlier build left, each text also brotli- and gzip-compressed. */
export function freshAndCompressed(folder) {
  return {
    name: 'fresh-and-compressed',
    apply: 'build',
    async buildStart() {
      for (const name of await readdir(folder)) {
        if (name !== '.gitignore') await rm(join(folder, name), { recursive: true });
      }
    },
    async closeBundle() {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        const file = join(entry.parentPath, entry.name);
        if (!entry.isFile() || !COMPRESSIBLE.test(entry.name)) continue;
        const bytes = await readFile(file);
        if (bytes.length < COMPRESSIBLE_MIN_BYTES) continue;
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        await writeFile(`${file}.br`, brotliCompressSync(bytes, { params }));
        await writeFile(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}
