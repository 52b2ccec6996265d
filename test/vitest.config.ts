import { defineConfig } from 'vitest/config';
import { ROOT } from '../src/package.ts';

export default defineConfig({
  test: {
    root: ROOT,
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/setup.ts'],
    // Real models, real processes, a real browser, on two cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
