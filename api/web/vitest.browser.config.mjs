import { defineConfig } from 'vitest/config';

// One browser, one service, one story after another: the machine is the same for all of them.
export default defineConfig({
  test: {
    include: ['tests/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
    bail: 1,
  },
});
