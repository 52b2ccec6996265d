/**
 * npm run eval:related [-- --sets cisi,doris_mae_dev,specter_sample] [--keep FOLDER] [--cited 5] [--draws 5] [--grid]:
 * does the search for a draft's related work find what it should? Abstracts and needs whose relatives were judged stand for
 * drafts. Some of the relatives, drawn by a fixed seed, are given as cited; the others are hidden and are to be found among
 * the first twenty. The plain searches by the same text are asked for the same, the cited ones left out of their answers.
 *
 * `--grid` chooses evidence and breadth on each set and checks them on the others; diversity never finds more, and is no part
 * of it. The collections are built into a library each, or
 * a copy is made of FOLDER/<set>-<model>.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Draft, Reference } from '../src/drafts/draft.ts';
import { Embedder, type Embedding } from '../src/embedding/embedder.ts';
import { DEFAULT_MODEL, findModel } from '../src/embedding/models.ts';
import type { Candidate, Leg, Library, Recalled, WordScoring } from '../src/library/library.ts';
import { embeddedText } from '../src/paper.ts';
import { Background } from '../src/search/background.ts';
import { fuse } from '../src/search/ranking.ts';
import { asFound, Related, WEIGHTS, type Weights } from '../src/search/related.ts';
import { SentenceVectors, sentencesOf } from '../src/search/sentences.ts';
import { configurationOf } from '../src/session/configuration.ts';
import { Session } from '../src/session/session.ts';
import { shared } from './bench/report.ts';
import { seeded } from '../src/evaluation/bootstrap.ts';
import { ndcg, recall, type Judgements } from '../src/evaluation/metrics.ts';

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'cisi,doris_mae_dev,specter_sample' },
    model: { type: 'string', default: DEFAULT_MODEL },
    keep: { type: 'string' },
    cited: { type: 'string', default: '5' },
    draws: { type: 'string', default: '5' },
    grid: { type: 'boolean', default: false },
  },
});
const CITED = Number(values.cited);
const DRAWS = Number(values.draws);

/** Suggestions that are looked at. */
const DEPTH = 20;
const RESAMPLES = 2000;

interface Query {
  id: string;
  text?: string;
  title?: string;
  /** In place of a text: the paper of the collection that is the query. */
  paper_id?: string;
}

/** A draft with what it cites, and what it is to be told. */
interface Task {
  /** Tasks of one query are draws of what it cites, and count as one. */
  query: string;
  text: string;
  /** The paper that the draft is, where the collection has it. */
  self: string | undefined;
  cited: string[];
  hidden: Judgements;
}

/** Ids, best first, of which the cited ones have been left out. */
type System = (task: Task) => Promise<string[]>;

interface Measures {
  recall: number;
  ndcg: number;
}

interface Collection {
  set: string;
  tasks: Task[];
  library: Library;
  /** Everything there is to be asked. */
  plain: Record<'dense' | 'bm25' | 'hybrid', System>;
  /** akin's search for related work. @param cut whether the text is also cut into parts, as a draft with sections is. */
  related: (weights: Weights, cut: boolean) => System;
  close(): Promise<void>;
}

