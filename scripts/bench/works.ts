/**
 * npm run bench -- works [--folder DIR] [--half develop|measure] [--show linked|missed|near] [--sample N]
 *
 * How well akin tells which papers are versions of one work: records of arxiv-cs-2016 against papers until 2018 of
 * ml-conferences and acl-anthology-2022, with every identifier that two of them share taken away. Prints precision and
 * recall, each with its 95 % interval (Wilson).
 *
 * What is true is known from what akin is not shown. *Said*: comments or journal reference of an arXiv record name a
 * venue and a year, and exactly one paper there has at least half the same surnames. *Judged*: read and decided one by one
 * (works-judged.tsv), by titles, authors, venues and comments, and by the beginning of both abstracts where titles differ:
 * every said pair that was not linked, a random sample of the linked
 * pairs that nothing says. Recall is counted over said pairs that were not judged to be
 * mistakes; precision over a random sample of all links.
 *
 * Tried are the papers that have some counterpart on the other side by title words or by authors, far looser than akin's own
 * rule, and some others; a quarter of the arXiv records is tried, and all that say something. Those of them are embedded that
 * the rule compares, in the half that is measured. `--folder` keeps the vectors, so that a changed rule is measured in seconds.
 * Bounds were chosen with `--half develop`; a hash of the arXiv id tells the halves apart.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import { Embedder } from '../../src/embedding/embedder.ts';
import { DEFAULT_MODEL, findModel } from '../../src/embedding/models.ts';
import type { Key, Library, LibraryWriter } from '../../src/library/library.ts';
import { openLibrary, openWriter } from '../../src/library/open.ts';
import { blockingKeys, neededCosine, titleSimilarity, traitsOf } from '../../src/library/same-work.ts';
import { ROOT } from '../../src/package.ts';
import { toPaper, type Paper } from '../../src/paper.ts';
import { embedPending } from '../../src/session/intake.ts';
import { dot } from '../../src/vector.ts';
import { shared } from './report.ts';

interface Source {
  id: string;
  title: string;
  abstract?: string;
  authors: string[];
  year: number;
  venue?: string;
  comments?: string;
  journal_ref?: string;
  surnames: string[];
  /** The words of its title. */
  words: string[];
}

type Pair = [string, string];

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    folder: { type: 'string' },
    half: { type: 'string', default: 'measure' },
    show: { type: 'string' },
    sample: { type: 'string', default: '60' },
  },
});

/** The last year of the conference papers: an arXiv record of 2016 may be published two years later. */
const LAST_YEAR = 2018;
/** Of the arXiv records about which no record says anything, one in so many is taken. */
const ONE_IN = 4;
const OTHERS = 300;
const MODEL = findModel(DEFAULT_MODEL);

const arxiv = await recordsOf('arxiv-cs-2016');
const published = [...(await recordsOf('ml-conferences')), ...(await recordsOf('acl-anthology-2022'))].filter(
  ({ year }) => year <= LAST_YEAR,
);
const byId = new Map([...arxiv, ...published].map((record) => [record.id, record]));
console.log(`${arxiv.length} arXiv records, ${published.length} conference papers until ${LAST_YEAR}`);

const saidPairs = new Map(said().map((pair) => [nameOf(pair), pair]));
const alike = counterparts();
const pool = new Set([...alike, ...saidPairs.values()].flat());
console.log(`${saidPairs.size} pairs said by arXiv records; ${pool.size} papers have some counterpart`);
for (const id of [...byId.keys()].sort((a, b) => (digest(a) < digest(b) ? -1 : 1)).slice(0, OTHERS)) pool.add(id);
const compared = comparedIn(pool);
console.log(`${compared.size} of ${pool.size} papers are compared by the rule`);

const vectors = await embedded(values.folder ?? mkdtempSync(path.join(tmpdir(), 'akin-works-')));
const linked = await link();
const judged = readJudged();
report();

async function recordsOf(name: string): Promise<Source[]> {
  const records: Source[] = [];
  const stream = createReadStream(shared(`papers/${name}.jsonl.gz`)).pipe(createGunzip());
  const ids = new Set<string>();
  for await (const line of createInterface({ input: stream })) {
    const record = JSON.parse(line) as Source;
    if (ids.has(record.id)) continue; // Another paper under an id that is taken.
    ids.add(record.id);
    const authors = record.authors ?? []; // Proceedings have none.
    const words = [...new Set(record.title.toLowerCase().match(/\p{L}{3,}|\d+/gu) ?? [])];
    records.push({ ...record, authors, surnames: surnames(authors), words });
  }
  return records;
}

