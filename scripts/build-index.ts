/** Embeds every abstract of the given files into `index/`: `npm run build-index -- FILE…` is `akin add FILE…`. */
process.argv.splice(2, 0, 'add');
await import('../src/cli/main.ts');
