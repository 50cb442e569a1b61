import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type RequestHandler, Router } from 'express';
import { AppError } from '../errors.ts';

/**
 * The built dashboard. Its views are URLs (/datasets/3), so every path that is no file gets the one page; a path that looks
 * like a file and is none stays an error, so that a stale page asking for a script of an older build notices.
 */
export function webPages(folder: string): RequestHandler {
  const page = join(folder, 'index.html');
  const router = Router();
  // The build puts a hash of the content into these names: what was fetched once never changes.
  router.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', index: false }));
  // The others keep their names, the worker of the import page above all: each use asks whether there is a newer one.
  router.use(
    express.static(folder, {
      index: false,
      dotfiles: 'ignore',
      cacheControl: false,
      setHeaders: (response) => response.set('cache-control', 'no-cache'),
    }),
  );
  router.use((request, response, next) => {
    const file = /\.\w+$/.test(request.path);
    if ((request.method !== 'GET' && request.method !== 'HEAD') || file) {
      throw new AppError('not_found', `there is no ${request.method} ${request.path}`, {
        details: { method: request.method, path: request.path },
      });
    }
    if (!existsSync(page)) {
      throw new AppError('not_found', 'the dashboard is not built: run npm run build', { details: null });
    }
    response.set('cache-control', 'no-cache').sendFile(page, next);
  });
  return router;
}
