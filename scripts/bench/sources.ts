/**
 * npm run bench -- sources [--rounds N] [--megabytes N]: what the parsers make of genuine files, and how fast.
 *
 * First a table of every file in ../shared/formats: its records counted by a rule that knows nothing of the parsers, the
 * papers and rejects they make of it, and the reasons. Then the throughput of every parser, on its largest genuine file
 * repeated up to some megabytes, of which each round reads all.
 *
 * npm run bench -- sources --stored [FILE…]: the records of ../shared/papers (or of these files) stored by `akin add
 * --no-embed`: time, memory, and the first search by words right after.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { ROOT } from '../../src/package.ts';
import { toPaper } from '../../src/paper.ts';
import { filesOf, openFile } from '../../src/sources/input.ts';
import { detectSource, SOURCES } from '../../src/sources/registry.ts';
import type { Found, Source } from '../../src/sources/source.ts';
import { pdfOf } from '../../test/sources/pdf-fixture.ts';
import { addItem, createZotero } from '../../test/sources/zotero-fixture.ts';
import { shared, showSpread, spread, watchMemory } from './report.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(3),
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    megabytes: { type: 'string', default: '8' },
    stored: { type: 'boolean', default: false },
  },
});
const xml = (text: string): string => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
/** A paper as formats have it of which there is no genuine file. */
const RECORDS: Record<string, (paper: MadePaper, i: number) => string> = {
  jsonl: (paper) => JSON.stringify(paper),
  beir: ({ title, abstract }, i) => JSON.stringify({ _id: `d${i}`, title, text: abstract ?? '', metadata: {} }),
  trec: ({ title, abstract = '' }, i) =>
    `<DOC>\n<DOCNO>d${i}</DOCNO>\n<TITLE>${xml(title)}</TITLE>\n<TEXT>${xml(abstract)}</TEXT>\n</DOC>`,
};
const folder = mkdtempSync(path.join(tmpdir(), 'akin-bench-'));
try {
  if (values.stored) await store(positionals);
  else {
    const largest = await account();
    await throughput(largest);
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** How many records a text of a format holds, by a rule of its own. */
function recordsIn(format: string, text: string): number {
  const count = (pattern: RegExp): number => Array.from(text.matchAll(pattern)).length;
  switch (format) {
    case 'ris':
      return count(/^TY {2}-/gm);
    case 'wos':
      return count(/^PT /gm);
    case 'nbib':
      return count(/^PMID-/gm);
    case 'bibtex':
      return count(/^@(?!comment|string|preamble)\w+\{/gim);
    case 'csv': // Line ends outside of quotes, less the header's.
      return (
        text
          .trimEnd()
          .split('"')
          .filter((_, i) => i % 2 === 0)
          .join('')
          .split('\n').length - 1
      );
    case 'acl-xml':
      return count(/<paper\b|<frontmatter>/g);
    case 'arxiv-atom':
      return count(/<entry>/g);
    case 'oai-pmh':
      return count(/<record>/g);
    case 'pubmed-xml':
      return count(/<PubmedArticle>/g);
    case 'hf-papers': // Every second paragraph behind the page's header is an abstract.
      return text.trim().split('\n\n').slice(5).length / 2;
    case 'arxiv-kaggle':
    case 'jsonl':
      return count(/^\{/gm);
    default:
      return jsonRecords(text).length;
  }
}

/** The records of a JSON document, whole and by JSON.parse. */
function jsonRecords(text: string): unknown[] {
  const document = JSON.parse(text) as { message?: { items?: unknown[] }; results?: unknown[]; data?: unknown[] };
  const { message, results, data } = document;
  return [Array.isArray(document) ? document : (message?.items ?? results ?? data ?? message ?? document)].flat();
}

async function recordsOf(source: Source, file: string): Promise<Found[]> {
  const found: Found[] = [];
  for await (const each of source.read(await openFile(file))) found.push(each);
  return found;
}

/** Prints the account of every genuine file; returns the largest of each format. */
async function account(): Promise<Map<Source, string>> {
  const largest = new Map<Source, string>();
  console.log('| file | format | records counted | papers | rejects | why |');
  console.log('|---|---|---|---|---|---|');
  const unknown: string[] = [];
  for await (const file of filesOf([shared('formats'), shared('papers/hf-papers-page.txt')])) {
    const opened = await openFile(file);
    opened.close();
    const source = detectSource(opened.head);
    if (!source) {
      unknown.push(path.basename(file));
      continue;
    }
    const counted = recordsIn(
      source.name,
      readFileSync(file, 'utf8')
        .replace(/^\ufeff/, '')
        .replace(/\r\n/g, '\n'),
    );
    const rejects = new Map<string, { count: number; reasons: Set<string> }>();
    let papers = 0;
    const reject = (code: string, reason: string): void => {
      const { count, reasons } = rejects.get(code) ?? { count: 0, reasons: new Set<string>() };
      rejects.set(code, { count: count + 1, reasons: reasons.add(reason) });
    };
    for (const found of await recordsOf(source, file)) {
      if ('reject' in found) reject(found.reject.code, found.reject.reason);
      else {
        try {
          toPaper(found.input);
          papers++;
        } catch (error) {
          reject('record-invalid', (error as Error).message);
        }
      }
    }
    const all = [...rejects.values()];
    const difference = counted - papers - all.reduce((sum, { count }) => sum + count, 0);
    const codes = [...rejects].map(([code, { count }]) => `${count} ${code}`).join(', ');
    const why = all.flatMap(({ reasons }) => [...reasons]);
    if (difference !== 0) why.push(`${difference} UNACCOUNTED FOR`);
    console.log(`| ${path.basename(file)} | ${source.name} | ${counted} | ${papers} | ${codes} | ${why.join('; ')} |`);
    const other = largest.get(source);
    if (other === undefined || statSync(file).size > statSync(other).size) largest.set(source, file);
  }
  console.log(`\nOf no format: ${unknown.join(', ')}\n`);
  return largest;
}

/** A text of a format repeated, as one file of that format, until it has about so many characters. */
function repeated(format: string, text: string, characters: number): string {
  const around = (begin: number, end: number, between = ''): string => {
    const body = text.slice(begin, end);
    const times = Math.max(1, Math.round(characters / body.length));
    return text.slice(0, begin) + Array<string>(times).fill(body).join(between) + text.slice(end);
  };
  const records = { 'acl-xml': 'paper', 'arxiv-atom': 'entry', 'oai-pmh': 'record', 'pubmed-xml': 'PubmedArticle' };
  const tag = (records as Record<string, string>)[format];
  if (tag !== undefined) {
    const begin = text.search(new RegExp(`<${tag}\\b(?!s)`));
    return around(begin, text.lastIndexOf(`</${tag}>`) + `</${tag}>`.length);
  }
  if (format === 'csv') return around(text.indexOf('\n') + 1, text.length); // No genuine header has a line end in it.
  if (format === 'hf-papers') return around(text.split('\n\n').slice(0, 5).join('\n\n').length, text.trimEnd().length);
  if (['ris', 'wos', 'nbib', 'bibtex', 'jsonl', 'arxiv-kaggle'].includes(format)) return around(0, text.length, '\n');
  const record = jsonRecords(text)
    .map((each) => JSON.stringify(each))
    .join(',\n');
  const times = Math.max(1, Math.round(characters / record.length));
  return `[${Array<string>(times).fill(record).join(',\n')}]`;
}

async function throughput(largest: Map<Source, string>): Promise<void> {
  const characters = Number(values.megabytes) * 1e6;
  console.log(`${values.rounds} rounds, min / median / max; papers/s with their validation\n`);
  console.log('| parser | file | MB | records | records/s | MB/s | papers/s |');
  console.log('|---|---|---|---|---|---|---|');
  for (const source of SOURCES) {
    const genuine = largest.get(source);
    const files = genuine === undefined ? made(source.name) : [path.join(folder, source.name)];
    if (genuine !== undefined) {
      writeFileSync(files[0]!, repeated(source.name, readFileSync(genuine, 'utf8'), characters));
    }
    const megabytes = files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
    const seconds = { parsed: [] as number[], papers: [] as number[] };
    let records = 0;
    for (let round = -1; round < Number(values.rounds); round++) {
      for (const what of ['parsed', 'papers'] as const) {
        records = 0;
        const start = performance.now();
        for (const file of files) {
          for await (const found of source.read(await openFile(file))) {
            records++;
            if ('reject' in found) throw new Error(`${file}: ${found.reject.reason}`); // Fast, and no throughput.
            if (what === 'papers') toPaper(found.input);
          }
        }
        // The first round warms up.
        if (round >= 0) seconds[what].push((performance.now() - start) / 1000);
      }
    }
    const per = (amount: number, times: number[], digits: number) =>
      showSpread(spread(times.map((each) => amount / each)), digits);
    console.log(
      `| ${source.name} | ${genuine === undefined ? 'made for this' : path.basename(genuine)} | ${megabytes.toFixed(1)} | ${records} | ` +
        `${per(records, seconds.parsed, 0)} | ${per(megabytes, seconds.parsed, 1)} | ${per(records, seconds.papers, 0)} |`,
    );
    for (const file of files) rmSync(file);
  }
}

interface MadePaper {
  title: string;
  abstract?: string;
  authors?: string[];
}

/** Files of a format of which there is no genuine one, made of real papers. */
function made(format: string): string[] {
  const lines = gunzipSync(readFileSync(shared('papers/acl-anthology-2022.jsonl.gz')))
    .toString()
    .split('\n');
  const all = lines.slice(0, 40_000).map((line) => JSON.parse(line) as MadePaper);
  const record = RECORDS[format];
  if (record) {
    const file = path.join(folder, format);
    const records: string[] = [];
    for (let size = 0; size < Number(values.megabytes) * 1e6; size += records.at(-1)!.length) {
      records.push(record(all[records.length % all.length]!, records.length));
    }
    writeFileSync(file, records.join('\n'));
    return [file];
  }
  const papers = all.slice(0, 20_000).filter(({ abstract }) => (abstract ?? '').length > 300);
  if (format === 'zotero') {
    const file = path.join(folder, 'zotero.sqlite');
    const db = createZotero(file);
    db.transaction(() => {
      papers.slice(0, 5000).forEach(({ title, abstract, authors = [] }, i) => {
        const creators = [...new Set(authors)].map((name): ['author', null, string] => ['author', null, name]);
        addItem(db, { key: `K${i}`, type: 'journalArticle', creators, fields: { title, abstractNote: abstract! } });
      });
    })();
    db.close();
    return [file];
  }
  mkdirSync(path.join(folder, format), { recursive: true });
  return papers.slice(0, 50).map(({ title, abstract }, i) => {
    const lines = (abstract!.match(/.{1,80}(?: |$)/g) ?? []).map((text, n) => ({
      text,
      x: 80,
      y: 640 - n * 12,
      size: 10,
    }));
    const head = [
      { text: title.slice(0, 60), x: 80, y: 720, size: 17 },
      { text: 'Abstract', x: 80, y: 655, size: 12, font: 'F2' as const },
    ];
    const file = path.join(folder, format, `${i}.pdf`);
    writeFileSync(file, pdfOf([[...head, ...lines]]));
    return file;
  });
}

async function store(given: string[]): Promise<void> {
  const papers = shared('papers');
  const files =
    given.length > 0
      ? given
      : readdirSync(papers)
          .filter((name) => name.endsWith('.jsonl.gz'))
          .map((name) => path.join(papers, name));
  const program = path.join(ROOT, 'src/cli/akin.js');
  const index = path.join(folder, 'index');
  const run = async (parameters: string[]) => {
    const start = performance.now();
    const child = spawn(process.execPath, [program, ...parameters, '--index', index, '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const memory = watchMemory(child);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output, seconds: (performance.now() - start) / 1000, megabytes: memory() };
  };
  const added = await run(['add', ...files, '--no-embed']);
  const summary = JSON.parse(added.output) as Record<string, number>;
  const { added: papersAdded, changed, unchanged, duplicate, rejected } = summary;
  const records = [papersAdded, changed, unchanged, duplicate, rejected].reduce<number>((sum, n) => sum + n!, 0);
  const bytes = readdirSync(index).reduce((sum, name) => sum + statSync(path.join(index, name)).size, 0);
  console.log(`stored: ${files.map((file) => path.basename(file)).join(', ')}`);
  console.log(
    `stored: ${records} records (${papersAdded} added, ${changed} changed, ${unchanged} unchanged, ${duplicate} duplicates, ` +
      `${rejected} rejected) in ${added.seconds.toFixed(1)} s, ${(records / added.seconds).toFixed(0)} records/s, ` +
      `at most ${added.megabytes} MB resident, ${(bytes / 1e6).toFixed(0)} MB in index/`,
  );
  for (const words of ['neural machine translation', 'graph']) {
    const { output, seconds } = await run(['search', words, '--mode', 'lexical']);
    const { hits } = JSON.parse(output) as { hits: unknown[] };
    console.log(
      `search "${words}" by words: ${hits.length} hits in ${seconds.toFixed(2)} s, the start of the program included`,
    );
  }
}
