import { fileURLToPath } from 'node:url';
import { build, type Rollup } from 'vite';

/** A module and all it needs as one script for a page; what the page should call, the module puts on `globalThis`. */
export async function bundle(entry: URL): Promise<string> {
  const result = (await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(entry), formats: ['iife'], name: 'bundled' },
    },
  })) as Rollup.RollupOutput[];
  return result[0].output[0].code;
}
