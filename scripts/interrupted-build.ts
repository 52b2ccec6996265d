/**
 * A build that is killed again and again, and whether the library it leaves is the one an undisturbed build makes.
 * Shared by scripts/kill-loop.ts (at scale, for the record) and test/e2e/kill.test.ts (small, on every run).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { LIBRARY_FILE } from '../src/library/local/database.ts';
import { ROOT } from '../src/package.ts';
import { configurationOf } from '../src/session/configuration.ts';
import { Session } from '../src/session/session.ts';

const PROGRAM = path.join(ROOT, 'src/cli/akin.js');

export const PHASES = ['starting', 'storing', 'embedding', 'saving the graph'] as const;

/** When a build is to be ended. */
export interface Moment {
  phase: (typeof PHASES)[number];
  /** How far into the phase, 0..1: the share of papers stored or embedded. Means nothing to the other phases. */
  at: number;
  /** Milliseconds between that state, as seen from outside, and the signal. */
  delayMs: number;
}

/** What is committed in a library, as another process sees it. */
export interface Committed {
  papers: number;
  vectors: number;
}

export interface BuildRun {
  /** The exit code; null when the signal ended it. */
  code: number | null;
  /** The account it printed, when it came to that. */
  summary: { interrupted: boolean; added: number; embedded: number; pending: number } | undefined;
  /** What was seen committed just before the signal. */
  before: Committed;
  /** What is there after it. */
  after: Committed;
  /** Whether a graph was being written: its file is there, and no sidecar vouches for it. */
  whileSaving: boolean;
}

