/** npm run bench -- NAME [OPTION…]: the benchmarks, each in a file of its own under scripts/bench. */

const names = [
  'agent',
  'called',
  'embed',
  'event-loop',
  'filters',
  'hostile-requests',
  'in-turns',
  'library',
  'load',
  'map',
  'overload',
  'patterns',
  'pdfs',
  'signs',
  'sources',
  'works',
];
const name = process.argv[2];
if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench -- ${names.join('|')} [options]`);
  process.exit(2);
}
await import(`./bench/${name}.ts`);
