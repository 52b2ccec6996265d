/** npm run test:quick: what needs no model and no built library, for the loop while one works. */
import { defineConfig } from 'vitest/config';
import whole from './vitest.config.ts';

export default defineConfig({
  test: {
    ...whole.test,
    globalSetup: [],
    include: [
      'test/{addresses,identifiers,names,paper,structure}.test.ts',
      'test/{evaluation,export,web}/**/*.test.ts',
      'test/http/{admission,strangers}.test.ts',
      'test/library/{facets,memory,same-work}.test.ts',
      'test/mcp/definitions.test.ts',
      'test/search/{query,ranking}.test.ts',
      'test/sources/**/*.test.ts',
    ],
    // What runs threads or processes of its own, or takes minutes.
    exclude: ['test/sources/{fuzz,growth,pdf,silent-loss,tables,xlsx}.test.ts'],
  },
});