/** Runs `akin add FILE` to its end, or to a moment at which it gets a signal. */
export async function build(
  file: string,
  index: string,
  papers: number,
  interruption?: { moment: Moment; signal: 'SIGKILL' | 'SIGINT' },
): Promise<BuildRun> {
  const graphs = new Set(graphFiles(index));
  const child = spawn(process.execPath, [PROGRAM, 'add', file, '--index', index, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  let over = false;
  const closed = once(child, 'close').then(([code]) => {
    over = true;
    return code as number | null;
  });

  let before = committed(index);
  if (interruption) {
    const { moment, signal } = interruption;
    while (!over && !reached(moment, papers, index, graphs)) await sleep(1);
    await sleep(moment.delayMs);
    before = committed(index);
    child.kill(signal);
  }
  const code = await closed;
  if (code !== null && code !== 0 && code !== 130) throw new Error(`akin add ended with ${code}:\n${stderr}`);
  return {
    code,
    summary: stdout === '' ? undefined : (JSON.parse(stdout) as BuildRun['summary']),
    before,
    after: committed(index),
    whileSaving: graphFiles(index).some((name) => !graphs.has(name) && !vouchedFor(index, name)),
  };
}

/** Vectors are stored in transactions of so many (see session/intake.ts). */
const VECTORS_PER_TRANSACTION = 64;

/**
 * Moments spread over a build: a tenth of them while it starts, a quarter while it stores, half while it embeds, the
 * rest while it saves the graph.
 * @param papers how many are to be built.
 * @param buildMs how long that takes undisturbed.
 */
export function randomMoments(count: number, random: () => number, papers: number, buildMs: number): Moment[] {
  const phases = Array.from({ length: count }, (_, i): Moment['phase'] => {
    const share = (i + 0.5) / count;
    return share < 0.1 ? 'starting' : share < 0.35 ? 'storing' : share < 0.85 ? 'embedding' : 'saving the graph';
  });
  // Anywhere between two transactions, as far as that can be told from outside; the last one ends the phase.
  const transaction = VECTORS_PER_TRANSACTION / papers;
  const longest = { starting: 1000, storing: 50, embedding: buildMs * transaction, 'saving the graph': papers / 400 };
  return phases
    .map((phase): Moment => ({ phase, at: random() * (1 - transaction), delayMs: random() * longest[phase] }))
    .sort((a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) || a.at - b.at);
}

/** Whether a build has come to a moment, as far as can be seen from outside; `graphs` are those of earlier builds. */
function reached({ phase, at }: Moment, papers: number, index: string, graphs: Set<string>): boolean {
  switch (phase) {
    case 'starting':
      return true;
    case 'storing':
      return existsSync(path.join(index, LIBRARY_FILE)) && committed(index).papers >= at * papers;
    case 'embedding':
      return committed(index).vectors >= at * papers;
    case 'saving the graph':
      return graphFiles(index).some((name) => !graphs.has(name)) && committed(index).vectors === papers;
  }
}

function committed(index: string): Committed {
  const none = { papers: 0, vectors: 0 };
  const file = path.join(index, LIBRARY_FILE);
  if (!existsSync(file)) return none;
  const db = new Database(file, { readonly: true, timeout: 10_000 });
  try {
    return db
      .prepare('SELECT (SELECT count(*) FROM papers) AS papers, (SELECT count(*) FROM vectors) AS vectors')
      .get() as Committed;
  } catch {
    return none; // It has been created, and holds no table yet.
  } finally {
    db.close();
  }
}

function graphFiles(index: string): string[] {
  return existsSync(index) ? readdirSync(index).filter((name) => name.endsWith('.hnsw')) : [];
}

function vouchedFor(index: string, graph: string): boolean {
  const sidecars = readdirSync(index).filter((name) => /^graph.*\.json$/.test(name));
  return sidecars.some((name) => readFileSync(path.join(index, name), 'utf8').includes(graph));
}

/**
 * Everything in which two libraries differ, in sentences: what is stored, vectors byte for byte, the first ten papers for
 * each query, and what `akin doctor` finds wrong. Empty when they are the same.
 */
export async function differences(one: string, other: string, queries: string[]): Promise<string[]> {
  const found: string[] = [];
  const [a, b] = [rowsOf(one), rowsOf(other)];
  for (const table of Object.keys(a)) {
    const [left, right] = [a[table]!, b[table]!];
    const differing = [...new Set([...left.keys(), ...right.keys()])].filter((key) => left.get(key) !== right.get(key));
    if (differing.length > 0)
      found.push(`${differing.length} rows of ${table} differ, the first of them of ${differing[0]}`);
  }
  const configuration = configurationOf(process.env);
  const [here, there] = [one, other].map((address) => new Session({ address, configuration, threads: 1 })) as [
    Session,
    Session,
  ];
  try {
    for (const query of queries) {
      const [left, right] = await Promise.all(
        [here, there].map(async (session) => (await session.ask({ query })).hits),
      );
      const ids = [left!, right!].map((hits) => hits.map(({ id }) => id).join(' '));
      if (ids[0] !== ids[1]) found.push(`the answers to ${JSON.stringify(query)} differ: ${ids[0]} | ${ids[1]}`);
    }
    for (const finding of [...(await here.examine()), ...(await there.examine())]) {
      if (!finding.ok) found.push(`${finding.check}: ${finding.detail}`);
    }
  } finally {
    await Promise.all([here.close(), there.close()]);
  }
  return found;
}

/** What a library holds, by table and key, whatever numbers the rows have. */
function rowsOf(index: string): Record<string, Map<string, string>> {
  const queries = {
    papers: "SELECT id, concat_ws('|', title, abstract, authors, year, venue, url, ids, categories, extra) FROM papers",
    records: 'SELECT key, hash FROM records',
    identifiers: "SELECT concat_ws(':', kind, value, id), id FROM identifiers JOIN papers ON row = paper",
    vectors: "SELECT id, concat_ws('|', tokens, truncated, hex(vector)) FROM vectors JOIN papers ON row = paper",
    works:
      'SELECT version.id, leading.id FROM works JOIN papers AS version ON version.row = paper JOIN papers AS leading ON leading.row = leader',
  };
  const db = new Database(path.join(index, LIBRARY_FILE), { readonly: true });
  const tables = Object.entries(queries).map(
    ([table, sql]) => [table, new Map(db.prepare(sql).raw().all() as [string, string][])] as const,
  );
  db.close();
  return Object.fromEntries(tables);
}

const SUBJECTS =
  'glaciers,songbirds,proteins,galaxies,markets,languages,volcanoes,neurons,bridges,rivers,batteries,enzymes,forests,vaccines,earthquakes,rumours'.split(
    ',',
  );
const METHODS =
  'A survey of,Measuring,Simulating,A theory of,Predicting,Counting,The geometry of,Learning from,Lasers for,A long history of'.split(
    ',',
  );
const PLACES =
  'in the Arctic,under load,at night,in cities,on small islands,without supervision,over a century,near the coast'.split(
    ',',
  );
const FINDINGS = [
  'the effect doubles when temperature falls',
  'two thirds of the cases follow one simple law',
  'earlier estimates were too high',
  'a cheaper instrument does as well',
  'nothing changes until a threshold is crossed',
  'the smallest samples tell the most',
];

/** Short papers of no truth at all, no two alike, the same for the same seed. */
export function inventedPapers(count: number, random: () => number): { id: string; title: string; abstract: string }[] {
  const one = (from: string[]) => from[Math.floor(random() * from.length)]!;
  return Array.from({ length: count }, (_, i) => {
    const [subject, place] = [one(SUBJECTS), one(PLACES)];
    return {
      id: i % 3 === 0 ? `doi:10.5555/akin.${i}` : `invented-${i}`,
      title: `${one(METHODS)} ${subject} ${place}, part ${i + 1}`,
      abstract: `We look at ${subject} and ${one(SUBJECTS)} ${place}. We find that ${one(FINDINGS)}, and that ${one(FINDINGS)}.`,
    };
  });
}
