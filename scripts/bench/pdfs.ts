/**
 * npm run bench -- pdfs DIR [--truth FILE] [--code DIR] [--half chosen|kept] [--each]: what is read off PDFs, against what a
 * person reads on them.
 *
 * DIR holds the PDFs, and `truth.tsv` says what is right (`scripts/bench/pdfs/published.tsv` for papers as published, which
 * are no part of this repository; `npm run bench -- pdfs --make DIR` typesets documents of our own in publishers' classes).
 * Half of the files, by a hash of their names, is for choosing rules on, the other is kept for the report. A value is right,
 * wrong, or left open, which costs a person less than a wrong one. `--code` reads with another checkout, built; where that has
 * only TypeScript, `node --import tsx .build/scripts/bench.js pdfs …` loads it.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ROOT } from '../../src/package.ts';
import { makePdfs } from './pdfs/make.ts';
import { spread, showSpread } from './report.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(3),
  allowPositionals: true,
  options: {
    truth: { type: 'string' },
    code: { type: 'string', default: ROOT },
    half: { type: 'string' },
    /** Says of each file what is not right. */
    each: { type: 'boolean', default: false },
    make: { type: 'string' },
  },
});

const FIELDS = ['title', 'authors', 'doi'] as const;
type Field = (typeof FIELDS)[number];
type Verdict = 'right' | 'open' | 'wrong';

/** What is right for a file: of several texts, either is; `null` where the file states none. */
interface Truth {
  file: string;
  layout: string;
  doi: string[] | null;
  title: string[] | null;
  authors: string[] | null;
}

/** What was read off a file. */
interface Reading {
  title: string;
  authors: string[];
  doi: string | undefined;
}

async function measure(folder: string): Promise<void> {
  const truths = truthsIn(values.truth ?? path.join(folder, 'truth.tsv'))
    .filter(({ file }) => existsSync(path.join(folder, file)))
    .filter(({ file }) => values.half === undefined || halfOf(file) === values.half);
  const read = await readerOf(path.resolve(values.code));
  const verdicts: Record<Field, Verdict[]> = { title: [], authors: [], doi: [] };
  const times: number[] = [];
  for (const truth of truths) {
    const begin = performance.now();
    const reading = await read(path.join(folder, truth.file));
    times.push(performance.now() - begin);
    for (const field of FIELDS) {
      const verdict = VERDICTS[field](truth, reading);
      verdicts[field].push(verdict);
      if (values.each && verdict !== 'right') show(truth, field, verdict, reading);
    }
  }
  const layouts = new Set(truths.map(({ layout }) => layout)).size;
  console.log(
    `${truths.length} documents in ${layouts} layouts; min / median / max ms a file: ${showSpread(spread(times))}`,
  );
  console.log('| | right, % | wrong, % | open, % |\n|---|---|---|---|');
  for (const field of FIELDS) {
    const share = (verdict: Verdict): string =>
      ((verdicts[field].filter((each) => each === verdict).length / truths.length) * 100).toFixed(1);
    console.log(`| ${field} | ${share('right')} | ${share('wrong')} | ${share('open')} |`);
  }
  process.exit(0); // The reader's thread may be at work still.
}

function show(truth: Truth, field: Field, verdict: Verdict, reading: Reading): void {
  const got = field === 'authors' ? reading.authors.join('; ') : (reading[field] ?? '');
  const want = truth[field]?.join(field === 'authors' ? '; ' : ' || ') ?? '(none)';
  console.log(`${verdict} ${field} of ${truth.file} (${truth.layout})\n    read ${got}\n    want ${want}`);
}

function truthsIn(file: string): Truth[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const listed = (text: string, separator: string): string[] | null => (text === '-' ? null : text.split(separator));
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', layout = '', doi = '', title = '', authors = ''] = line.split('\t');
      return {
        file: name,
        layout,
        doi: listed(doi, ' || '),
        title: listed(title, ' || '),
        authors: listed(authors, '; '),
      };
    });
}

const halfOf = (file: string): string => (createHash('sha256').update(file).digest()[0]! % 2 === 0 ? 'chosen' : 'kept');

/** Reads files with the code of a checkout. */
async function readerOf(checkout: string): Promise<(file: string) => Promise<Reading>> {
  const load = async <Module>(file: string): Promise<Module> => {
    const built = path.join(checkout, '.build', file.replace(/ts$/, 'js'));
    return (await import(pathToFileURL(existsSync(built) ? built : path.join(checkout, file)).href)) as Module;
  };
  const { pdf } = await load<typeof import('../../src/sources/pdf.ts')>('src/sources/pdf.ts');
  const { openFile } = await load<typeof import('../../src/sources/input.ts')>('src/sources/input.ts');
  const { toPaper } = await load<typeof import('../../src/paper.ts')>('src/paper.ts');
  return async (file) => {
    for await (const found of pdf.read(await openFile(file))) {
      if ('reject' in found) break;
      const { title, authors, ids } = toPaper(found.input);
      return { title, authors, doi: ids.doi };
    }
    return { title: '', authors: [], doi: undefined };
  };
}

const words = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
/** A name's last word and the first letter of its first: metadata may have initials where the page has names. */
const nameKey = (name: string): string => {
  const parts = words(name.replace(/\.? Jr\.?$/, '')).split(' ');
  return `${parts.at(-1)}, ${parts[0]?.[0] ?? ''}`;
};

const VERDICTS: Record<Field, (truth: Truth, reading: Reading) => Verdict> = {
  title: ({ title: right }, { title }) => {
    if (title === '') return right === null ? 'right' : 'open';
    return right?.map(words).includes(words(title)) ? 'right' : 'wrong';
  },
  authors: ({ authors: right }, { authors }) => {
    if (authors.length === 0) return right === null ? 'right' : 'open';
    return right?.map(nameKey).join() === authors.map(nameKey).join() ? 'right' : 'wrong';
  },
  doi: ({ doi: right }, { doi }) => {
    if (doi === undefined) return right === null ? 'right' : 'open';
    return right?.includes(doi.toLowerCase()) ? 'right' : 'wrong';
  },
};

if (values.make !== undefined) makePdfs(values.make);
else await measure(positionals[0] ?? '.');
