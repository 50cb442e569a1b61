import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Shipped } from '../models/rnn/started.ts';
import { packageRoot } from './own-package.ts';

/** The file of a shipped network. */
export const shippedFile = (name: string, folder = fileURLToPath(new URL('models/pretrained/', packageRoot))): string =>
  join(folder, `${name}.network`);

/** Reads the networks that come with the program. */
export const shipped: Shipped = (name) => readFileSync(shippedFile(name));