/** Whether an arXiv record is in the random sample over which precision is counted. */
function isSampled(id: string): boolean {
  return Number.parseInt(digest(id).slice(2, 6), 16) % ONE_IN === 0;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function nameOf(pair: Pair): string {
  return [...pair].sort().join(' ');
}

/** Pairs whose arXiv record names venue and year of the only paper there that half of its authors have written. */
function said(): Pair[] {
  const venues = new Map<string, Source[]>();
  for (const record of published) {
    const venue = venueOf(record.id);
    if (venue) venues.set(venue, [...(venues.get(venue) ?? []), record]);
  }
  const names = '(icml|nips|iclr|cvpr|iccv|eccv|icra|iros|aistats|acl|emnlp|naacl|eacl|coling|conll|tacl|ijcnlp|lrec)';
  const nameThenYear = new RegExp(
    `(?<![a-z])${names}(?![a-z])[^;.]{0,30}?((?:19|20)\\d\\d|(?<=['’-])\\d\\d)(?!\\d)`,
    'gi',
  );
  const yearThenName = new RegExp(`((?:19|20)\\d\\d)[^;.\\d]{0,90}?(?<![a-z])${names}(?![a-z])`, 'gi');
  return arxiv.flatMap((record): Pair[] => {
    const text = `${record.comments ?? ''}; ${record.journal_ref ?? ''}`;
    if (/workshop|submitted|under review/i.test(text)) return [];
    const named = new Set([
      ...[...text.matchAll(nameThenYear)].map(([, name, year]) => `${name!.toLowerCase()} ${year!.slice(-2)}`),
      ...[...text.matchAll(yearThenName)].map(([, year, name]) => `${name!.toLowerCase()} ${year!.slice(-2)}`),
    ]);
    const same = [...named]
      .flatMap((venue) => venues.get(venue) ?? [])
      .filter((other) => sharedShare(record, other) >= 0.5);
    return same.length === 1 ? [[record.id, same[0]!.id]] : [];
  });
}

/** Venue and year of a conference paper as comments name them ("icml 16"); undefined for a workshop. */
function venueOf(id: string): string | undefined {
  const [, venue, year] = /^pl:([a-z]+)\d\d(\d\d)/.exec(id) ?? [];
  if (venue) return `${venue} ${year}`;
  const letters: Record<string, string> = {
    ...{ P: 'acl', D: 'emnlp', N: 'naacl', E: 'eacl', C: 'coling', K: 'conll', Q: 'tacl', I: 'ijcnlp', L: 'lrec' },
  };
  const [, letter, digits] = /^acl:([A-Z])(\d\d)-/.exec(id) ?? [];
  return letter && letters[letter] && `${letters[letter]} ${digits}`;
}

function surnames(authors: string[]): string[] {
  return [
    ...new Set(
      authors.map((name) =>
        name
          .normalize('NFKD')
          .replace(/[^\p{L} ]/gu, '')
          .toLowerCase()
          .split(' ')
          .at(-1)!,
      ),
    ),
  ];
}

/** Surnames two records share, as a share of the longer list. */
function sharedShare(a: Source, b: Source): number {
  const [ours, theirs] = [a.surnames, b.surnames];
  return ours.filter((name) => theirs.includes(name)).length / Math.max(1, ours.length, theirs.length);
}

/** Words of a title that two titles share, as a share of all words of both. */
function sharedWords(a: Source, b: Source): number {
  const common = a.words.filter((word) => b.words.includes(word)).length;
  return common / Math.max(1, a.words.length + b.words.length - common);
}

/** Pairs that are somehow alike: most title words, or half the surnames and some title words, or all of three surnames. */
function counterparts(): Pair[] {
  const [byWord, bySurname] = [new Map<string, number[]>(), new Map<string, number[]>()];
  const put = (index: Map<string, number[]>, key: string, i: number) => {
    const list = index.get(key);
    if (list) list.push(i);
    else index.set(key, [i]);
  };
  published.forEach(({ words, surnames }, i) => {
    for (const word of words) put(byWord, word, i);
    for (const name of surnames) put(bySurname, name, i);
  });
  const counted = (index: Map<string, number[]>, keys: string[], most: number) => {
    const counts = new Map<number, number>();
    for (const key of keys) {
      const list = index.get(key) ?? [];
      if (list.length <= most) for (const i of list) counts.set(i, (counts.get(i) ?? 0) + 1);
    }
    return counts;
  };
  return arxiv
    .filter(({ id }) => isSampled(id))
    .flatMap((record): Pair[] => {
      const near = new Set<number>();
      for (const [i, n] of counted(bySurname, record.surnames, Infinity)) {
        const other = published[i]!;
        const authors = n / Math.max(record.surnames.length, other.surnames.length);
        if (authors < 0.5 || Math.abs(record.year - other.year) > 4) continue;
        if (sharedWords(record, other) >= (authors === 1 && n >= 3 ? 0.1 : 0.25)) near.add(i);
      }
      // Titles with other authors, met by two words that are not too common.
      for (const [i, n] of counted(byWord, record.words, 300)) {
        if (n >= 2 && sharedWords(record, published[i]!) >= 0.6) near.add(i);
      }
      return [...near].map((i) => [record.id, published[i]!.id]);
    });
}

/** Those of some papers that the rule may link with one of the half that is measured: nobody else's vector decides anything. */
function comparedIn(ids: Set<string>): Set<string> {
  const traits = new Map(Array.from(ids, (id) => [id, traitsOf(paperOf(id))]));
  const blocks = new Map<number, string[]>();
  for (const [id, its] of traits)
    for (const key of blockingKeys(its)) blocks.set(key, [...(blocks.get(key) ?? []), id]);
  const found = new Set<string>();
  for (const block of blocks.values()) {
    for (const [i, one] of block.entries()) {
      for (const other of block.slice(i + 1)) {
        const pair: Pair = [one, other];
        const isMeasured = inHalf(pair) && (isSampled(arxivOf(pair)) || saidPairs.has(nameOf(pair)));
        if (isMeasured && neededCosine(traits.get(one)!, traits.get(other)!) !== undefined) found.add(one).add(other);
      }
    }
  }
  return found;
}

/** The vectors of the pool by id, kept in a library in `folder`. */
async function embedded(folder: string): Promise<Map<string, Float32Array>> {
  const writer = await writerOn(folder);
  await store(writer, compared);
  const waiting = await writer.pendingCount();
  if (waiting > 0) {
    console.log(`embedding ${waiting} papers`);
    const embedder = await Embedder.start(MODEL);
    await embedPending(writer, embedder);
    await embedder.close();
  }
  await writer.close();
  const library = await openLibrary(folder);
  const ids = [...compared];
  const keys = (await library.find(ids)) as Key[];
  const found = await library.vectors(keys);
  await library.close();
  if (!values.folder) rmSync(folder, { recursive: true });
  return new Map(ids.map((id, i) => [id, found[i]!]));
}

function writerOn(folder: string): Promise<LibraryWriter> {
  return openWriter(folder, { model: MODEL, mustBeThatModel: true, purpose: 'a benchmark' });
}

/** Stores papers, where they are not there yet. */
async function store(writer: LibraryWriter, ids: Set<string>): Promise<void> {
  const papers = Array.from(ids, paperOf);
  const origin = { path: 'a benchmark', mount: '', reading: 'the only one' };
  for (let i = 0; i < papers.length; i += 256) {
    await writer.store({ parts: [{ origin, papers: papers.slice(i, i + 256) }] });
  }
}

/** A paper as akin gets it: no identifier but its own id, no comments. */
function paperOf(id: string): Paper {
  const { title, abstract, authors, year, venue } = byId.get(id)!;
  return toPaper({ id, title, abstract, authors, year, venue });
}

/** Puts the papers and their vectors into an empty library, and returns all pairs of versions. */
async function link(): Promise<Map<string, Pair>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'akin-works-'));
  const writer = await writerOn(folder);
  await store(writer, compared);
  const waiting = await writer.pending(compared.size);
  const ids = [...compared]; // In the order in which they were stored.
  const start = performance.now();
  for (let i = 0; i < waiting.length; i += 64) {
    await writer.storeVectors(
      waiting.slice(i, i + 64).map(({ key }, j) => {
        const vector = vectors.get(ids[i + j]!)!;
        return { key, embedding: { vector, tokens: 0, truncated: false } };
      }),
    );
  }
  const seconds = (performance.now() - start) / 1000;
  console.log(`${waiting.length} vectors stored and compared in ${seconds.toFixed(1)} s`);
  await writer.close();
  const library = await openLibrary(folder);
  const pairs = await pairsIn(library);
  await library.close();
  rmSync(folder, { recursive: true });
  return new Map(pairs.map((pair) => [nameOf(pair), pair]));
}

