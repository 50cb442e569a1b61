import { existsSync, readFileSync } from 'node:fs';

/** The folder of this package's package.json, wherever the program runs from: the sources or dist. Ends in a slash. */
export const packageRoot: URL = findRoot();

export const packageVersion: string = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')).version;

function findRoot(): URL {
  let folder = new URL('./', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const above = new URL('../', folder);
    if (above.href === folder.href) throw new Error(`There is no package.json above ${import.meta.url}.`);
    folder = above;
  }
  return folder;
}
