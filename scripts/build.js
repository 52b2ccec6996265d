/**
 * npm run build: makes of each TypeScript file of `src`, `scripts` and `test` the JavaScript that is run, at the same place
 * under `.build/`. Types are left out, not checked: that is `npm run types`.
 *
 * A built file bears its source's time, so that only what changed is built again, and nothing old is ever taken for new:
 * the command looks each time it starts. In JavaScript because it comes before all that is built; an installed package
 * holds what was built, and neither this nor the sources.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const ROOT = path.dirname(import.meta.dirname);
const BUILT = path.join(ROOT, '.build');
/** Its copy says with which options everything was built. */
const OPTIONS = 'tsconfig.json';

/**
 * Brings `.build/` up to date. Safe beside others that do the same: a file is replaced as a whole.
 * @throws Error where a source is not TypeScript, with the place; the files that are stay built.
 */
export async function build() {
  const sources = ['src', 'scripts', 'test']
    .flatMap((folder) => filesIn(folder))
    .filter((file) => /\.tsx?$/.test(file));
  const optionsChanged = !isFresh(OPTIONS, OPTIONS);
  const stale = sources.filter((source) => optionsChanged || !isFresh(source, builtOf(source)));
  if (stale.length === 0 && !optionsChanged) return;
  await compile(stale);
  const wanted = new Set([OPTIONS, ...sources.map(builtOf)]);
  for (const file of filesIn('.build')) {
    if (file.endsWith('.js') && !wanted.has(path.relative('.build', file))) rmSync(path.join(ROOT, file));
  }
  put(OPTIONS, readFileSync(path.join(ROOT, OPTIONS)), timeOf(path.join(ROOT, OPTIONS)));
}

/** Every file in a folder and those below it, from the root. */
function filesIn(folder) {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
}

const builtOf = (source) => source.replace(/\.tsx?$/, '.js');

/** Seconds, to the millisecond: times are not kept more exactly everywhere. Undefined where there is no such file. */
function timeOf(file) {
  const status = statSync(file, { throwIfNoEntry: false });
  return status && Math.round(status.mtimeMs) / 1000;
}

const isFresh = (source, built) => timeOf(path.join(ROOT, source)) === timeOf(path.join(BUILT, built));

async function compile(sources) {
  // Taken before they are read: what changes meanwhile is built again the next time.
  const times = new Map(sources.map((source) => [source, timeOf(path.join(ROOT, source))]));
  const { default: ts } = await import('typescript');
  const { config } = ts.readConfigFile(path.join(ROOT, OPTIONS), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const program = ts.createProgram(
    sources.map((source) => path.join(ROOT, source)),
    // Each file for itself, for types are looked up nowhere: that takes a third of the time.
    { ...options, noEmit: false, noCheck: true, noResolve: true, noLib: true, types: [], rootDir: ROOT, outDir: BUILT },
  );
  const wrong = program.getSyntacticDiagnostics();
  program.emit(undefined, (file, text, _mark, _onError, [source]) => {
    if (wrong.some(({ file: { fileName } }) => fileName === source.fileName)) return;
    put(path.relative(BUILT, file), text, times.get(path.relative(ROOT, source.fileName)));
  });
  if (wrong.length > 0) {
    const host = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => ROOT, getNewLine: () => '\n' };
    throw new Error(ts.formatDiagnostics(wrong, host));
  }
}

/** Writes a built file with the time of its source: it is there whole, or as it was. */
function put(built, content, time) {
  const file = path.join(BUILT, built);
  const part = `${file}.${process.pid}.part`;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(part, content);
  utimesSync(part, time, time);
  renameSync(part, file);
}

if (process.argv[1] === import.meta.filename) await build();
