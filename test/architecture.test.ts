import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { expect, test } from 'vitest';
import { check, FOLDERS, tooLong } from './support/directions.ts';
import { importsOf } from './support/imports.ts';

/**
 * Which way the folders lean, held by a test so that reviews need not:
 *
 *   web --HTTP--> server --> models, db;  db --type-only--> models/series.ts;  web --type-only--> server/contract.ts
 *
 * and server/browser, which the build bundles for a worker of web, reaches nothing that only Node has.
 *
 * A violation is a sentence that names the file, the line and the rule.
 */
const ROOT = join(import.meta.dirname, '..');

test('every file of the program keeps the directions', () => {
  const violations = check(programFiles());
  expect(violations, violations.join('\n')).toEqual([]);
});

test('a long test says why it is long', () => {
  expect([...programFiles(['test'])].flatMap(([file, source]) => tooLong(file, source))).toEqual([]);
});

test('the files that are checked are those of all four folders', () => {
  const files = [...programFiles().keys()];
  for (const folder of FOLDERS) expect(files.some((file) => file.startsWith(`${folder}/`))).toBe(true);
  expect(files).toContain('models/series.ts');
});

test.each<[string, Record<string, string>, string]>([
  [
    'models reaching out of its folder',
    { 'models/a.ts': "import type { Row } from '../db/rows.ts';", 'db/rows.ts': '' },
    'models/a.ts:1 imports db/rows.ts: models takes nothing from another folder',
  ],
  [
    'models reading a file',
    { 'models/a.ts': "// why\nimport { readFileSync } from 'node:fs';" },
    'models/a.ts:2 imports node:fs: models has no files, network, processes or clock',
  ],
  [
    'models importing a package that is not for it',
    { 'models/a.ts': "export { z } from 'zod';" },
    'models/a.ts:1 imports zod: models uses luxon alone, tensors under models/rnn and models/kernel, danfo in models/grid.ts',
  ],
  [
    'tensors outside their folders',
    { 'models/naive.ts': "const tf = await import('@tensorflow/tfjs-core');" },
    'models/naive.ts:1 imports @tensorflow/tfjs-core: tensors live under models/rnn and models/kernel alone',
  ],
  [
    'a type of a tensor in the server',
    { 'server/a.ts': "import type { Tensor } from '@tensorflow/tfjs-core';" },
    'server/a.ts:1 imports @tensorflow/tfjs-core: tensors live under models/rnn and models/kernel alone',
  ],
  [
    'danfo outside the grid',
    { 'server/a.ts': "import { DataFrame } from 'danfojs-node';" },
    'server/a.ts:1 imports danfojs-node: danfo is used in models/grid.ts alone',
  ],
  [
    'models reading the clock',
    { 'models/a.ts': 'export const now = () =>\n  Date.now();' },
    'models/a.ts:2 uses Date.now: time, randomness and configuration are passed into models',
  ],
  [
    'models drawing from the unseeded generator',
    { 'models/a.ts': `export const x = \`\${Math.random()}\`;` },
    'models/a.ts:1 uses Math.random: time, randomness and configuration are passed into models',
  ],
  [
    'models reading the environment',
    { 'models/rnn/a.ts': 'export const x = process.env.SEED;' },
    'models/rnn/a.ts:1 uses process.env: time, randomness and configuration are passed into models',
  ],
  [
    'db running code of models',
    { 'db/a.ts': "import { QUANTILES } from '../models/series.ts';", 'models/series.ts': '' },
    'db/a.ts:1 imports models/series.ts: db takes only types from models/series.ts, nothing else from another folder',
  ],
  [
    'db taking types from another file of models',
    { 'db/a.ts': "import type { Scores } from '../models/metrics.ts';", 'models/metrics.ts': '' },
    'db/a.ts:1 imports models/metrics.ts: db takes only types from models/series.ts, nothing else from another folder',
  ],
  [
    'a second place that opens the database',
    { 'server/a.ts': "import Database from 'better-sqlite3';" },
    'server/a.ts:1 imports better-sqlite3: the database is opened in db/open.ts alone',
  ],
  [
    'express outside the routes',
    { 'server/jobs.ts': "import express from 'express';" },
    'server/jobs.ts:1 imports express: express is used in server/app.ts and server/routes alone',
  ],
  ['HTTP in db', { 'db/a.ts': "import { request } from 'node:http';" }, 'db/a.ts:1 imports node:http: db has no HTTP'],
  [
    'the server reaching into the web',
    { 'server/a.ts': "import '../web/b.ts';", 'web/b.ts': '' },
    'server/a.ts:1 imports web/b.ts: server takes from models and db alone',
  ],
  [
    'the web running code of the server',
    { 'web/a.ts': "import { CODES } from '../server/contract.ts';", 'server/contract.ts': '' },
    'web/a.ts:1 imports server/contract.ts: web takes only types from server/contract.ts, nothing else from another folder',
  ],
  [
    'the web taking types from elsewhere',
    { 'web/a.ts': "import type { Series } from '../models/series.ts';", 'models/series.ts': '' },
    'web/a.ts:1 imports models/series.ts: web takes only types from server/contract.ts, nothing else from another folder',
  ],
  [
    'the web using Node',
    { 'web/a.ts': "import { join } from 'node:path';" },
    'web/a.ts:1 imports node:path: web runs in a browser',
  ],
  [
    'Node on the way into the browser',
    {
      'server/browser/a.ts': "import { b } from '../b.ts';",
      'server/b.ts': "import type { X } from 'node:fs';\nimport { gunzipSync } from 'node:zlib';",
    },
    'server/b.ts:2 imports node:zlib: server/browser takes it into a browser, which has none',
  ],
  [
    "Node's buffers on the way into the browser",
    { 'server/browser/a.ts': "import '../b.ts';", 'server/b.ts': '// why\nexport const b = Buffer.alloc(1);' },
    'server/b.ts:2 uses Buffer: server/browser takes it into a browser, which has none',
  ],
  [
    'danfo on the way into the browser',
    { 'server/browser/a.ts': "import '../../models/grid.ts';", 'models/grid.ts': "import 'danfojs-node';" },
    'models/grid.ts:1 imports danfojs-node: server/browser takes it into a browser, which has none',
  ],
  [
    'the web running the worker itself',
    { 'web/a.ts': "import '../server/browser/a.ts';", 'server/browser/a.ts': '' },
    'web/a.ts:1 imports server/browser/a.ts: web takes only types from server/contract.ts, nothing else from another folder',
  ],
  [
    'the program importing its tests',
    { 'server/a.ts': "import { store } from '../test/support/store.ts';" },
    'server/a.ts:1 imports test/support/store.ts: server takes from models and db alone',
  ],
  [
    'a cycle, types included',
    {
      'db/a.ts': "import { b } from './b.ts';",
      'db/b.ts': "export * from './c.ts';",
      'db/c.ts': "import type { A } from './a.ts';",
    },
    'db/a.ts imports db/b.ts imports db/c.ts imports db/a.ts: no import cycles',
  ],
  [
    'a long file that does not say why',
    { 'server/a.ts': `/** All of it. */\n${'x;\n'.repeat(300)}` },
    'server/a.ts has 301 lines: over 300 needs a reason that says "lines" in its first twelve',
  ],
  [
    'a long file with "lines" in its code alone',
    { 'server/a.ts': `const lines = 1;\n${'x;\n'.repeat(300)}` },
    'server/a.ts has 301 lines: over 300 needs a reason that says "lines" in its first twelve',
  ],
  [
    'a file named for nothing',
    { 'web/chart/helpers.ts': '' },
    'web/chart/helpers.ts is named "helpers": name it for the one idea in it',
  ],
  [
    'a folder named for nothing',
    { 'server/shared/a.ts': '' },
    'server/shared/a.ts is named "shared": name it for the one idea in it',
  ],
  [
    'a barrel under another name',
    { 'models/all.ts': "export * from './a.ts';\nexport { b } from './b.ts';\n", 'models/a.ts': '', 'models/b.ts': '' },
    'models/all.ts only re-exports: no barrels',
  ],
])('%s is caught', (_, files, violation) => {
  expect(check(new Map(Object.entries(files)))).toEqual([violation]);
});

