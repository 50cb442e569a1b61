import { defineConfig } from 'vite';

/** Builds the dashboard into dist/web, where the server finds it; `npx vite --config web/vite.config.ts` develops it. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // The content-security policy allows no inline data but images, and a small file saved is not worth an exception.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: Object.fromEntries(
      // The worker of the import page is built by forecast-worker.config.ts and comes from the server.
      ['/api', '/healthz', '/forecast-worker.js', '/assets'].map((path) => [path, 'http://127.0.0.1:3000']),
    ),
  },
});
