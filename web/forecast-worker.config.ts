import { defineConfig } from 'vite';

/**
 * Builds the worker of the import page from server/browser into the dashboard's folder, after the dashboard itself. The page
 * starts it by its address, so its name is fixed and the server has it checked at each visit; what it fetches has its hash in
 * the name and is kept.
 */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    outDir: '../dist/web',
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: { 'forecast-worker': '../server/browser/forecast-worker.ts' },
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
});
