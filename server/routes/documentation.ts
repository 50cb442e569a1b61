import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type RequestHandler, Router } from 'express';
import { type Endpoint, endpoint } from './endpoint.ts';

/** The OpenAPI document. `endpoints` is asked for when the document is: this endpoint is one of them. */
export function documentRoute(
  endpoints: () => readonly Endpoint[],
  describe: (endpoints: readonly Endpoint[], version: string) => unknown,
): Endpoint {
  let written: unknown;
  return endpoint({
    method: 'get',
    path: '/api/v1/openapi.json',
    tag: 'program',
    summary: 'This document',
    open: true,
    reply: { status: 200, media: 'application/json' },
    handle: ({ response }, { version }) => {
      written ??= describe(endpoints(), version);
      response.json(written);
    },
  });
}

/**
 * The browsable documentation: Swagger UI's own files, and a page and a start-up script of ours, because the policy of the
 * server (no inline script, nothing from elsewhere) holds here too.
 */
export function documentationPages(): RequestHandler {
  const files = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const router = Router({ strict: true });
  router.get('/', (request, response) => {
    // Relative addresses on the page need the slash at the end.
    if (!request.originalUrl.split('?')[0].endsWith('/')) response.redirect(301, '/api/docs/');
    else response.type('html').send(PAGE);
  });
  router.get('/start.js', (_request, response) => {
    response.type('js').send(START);
  });
  for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']) {
    router.use(`/${name}`, express.static(`${files}/${name}`, { maxAge: '1d' }));
  }
  return router;
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tidecast API</title>
<link rel="icon" href="favicon-32x32.png">
<link rel="stylesheet" href="swagger-ui.css">
</head>
<body>
<div id="documentation"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#documentation',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
`;