/** Every two papers that stand in one work. */
async function pairsIn(library: Library): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for await (const keys of library.everyWork()) {
    const ids = (await library.describe(keys)).map((each) => each!.paper.id);
    ids.forEach((one, i) => pairs.push(...ids.slice(i + 1).map((other): Pair => [one, other])));
  }
  return pairs;
}

/** Pairs that were judged: 1 for one work, 0 for two. */
function readJudged(): Map<string, boolean> {
  const file = path.join(ROOT, 'scripts/bench/works-judged.tsv');
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [one, other, same] = line.split('\t') as [string, string, string];
      return [nameOf([one, other]), same === '1'];
    }),
  );
}

/** The arXiv record of a pair; of two, or of none, the one whose id sorts first. */
function arxivOf(pair: Pair): string {
  const sorted = [...pair].sort();
  return sorted.find((id) => id.startsWith('arxiv:')) ?? sorted[0]!;
}

/** Which half a pair belongs to. */
function inHalf(pair: Pair): boolean {
  return (Number.parseInt(digest(arxivOf(pair)).slice(0, 2), 16) % 2 === 0) === (values.half === 'develop');
}

function report(): void {
  const links = [...linked.values()].filter((pair) => inHalf(pair) && isSampled(arxivOf(pair))).sort(byDigest);
  const cross = links.filter((pair) => pair.filter((id) => id.startsWith('arxiv:')).length === 1);
  console.log(
    `half "${values.half}": ${links.length} pairs of versions, ${cross.length} of them arXiv with conference`,
  );

  const true_ = [...saidPairs]
    .filter(([name, pair]) => inHalf(pair) && judged.get(name) !== false)
    .map(([name]) => name);
  const found = true_.filter((name) => linked.has(name)).length;
  console.log(`recall: ${share(found, true_.length)} of what arXiv records say`);
  const unjudged = [...saidPairs].filter(([name, pair]) => inHalf(pair) && !linked.has(name) && !judged.has(name));
  if (unjudged.length > 0) console.log(`  ${unjudged.length} said pairs that were not linked wait for a judgement`);

  const sample = links.slice(0, Number(values.sample));
  const verdicts = sample.map((pair) => judged.get(nameOf(pair)) ?? (saidPairs.has(nameOf(pair)) ? true : undefined));
  const known = verdicts.filter((verdict) => verdict !== undefined);
  console.log(
    `precision: ${share(known.filter(Boolean).length, known.length)} of a random sample of links` +
      (known.length < sample.length ? `; ${sample.length - known.length} wait for a judgement` : ''),
  );

  if (values.show === 'missed') unjudged.forEach(([, pair]) => show(pair));
  if (values.show === 'linked') sample.filter((_, i) => verdicts[i] === undefined).forEach(show);
  if (values.show === 'near') {
    const near = alike.filter((pair) => inHalf(pair) && !linked.has(nameOf(pair)) && !saidPairs.has(nameOf(pair)));
    near
      .filter(
        (pair) =>
          sharedShare(byId.get(pair[0])!, byId.get(pair[1])!) >= 0.5 &&
          (cosineOf(pair) >= 0.8 || titlesOf(pair) >= 0.6),
      )
      .sort(byDigest)
      .slice(0, Number(values.sample))
      .forEach(show);
  }
}

