import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['node_modules/', '.build/', 'index/', 'src/client/api.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // An interface whose other implementations are asynchronous.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    // What loads the runtime of the models, in this thread or another, silences it first.
    files: ['**/*.{ts,tsx}'],
    ignores: ['src/thread.ts', 'src/embedding/runtime.ts', 'scripts/bench/bare-session.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { name: '@xenova/transformers', message: 'Import src/embedding/runtime.ts.' },
        { name: 'onnxruntime-node', message: 'Import src/embedding/runtime.ts.' },
        { name: 'node:worker_threads', importNames: ['Worker'], allowTypeImports: true, message: 'Use src/thread.ts.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Matchers such as expect.any() are of type any, and destructuring what needs no `this` is handy.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['src/web/*.js'],
    languageOptions: {
      globals: {
        addEventListener: 'readonly',
        devicePixelRatio: 'readonly',
        document: 'readonly',
        fetch: 'readonly',
        DOMParser: 'readonly',
        FormData: 'readonly',
        URLSearchParams: 'readonly',
        EventSource: 'readonly',
        history: 'readonly',
        location: 'readonly',
        performance: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        getComputedStyle: 'readonly',
        matchMedia: 'readonly',
        requestAnimationFrame: 'readonly',
        ResizeObserver: 'readonly',
        TextDecoder: 'readonly',
      },
    },
  },
);