test('what the directions allow passes', () => {
  const files = {
    'web/a.ts':
      "import Chart from 'chart.js/auto';\nimport type { Job } from '../server/contract.ts';\nimport './style.css';",
    'server/contract.ts': "import { z } from 'zod';",
    'server/app.ts':
      "import express from 'express';\nimport { open } from '../db/open.ts';\nimport { naive } from '../models/naive.ts';",
    'server/routes/a.ts': "import type { Request } from 'express';\nconst at = Date.now();",
    'server/browser/a.ts': "import type { A } from '../app.ts';\nimport { naive } from '../../models/naive.ts';",
    'db/open.ts': "import Database from 'better-sqlite3';\nimport type { Series } from '../models/series.ts';",
    'db/rows.ts': "import type { Database } from 'better-sqlite3';\nimport type { open } from './open.ts';",
    'models/series.ts': '',
    'models/naive.ts':
      "import type { Series } from './series.ts';\n// never Math.random() or import('node:fs')\nconst text = 'process.env';",
    'models/grid.ts': "import { DataFrame } from 'danfojs-node';\nimport { DateTime } from 'luxon';",
    'models/rnn/a.ts': "import * as tf from '@tensorflow/tfjs-core';",
    'models/kernel/backend.ts':
      "const optional = '@tensorflow/tfjs-node';\nawait import('@tensorflow/tfjs-node');\nperformance.now();",
    'server/long.ts': `/**\n * One table: 400 lines read better together.\n */\n${'x;\n'.repeat(400)}`,
  };
  expect(check(new Map(Object.entries(files)))).toEqual([]);
});

test('imports are read as the compiler reads them', () => {
  const source = [
    "import a, { type B } from 'one';",
    '// import no from "comment";',
    'import type {',
    '  C,',
    "} from 'two';",
    "export * as d from 'three'; export type { E } from 'four';",
    'const text = "import no from \'string\'"; /* import "block" */',
    "const ratio = width / 2; const p = /['\"]import 'regexp'/; const q = 4 / 2;",
    "import 'five'; const f = await import('six'); let g: typeof import('seven'); let h: import('eight').Name;",
    `const i = \`import 'template' \${await import('nine')} from\`;`,
    "import type from 'ten';",
  ].join('\n');
  expect(importsOf(source).map(({ specifier, typeOnly, line }) => [specifier, typeOnly, line])).toEqual([
    ['one', false, 1],
    ['two', true, 3],
    ['three', false, 6],
    ['four', true, 6],
    ['five', false, 9],
    ['six', false, 9],
    ['seven', true, 9],
    ['eight', true, 9],
    ['nine', false, 10],
    ['ten', false, 11],
  ]);
});

function programFiles(folders: readonly string[] = FOLDERS): Map<string, string> {
  const files = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.endsWith('.d.ts')) continue;
      const path = join(entry.parentPath, entry.name);
      const name = relative(ROOT, path).split(sep).join('/');
      if (!name.includes('node_modules/')) files.set(name, readFileSync(path, 'utf8'));
    }
  }
  return files;
}
