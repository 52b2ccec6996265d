/**
 * npm run bench -- called [--papers 300] [--collections sample,ml-conferences] [--whole]: is a paper found when it is called
 * as scientists call it? Asks "Surname year" and "Title, year" for each paper of the sample, and of as many papers of three
 * collections, drawn by their ids; prints in per cent how often such a paper was first, and among three. Where a question
 * fits several papers, any of them will do. With --whole the library is the whole collection without vectors, of which as
 * many papers are asked for.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Embedder } from '../../src/embedding/embedder.ts';
import { DEFAULT_MODEL, findModel } from '../../src/embedding/models.ts';
import { plain, wordsIn } from '../../src/fold.ts';
import { bearersOf } from '../../src/library/called.ts';
import { ROOT } from '../../src/package.ts';
import type { Paper } from '../../src/paper.ts';
import { drawn, onLibraryOf, papersIn } from './drawn.ts';
import { shared } from './report.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    collections: { type: 'string', default: 'sample,acl-anthology-2022,arxiv-cs-2016,ml-conferences' },
    papers: { type: 'string', default: '300' },
    whole: { type: 'boolean', default: false },
  },
});
const wanted = Number(values.papers);
const model = findModel(DEFAULT_MODEL);
const embedder = await Embedder.start(model);
const SAMPLE = path.join(ROOT, 'scripts/sample-papers.jsonl');

const QUESTIONS: Record<string, (paper: Paper) => { query: string; fits: (hit: Paper) => boolean }> = {
  'Surname year': (paper) => {
    const { family } = bearersOf(paper)[0]!;
    const isBy = (hit: Paper) => bearersOf(hit).some((each) => family.every((word) => each.family.includes(word)));
    return { query: `${family.join(' ')} ${paper.year}`, fits: (hit) => hit.year === paper.year && isBy(hit) };
  },
  'Title, year': (paper) => {
    const words = (text: string) => wordsIn(plain(text)).join(' ');
    const title = words(paper.title);
    return {
      query: `${paper.title}, ${paper.year}`,
      fits: (hit) => hit.year === paper.year && words(hit.title) === title,
    };
  },
};

console.log(['collection'.padEnd(20), 'question'.padEnd(14), 'asked', 'first', 'of 3', 'none'].join('  '));
for (const name of values.collections.split(',')) {
  const all = await callable(name === 'sample' ? SAMPLE : shared(`papers/${name}.jsonl.gz`));
  const asked = drawn(all, name === 'sample' ? all.length : wanted);
  await measured(name, values.whole ? all : asked, asked);
}
await embedder.close();

async function measured(name: string, papers: Paper[], asked: Paper[]): Promise<void> {
  await onLibraryOf(papers, embedder, { isEmbedded: !values.whole }, async (search, library) => {
    for (const [question, of] of Object.entries(QUESTIONS)) {
      const counts = { first: 0, three: 0, none: 0 };
      for (const paper of asked) {
        const { query, fits } = of(paper);
        const { hits } = await search.search(query, { limit: 3 });
        const keys = await library.find(hits.map(({ id }) => id));
        const found = await library.describe(keys.map((key) => key!));
        const place = found.findIndex((each) => [each!.paper, ...each!.versions].some(fits));
        if (place === 0) counts.first++;
        if (place >= 0) counts.three++;
        if (hits.length === 0) counts.none++;
      }
      const cells = [counts.first, counts.three, counts.none].map((n) =>
        ((100 * n) / asked.length).toFixed(1).padStart(5),
      );
      console.log([name.padEnd(20), question.padEnd(14), String(asked.length).padStart(5), ...cells].join('  '));
    }
  });
}

/** Those of a file that can be called: they have authors, a year and a title. */
async function callable(file: string): Promise<Paper[]> {
  return (await papersIn(file)).filter(
    ({ authors, year, title }) => authors.length > 0 && year !== null && title !== '',
  );
}
