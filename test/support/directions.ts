import { dirname, join, normalize, sep } from 'node:path';
import { bareCode, importsOf } from './imports.ts';

/** The folders of the program. */
export const FOLDERS = ['server', 'web', 'models', 'db'];

/** The violations in a tree of sources by path (forward slashes, from the root), as sentences. */
export function check(files: ReadonlyMap<string, string>): string[] {
  const violations: string[] = [];
  const graph = new Map<string, string[]>();
  const running = new Map<string, Edge[]>();
  for (const [file, source] of files) {
    const imports = importsOf(source);
    const inside: string[] = [];
    graph.set(file, inside);
    const atRunTime: Edge[] = [];
    running.set(file, atRunTime);
    for (const { specifier, typeOnly, line } of imports) {
      const target = resolve(file, specifier, files);
      if (files.has(target)) inside.push(target);
      if (!typeOnly) atRunTime.push({ target, line });
      const rule = brokenRule(file, target, typeOnly);
      if (rule) violations.push(`${file}:${line} imports ${target}: ${rule}`);
    }
    violations.push(...impurities(file, source), ...shape(file, source, imports.length));
  }
  return [...violations, ...boundToNode(running, files), ...cycles(graph)];
}

const NAMELESS = ['shared', 'util', 'utils', 'helper', 'helpers', 'common', 'constants', 'types', 'index', 'misc'];

// A relative import as a path from the root, anything else as it is. AssemblyScript writes no extension.
function resolve(file: string, specifier: string, files: ReadonlyMap<string, string>): string {
  if (!specifier.startsWith('.')) return specifier;
  const path = normalize(join(dirname(file), specifier))
    .split(sep)
    .join('/');
  return files.has(`${path}.ts`) ? `${path}.ts` : path;
}

function brokenRule(file: string, target: string, typeOnly: boolean): string | null {
  const from = file.split('/')[0];
  // A path in the tree has a known first folder; a package may have a slash, but no such folder.
  const to =
    [...FOLDERS, 'test', 'dist'].includes(target.split('/')[0]) && target.includes('/') ? target.split('/')[0] : null;
  if (to !== null) {
    if (to === from) return null;
    if (from === 'models') return 'models takes nothing from another folder';
    if (from === 'db') {
      return typeOnly && target === 'models/series.ts'
        ? null
        : 'db takes only types from models/series.ts, nothing else from another folder';
    }
    if (from === 'web') {
      return typeOnly && target === 'server/contract.ts'
        ? null
        : 'web takes only types from server/contract.ts, nothing else from another folder';
    }
    return to === 'models' || to === 'db' ? null : 'server takes from models and db alone';
  }
  if (target.startsWith('@tensorflow/')) {
    return /^models\/(rnn|kernel)\//.test(file) ? null : 'tensors live under models/rnn and models/kernel alone';
  }
  if (target === 'danfojs-node') return file === 'models/grid.ts' ? null : 'danfo is used in models/grid.ts alone';
  if (target === 'better-sqlite3') {
    return file === 'db/open.ts' || (typeOnly && from === 'db') ? null : 'the database is opened in db/open.ts alone';
  }
  if (target === 'express') {
    return file === 'server/app.ts' || file.startsWith('server/routes/')
      ? null
      : 'express is used in server/app.ts and server/routes alone';
  }
  if (from === 'db' && /^node:(http|https|http2|net)$/.test(target)) return 'db has no HTTP';
  if (from === 'web' && target.startsWith('node:')) return 'web runs in a browser';
  if (from === 'models' && target.startsWith('node:')) return 'models has no files, network, processes or clock';
  if (from === 'models' && target !== 'luxon' && /^[@a-z]/.test(target)) {
    return 'models uses luxon alone, tensors under models/rnn and models/kernel, danfo in models/grid.ts';
  }
  return null;
}

// The choice of a backend is a measurement of the machine, and the one place in models that may look at its clock.
function impurities(file: string, source: string): string[] {
  if (!file.startsWith('models/') || /^models\/kernel\/(backend[^/]*\.ts|assembly\/)/.test(file)) return [];
  const code = bareCode(source);
  const pattern = /\b(process\.env|Date\.now|new Date\(\)|Math\.random|performance\.now|fetch\()/g;
  return [...code.matchAll(pattern)].map(({ 0: found, index }) => {
    const line = code.slice(0, index).split('\n').length;
    return `${file}:${line} uses ${found.replace(/\($/, '')}: time, randomness and configuration are passed into models`;
  });
}

interface Edge {
  readonly target: string;
  readonly line: number;
}

// What the entries in server/browser reach at run time goes into the bundle for the browser, whichever folder it lies in.
function boundToNode(running: ReadonlyMap<string, readonly Edge[]>, files: ReadonlyMap<string, string>): string[] {
  const bundled = new Set([...files.keys()].filter((file) => file.startsWith('server/browser/')));
  const violations: string[] = [];
  for (const file of bundled) {
    for (const { target, line } of running.get(file) ?? []) {
      if (files.has(target)) bundled.add(target);
      if (/^(node:|danfojs-node$|express$|better-sqlite3$|db\/)/.test(target))
        violations.push(`${file}:${line} imports ${target}: server/browser takes it into a browser, which has none`);
    }
    const code = bareCode(files.get(file)!);
    for (const { index } of code.matchAll(/\bBuffer\s*\./g)) {
      const line = code.slice(0, index).split('\n').length;
      violations.push(`${file}:${line} uses Buffer: server/browser takes it into a browser, which has none`);
    }
  }
  return violations;
}

/** What is wrong with the length of a file, of the program or of the tests: nothing, or one sentence. */
export function tooLong(file: string, source: string): string[] {
  const lines = source.replace(/\n$/, '').split('\n');
  if (lines.length <= 300 || lines.slice(0, 12).some((line) => /^\s*(\/\/|\/?\*).*\blines\b/.test(line))) return [];
  return [`${file} has ${lines.length} lines: over 300 needs a reason that says "lines" in its first twelve`];
}

function shape(file: string, source: string, imports: number): string[] {
  const violations = tooLong(file, source);
  const nameless = file
    .replace(/\.ts$/, '')
    .split('/')
    .find((name) => NAMELESS.includes(name));
  if (nameless) violations.push(`${file} is named "${nameless}": name it for the one idea in it`);
  const rest = bareCode(source).replace(/\bexport\s+(type\s+)?[\w\s{},*$]*?\bfrom\s*"\d+";?/g, '');
  if (imports > 1 && rest.trim() === '') violations.push(`${file} only re-exports: no barrels`);
  return violations;
}

// Each cycle once, from the first of its files that is reached.
function cycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push(`${[...path.slice(at), file].join(' imports ')}: no import cycles`);
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return found;
}
