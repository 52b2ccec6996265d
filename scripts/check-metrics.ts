/**
 * npm run check-metrics [-- --queries 5000 --seed 1 --write]: compares the measures with trec_eval's on made-up runs, and
 * fails where one differs in the fourth digit. Wants Python 3 and a network: pytrec-eval-terrier is installed into a
 * virtual environment that is thrown away. --write keeps runs and values for the tests instead.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readQrels } from '../src/evaluation/collection.ts';
import { measuresNamed, ranking, type Scored } from '../src/evaluation/metrics.ts';
import { ROOT } from '../src/package.ts';

const GOLDEN = path.join(ROOT, 'test/golden/trec-eval');
const REFERENCE = path.join(ROOT, 'scripts/reference-metrics.py');
const PACKAGE = 'pytrec-eval-terrier==0.5.11';

const { values } = parseArgs({
  options: {
    queries: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(path.join(tmpdir(), 'akin-check-metrics-'));
try {
  const python = path.join(folder, 'venv', 'bin', 'python');
  execFileSync('python3', ['-m', 'venv', path.join(folder, 'venv')], { stdio: 'inherit' });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE], {
    stdio: 'inherit',
  });
  const target = values.write ? GOLDEN : folder;
  execFileSync(python, [REFERENCE, target, values.queries, values.seed], { stdio: 'inherit' });
  await check(target);
} finally {
  rmSync(folder, { recursive: true });
}

async function check(target: string): Promise<void> {
  const reference = JSON.parse(readFileSync(path.join(target, 'reference.json'), 'utf8')) as Record<
    string,
    Record<string, number>
  >;
  const qrels = await readQrels(path.join(target, 'reference.qrels'));
  const runs = new Map<string, Scored[]>();
  for (const line of readFileSync(path.join(target, 'reference.run'), 'utf8').trim().split('\n')) {
    const [query, , id, , score] = line.split(' ') as [string, string, string, string, string];
    runs.set(query, [...(runs.get(query) ?? []), { id, score: Number(score) }]);
  }
  let compared = 0;
  let largest = 0;
  for (const [query, expected] of Object.entries(reference)) {
    const ranked = ranking(runs.get(query)!);
    for (const [name, value] of Object.entries(expected)) {
      const [measure] = measuresNamed(ourName(name), 1000);
      largest = Math.max(largest, Math.abs(measure!.of(ranked, qrels.get(query)!) - value));
      compared++;
    }
  }
  console.log(`${compared} values of ${runs.size} queries compared; largest difference ${largest.toExponential(1)}`);
  if (!(largest < 0.00005)) process.exitCode = 1;
}

/** `ndcg_cut_10` is trec_eval's name of ndcg@10. */
function ourName(name: string): string {
  return name === 'recip_rank' ? 'mrr' : name.replace(/^ndcg_cut/, 'ndcg').replace(/_(?=\d+$)/, '@');
}
