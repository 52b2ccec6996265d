import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { cff } from '../../src/sources/cff.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { readText, records, rejects } from './read.ts';

const FILE = `# Cite us!
cff-version: 1.2.0
message: Please cite it.
title: Sheep counter
version: 1.10
abstract: >-
  Counts
  sheep.
authors:
  - family-names: Berg
    given-names: Ann
    name-particle: van den
    name-suffix: Jr.
    orcid: https://orcid.org/0000-0000-0000-0000
    affiliation: Sheep U
  - name: The Sheep Group
identifiers:
  - {type: swh, value: "swh:1:dir:0"}
  - {type: doi, value: 10.5555/SHEEP}
date-released: 2020-05-01
license: MIT
repository-code: https://example.org/repository
keywords: [sheep, counting]
`;

async function papersIn(text: string) {
  expect(detectSource(text)).toBe(cff);
  const found = await readText(cff, text);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
}

describe('CITATION.cff', () => {
  it('is the software that it lies with', async () => {
    expect(await papersIn(FILE)).toEqual([
      {
        id: 'doi:10.5555/sheep',
        names: [{ family: 'Berg', given: 'Ann', particle: 'van den', suffix: 'Jr.' }, { literal: 'The Sheep Group' }],
        title: 'Sheep counter',
        abstract: 'Counts sheep.',
        authors: ['Ann van den Berg Jr.', 'The Sheep Group'],
        year: 2020,
        venue: null,
        url: 'https://example.org/repository',
        ids: { doi: '10.5555/sheep' },
        categories: ['sheep', 'counting'],
        extra: { type: 'software', date: '2020-05-01', version: '1.10', license: ['MIT'], affiliations: ['Sheep U'] },
      },
    ]);
  });

  it('is also what is to be cited in its place, and what it refers to', async () => {
    const text = `${FILE}preferred-citation:
  type: conference-paper
  title: Counting sheep
  authors: [{family-names: Abel, given-names: Ann}]
  year: 2021
  month: 5
  start: 1
  end: 9
  doi: 10.5555/paper
  collection-title: Proceedings of Sheep
  publisher: {name: Wool}
references:
  - type: article
    title: Cows
    authors: [{family-names: Ode, given-names: Bo}]
    journal: Journal of Cows
    year: 2010
`;
    expect(await papersIn(text)).toMatchObject([
      { title: 'Sheep counter', extra: { type: 'software' } },
      {
        ...{ id: 'doi:10.5555/paper', title: 'Counting sheep', authors: ['Ann Abel'], year: 2021 },
        venue: 'Proceedings of Sheep',
        extra: { type: 'conference-paper', date: '2021-05', pages: '1-9', publisher: 'Wool' },
      },
      { title: 'Cows', authors: ['Bo Ode'], year: 2010, venue: 'Journal of Cows', extra: { type: 'article' } },
    ]);
  });

  it('is rejected with a reason where it is no YAML, too long, or expands without end', async () => {
    const bomb = `${FILE}a0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('')}`;
    for (const [text, reason] of [
      ['cff-version: 1.2.0\ntitle: [', /not YAML/],
      [`${FILE}# ${'x'.repeat(300_000)}`, /more than 192 Ki/],
      [bomb, /not YAML: .*alias/],
    ] as const) {
      const found = await readText(cff, text);
      expect(records(found)).toEqual([]);
      expect(rejects(found).map((each) => each.reject.reason)).toEqual([expect.stringMatching(reason)]);
    }
  });
});