const configuration = configurationOf(process.env);
const { modelFolders } = configuration;
const embedder = await Embedder.start(findModel(values.model), { modelFolders });
const vectors = new Map<string, Embedding>();
/** The same texts are asked for with many weights. */
const remembering = {
  model: embedder.model,
  async *embedDocuments(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Embedding> {
    for await (const text of texts) {
      if (!vectors.has(text)) for await (const each of embedder.embedDocuments([text])) vectors.set(text, each);
      yield vectors.get(text)!;
    }
  },
};
/** Reasons do not count here, and take most of the time. */
const nothing: Embedding = { vector: new Float32Array(embedder.model.dimensions), tokens: 0, truncated: false };
const noReasons = new SentenceVectors({
  async *embedDocuments(texts) {
    for await (const _ of texts) yield nothing;
  },
});

const collections: Collection[] = [];
for (const set of values.sets.split(',')) collections.push(await open(set));
if (values.grid) await chooseAndCheck();
else for (const collection of collections) await report(collection);
for (const collection of collections) await collection.close();
await embedder.close();

// ---- What is reported ----

async function report(collection: Collection): Promise<void> {
  const { set, tasks, plain, related } = collection;
  const queries = new Set(tasks.map(({ query }) => query)).size;
  const hidden = tasks.reduce((sum, task) => sum + task.hidden.size, 0) / tasks.length;
  const cited = tasks.reduce((sum, task) => sum + task.cited.length, 0) / tasks.length;
  console.log(
    `\n${set}: ${queries} drafts, ${tasks.length} draws of what they cite: ${cited.toFixed(1)} cited, ${hidden.toFixed(1)} hidden each; ${values.model}`,
  );
  const { evidence, breadth, diversity } = WEIGHTS;
  const systems: [name: string, system: System][] = [
    ['dense', plain.dense], // Similar by abstract.
    ['BM25', plain.bm25],
    ['hybrid', plain.hybrid],
    ['related, no evidence', related({ evidence: 0, breadth, diversity: 0 }, false)],
    ['related, evidence', related({ evidence, breadth, diversity: 0 }, false)],
    ['related, evidence, diverse', related(WEIGHTS, false)],
    ['related, cut, no evidence', related({ evidence: 0, breadth, diversity: 0 }, true)],
    ['related, cut, evidence', related({ evidence, breadth, diversity: 0 }, true)],
    ['related, cut, all (akin)', related({ evidence, breadth, diversity }, true)],
  ];
  const columns = ['recall@20', '− dense', '− hybrid', 'nDCG@20', '− dense', '− hybrid'];
  console.log(`${'× 100, 95 % interval'.padEnd(28)}${columns.map((name) => name.padStart(20)).join('')}`);
  const measured = new Map<string, Measures[]>();
  for (const [name, system] of systems) {
    const own = await measure(collection, system);
    measured.set(name, own);
    const cells = (['recall', 'ndcg'] as const).flatMap((which) => [
      interval(own.map((each) => each[which])),
      ...['dense', 'hybrid'].map((baseline) => {
        const theirs = measured.get(baseline);
        return !theirs || theirs === own ? '' : interval(own.map((each, i) => each[which] - theirs[i]![which]));
      }),
    ]);
    console.log(`${name.padEnd(28)}${cells.map((cell) => cell.padStart(20)).join('')}`);
  }
}

/** Weights chosen on one set, checked on the others. */
async function chooseAndCheck(): Promise<void> {
  const grid: Weights[] = [];
  for (const evidence of [0, 0.2, 0.4, 0.6])
    for (const breadth of [0, 0.3, 0.6, 1]) grid.push({ evidence, breadth, diversity: 0 });
  const means = new Map<Collection, Map<Weights, number>>();
  for (const collection of collections) {
    const bySet = new Map<Weights, number>();
    for (const weights of grid) {
      const measured = await measure(collection, collection.related(weights, true));
      bySet.set(weights, mean(measured.map(({ recall }) => recall)));
    }
    means.set(collection, bySet);
  }
  const show = ({ evidence, breadth }: Weights): string => `evidence ${evidence} breadth ${breadth}`;
  for (const [collection, bySet] of means) {
    console.log(`\n${collection.set}, cut: mean recall@20 × 100 for each value, over all others`);
    for (const name of ['evidence', 'breadth'] as const) {
      const byValue = [...new Set(grid.map((weights) => weights[name]))].map((value) => {
        const with_ = grid.filter((weights) => weights[name] === value).map((weights) => bySet.get(weights)!);
        return `${value}: ${(mean(with_) * 100).toFixed(1)}`;
      });
      console.log(`  ${name.padEnd(10)} ${byValue.join('   ')}`);
    }
    const [best] = [...bySet].sort(([, a], [, b]) => b - a)[0]!;
    console.log(`  best here: ${show(best)} (${(bySet.get(best)! * 100).toFixed(1)})`);
    for (const [name, system] of Object.entries(collection.plain)) {
      const measured = await measure(collection, system);
      console.log(`  ${name.padEnd(10)} ${(mean(measured.map(({ recall }) => recall)) * 100).toFixed(1)}`);
    }
    // Chosen on the other sets together, by their mean.
    const others = [...means].filter(([each]) => each !== collection).map(([, each]) => each);
    if (others.length === 0) continue;
    const chosen = grid.reduce((first, each) => {
      const total = (weights: Weights): number => mean(others.map((other) => other.get(weights)!));
      return total(each) > total(first) ? each : first;
    });
    console.log(`  chosen on the others: ${show(chosen)} → here ${(bySet.get(chosen)! * 100).toFixed(1)}`);
  }
}

/** The measures of each query: the means of its draws. */
async function measure({ tasks }: Collection, system: System): Promise<Measures[]> {
  const byQuery = new Map<string, Measures[]>();
  for (const task of tasks) {
    const found = await system(task);
    const measures = { recall: recall(found, task.hidden, DEPTH), ndcg: ndcg(found, task.hidden, DEPTH) };
    byQuery.set(task.query, [...(byQuery.get(task.query) ?? []), measures]);
  }
  return [...byQuery.values()].map((draws) => ({
    recall: mean(draws.map((each) => each.recall)),
    ndcg: mean(draws.map((each) => each.ndcg)),
  }));
}

/** The mean and its 95 % interval by bootstrap over queries. */
function interval(figures: number[]): string {
  const random = seeded(1);
  const means = Array.from({ length: RESAMPLES }, () =>
    mean(figures.map(() => figures[Math.floor(random() * figures.length)]!)),
  ).sort((a, b) => a - b);
  const [low, high] = [means[Math.floor(RESAMPLES * 0.025)]!, means[Math.floor(RESAMPLES * 0.975)]!];
  return `${(mean(figures) * 100).toFixed(1)} [${(low * 100).toFixed(1)}, ${(high * 100).toFixed(1)}]`;
}

function mean(figures: number[]): number {
  return figures.reduce((sum, each) => sum + each, 0) / figures.length;
}

// ---- What is asked ----

async function open(set: string): Promise<Collection> {
  const folder = mkdtempSync(path.join(tmpdir(), 'akin-eval-'));
  const kept = values.keep && path.join(values.keep, `${set}-${values.model}`);
  if (kept && existsSync(kept)) cpSync(kept, folder, { recursive: true });
  const session = new Session({ address: folder, configuration });
  await session.add([shared(`eval/${set}/corpus.jsonl`)], { model: values.model });
  const library = await session.library();

  const asked = namedByNumber(library);
  const background = new Background(library);
  const recalled = async (task: Task, legs: Leg[], scoring: WordScoring) => {
    let vector: Float32Array | undefined;
    for await (const each of remembering.embedDocuments([task.text])) vector = each.vector;
    const asked = { legs, depth: 200, scoring, words: task.text, vector: Promise.resolve(vector!) };
    const { candidates, state } = await library.recall(asked);
    return { candidates, background: await background.of(vector!, state.embedded) };
  };
  const byRank = (leg: Leg) => async (task: Task) =>
    (await recalled(task, [leg], 'alone')).candidates.sort((a, b) => a.ranks[leg]! - b.ranks[leg]!);
  const plain = (found: (task: Task) => Promise<Candidate[]>) => async (task: Task) => {
    const ids = (await found(task)).map(({ id }) => id);
    return ids.filter((id) => id !== task.self && !task.cited.includes(id)).slice(0, DEPTH);
  };
  return {
    set,
    tasks: await tasksOf(set, library),
    library,
    plain: {
      dense: plain(byRank('dense')),
      bm25: plain(byRank('lexical')),
      hybrid: plain(async (task) => {
        const found = await recalled(task, ['dense', 'lexical'], 'fused');
        return fuse(found.candidates.map(asFound), found.background);
      }),
    },
    related: (weights, cut) => {
      const related = new Related(asked, remembering, noReasons);
      return async (task) => {
        const answer = await related.suggest(draftOf(task, cut), { limit: DEPTH + 1, weights });
        const found = answer.passages.flatMap(({ suggestions }) => suggestions).sort((a, b) => b.score - a.score);
        return found
          .map(({ id }) => id)
          .filter((id) => id !== task.self)
          .slice(0, DEPTH);
      };
    },
    async close() {
      await session.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Half of the relatives are hidden at least. */
async function tasksOf(set: string, library: Library): Promise<Task[]> {
  const qrels = new Map<string, Map<string, number>>();
  for (const line of linesOf(`eval/${set}/qrels.tsv`)) {
    const [query, document, grade] = line.split('\t') as [string, string, string];
    if (Number(grade) > 0)
      qrels.set(query, (qrels.get(query) ?? new Map<string, number>()).set(document, Number(grade)));
  }
  const tasks: Task[] = [];
  for (const line of linesOf(`eval/${set}/queries.jsonl`)) {
    const { id, text, title, paper_id: self } = JSON.parse(line) as Query;
    const relatives = qrels.get(id);
    if (!relatives || (set === 'cisi' && title === undefined)) continue; // cisi's others are questions, not abstracts.
    const [key] = self === undefined ? [] : await library.find([self]);
    const [described] = key === undefined ? [] : await library.describe([key]);
    const whole = described ? embeddedText(described.paper) : embeddedText({ title: title ?? '', abstract: text! });
    for (let draw = 1; draw <= DRAWS; draw++) {
      const order = shuffled([...relatives.keys()], seeded(draw));
      const cited = order.slice(0, Math.min(CITED, Math.floor(order.length / 2)));
      const hidden = new Map([...relatives].filter(([document]) => !cited.includes(document)));
      tasks.push({ query: id, text: whole, self, cited, hidden });
      if (cited.length === 0) break; // Every draw would be this one.
    }
  }
  return tasks;
}

/** The text as an abstract and, `cut`, also as sections of two or three sentences. */
function draftOf({ text, cited }: Task, cut: boolean): Draft {
  const sentences = sentencesOf(text);
  const parts = Math.max(1, Math.round(sentences.length / 2.5));
  const paragraphs = Array.from({ length: cut && parts > 1 ? parts : 0 }, (_, part) => {
    const own = sentences.filter((_, i) => Math.floor((i * parts) / sentences.length) === part);
    return { heading: `part ${part}`, text: own.map((each) => each.text).join(' '), offset: 0, citations: [] };
  });
  const references: Reference[] = cited.map((id) => ({ key: null, title: '', text: '', ids: { doi: id } }));
  return {
    ...{ title: '', abstract: text, paragraphs, references },
    ...{ citedAnywhere: [], labels: [], bibliographies: [], notes: [] },
  };
}

/**
 * The library, which knows its papers as `doi:ID`: half of doris_mae_dev has no title to be cited by. It remembers what it
 * found, since most weights ask for the same.
 */
function namedByNumber(library: Library): Library {
  const found = new Map<string, Promise<Recalled>>();
  const own: Partial<Library> = {
    find: (names) => library.find(names.map((name) => name.replace(/^doi:/, ''))),
    async recall(asked) {
      const { vector, ...others } = asked;
      const key = JSON.stringify([others, Array.from((await vector) ?? [])]);
      if (!found.has(key)) found.set(key, library.recall(asked));
      return found.get(key)!;
    },
  };
  return new Proxy<Library>(library, {
    get(target, name) {
      const value: unknown = Reflect.get(own, name) ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function linesOf(file: string): string[] {
  return readFileSync(shared(file), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

function shuffled<T>(items: T[], random: () => number): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}
