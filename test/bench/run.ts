import { readdirSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * `npm run bench -- NAME [--json] [arguments]`: runs one benchmark, the default export of the file of that name beside this one,
 * which is given the remaining arguments and whether a program reads its output.
 */
export type Benchmark = (args: string[], json: boolean) => Promise<void>;

const [name, ...rest] = process.argv.slice(2);
const names = readdirSync(import.meta.dirname)
  .filter((file) => /^[a-z0-9-]+\.ts$/.test(file) && file !== basename(import.meta.filename))
  .map((file) => file.slice(0, -3))
  .sort();

if (name === undefined || !names.includes(name)) {
  console.error(`bench: found ${name === undefined ? 'no name' : `"${name}"`}, expected one of: ${names.join(', ')}`);
  process.exitCode = 2;
} else {
  try {
    const { default: run } = (await import(`./${name}.ts`)) as { default: Benchmark };
    await run(
      rest.filter((arg) => arg !== '--json'),
      rest.includes('--json'),
    );
  } catch (error) {
    console.error(`bench ${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
