import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { freshAndCompressed, onlyWoff2 } from './build/plugins.mjs';

// Elsewhere for who works on the page while the program, which takes it from here, is being built.
const dist = process.env.EIGHTCOUNT_STUDIO_DIST ?? fileURLToPath(new URL('dist', import.meta.url));

export default defineConfig({
  plugins: [onlyWoff2(), svelte(), freshAndCompressed(dist)],
  build: {
    outDir: dist,
    emptyOutDir: false,
    target: 'es2022',
    // The security policy allows no data: addresses for fonts and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { '/api': process.env.EIGHTCOUNT_API ?? 'http://127.0.0.1:8080' },
  },
  test: { include: ['src/**/*.test.ts'] },
});