function byDigest(a: Pair, b: Pair): number {
  return digest(nameOf(a)) < digest(nameOf(b)) ? -1 : 1;
}

/** A share with its Wilson interval of 95 %. */
function share(part: number, whole: number): string {
  const [z, p] = [1.96, part / whole];
  const centre = (p + z ** 2 / (2 * whole)) / (1 + z ** 2 / whole);
  const spread = (z / (1 + z ** 2 / whole)) * Math.sqrt((p * (1 - p)) / whole + z ** 2 / (4 * whole ** 2));
  const percent = (x: number) => (100 * x).toFixed(1);
  return `${percent(p)} % (${part} of ${whole}; ${percent(centre - spread)} to ${percent(Math.min(1, centre + spread))} %)`;
}

function cosineOf([one, other]: Pair): number {
  const [a, b] = [vectors.get(one), vectors.get(other)];
  return a && b ? dot(a, b) : 0; // Of papers that are not compared.
}

function titlesOf(pair: Pair): number {
  const [one, other] = pair.map((id) => traitsOf(paperOf(id)));
  return titleSimilarity(one!, other!);
}

function show(pair: Pair): void {
  console.log(`\n${pair.join('\t')}\ttitles ${titlesOf(pair).toFixed(2)}, cosine ${cosineOf(pair).toFixed(3)}`);
  for (const id of pair) {
    const { title, authors, year, venue, comments = '', abstract = '' } = byId.get(id)!;
    console.log(
      `  ${title} | ${[...new Set(authors)].join(', ').slice(0, 120)} | ${venue?.slice(0, 60)} ${year} | ${comments.slice(0, 90)}`,
    );
    console.log(`    ${abstract.slice(0, 200)}`);
  }
}
