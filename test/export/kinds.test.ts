/** The kind of a publication survives every format, whatever its source called it. */
import { describe, expect, it } from 'vitest';
import { exporterNamed } from '../../src/export/registry.ts';
import { kindOf, type Kind } from '../../src/export/kinds.ts';
import { toPaper } from '../../src/paper.ts';
import { sourceNamed } from '../../src/sources/registry.ts';
import { paper, papersIn, written } from './papers.ts';

/** What BibTeX, RIS, CSL, Zotero, EndNote, RefWorks, Crossref, PubMed and the others call it. */
const CALLED: Partial<Record<Kind, (string | string[])[]>> = {
  article: [
    'JOUR',
    'article-journal',
    'journalArticle',
    'Journal Article',
    'journal-article',
    'EJOUR',
    'Electronic Article',
  ],
  conference: [
    'inproceedings',
    'CPAPER',
    'CONF',
    'paper-conference',
    'conferencePaper',
    'Conference Proceedings',
    'proceedings-article',
    'conference paper',
  ],
  chapter: [
    'incollection',
    'inbook',
    'CHAP',
    'ECHAP',
    'chapter',
    'bookSection',
    'Book Section',
    'Book, Section',
    'book-chapter',
  ],
  book: [
    'book',
    'BOOK',
    'EBOOK',
    'EDBOOK',
    'Edited Book',
    'Book, Whole',
    'Electronic Book',
    'monograph',
    'edited-book',
    ['Books'],
  ],
  thesis: ['phdthesis', 'THES', 'thesis', 'Thesis', 'Dissertation', 'dissertation', 'Academic Dissertation'],
  report: ['techreport', 'RPRT', 'report', 'Report', ['Reports - Research'], 'manual'],
  legislation: ['legislation', 'STAT', 'statute', 'BILL'],
  letter: ['letter', 'PCOMM', 'personal_communication', 'Personal Communication'],
  periodical: ['periodical', 'JFULL'],
  artwork: ['artwork', 'ART', 'graphic', 'Artwork'],
  newspaper: ['newspaperArticle', 'NEWS', 'article-newspaper', 'Newspaper Article'],
  magazine: ['magazineArticle', 'MGZN', 'article-magazine', 'Magazine Article'],
  preprint: ['posted-content', 'preprint', 'Preprint', 'UNPB', ['Journal Article', 'Preprint']],
  dataset: ['dataset', 'DATA', 'Dataset', 'Data Set'],
  software: ['software', 'COMP', 'computerProgram', 'Computer Program', 'software, multimedia'],
  webpage: ['online', 'www', 'ELEC', 'webpage', 'Web Page', 'Web site', 'blogPost', 'post-weblog', 'BLOG'],
  patent: ['patent', 'PAT', 'Patent'],
  video: ['video', 'VIDEO', 'motion_picture', 'videoRecording', 'MPCT', 'Audiovisual Material'],
  standard: ['standard', 'STAND', 'Standard'],
};
const kinds = Object.entries(CALLED) as [Kind, (string | string[])[]][];
const FORMATS = [
  ['bibtex', 'bibtex'],
  ['ris', 'ris'],
  ['csl', 'csl-json'],
] as const;

describe.each(kinds)('%s', (kind, called) => {
  it.each(called)('is called %j', (type) => expect(kindOf(paper({ venue: 'V', extra: { type } }))).toBe(kind));

  it.each(FORMATS)('survives %s', async (format, source) => {
    for (const type of called) {
      for (const venue of [null, 'V']) {
        const text = await written(exporterNamed(format), [paper({ venue, extra: { type } })]);
        const [back] = await papersIn(sourceNamed(source), text);
        expect(kindOf(back!), `${JSON.stringify(type)}: ${text}`).toBe(kind);
      }
    }
  });
});

it.each([
  ['bibtex', /^@dataset\{.*^@software\{.*^@online\{.*^@patent\{.*^@video\{/ms],
  ['ris', /TY {2}- DATA.*TY {2}- COMP.*TY {2}- ELEC.*TY {2}- PAT.*TY {2}- VIDEO/s],
  ['csl', /"dataset".*"software".*"webpage".*"patent".*"motion_picture"/s],
])('%s has a word of its own for what is no text', async (format, words) => {
  const types = ['dataset', 'software', 'online', 'patent', 'video'];
  const papers = types.map((type) => toPaper({ id: type, title: 'T', extra: { type } }));
  expect(await written(exporterNamed(format), papers)).toMatch(words);
});

describe('where its source did not say, or hardly', () => {
  it.each(['NeurIPS', 'NeurIPS 2021', "CVPR'19", 'Advances in Neural Information Processing Systems', 'ACL'])(
    'what is in %s is a conference paper, even if it was called an article',
    async (venue) => {
      for (const extra of [{}, { type: 'article' }, { publicationTypes: ['JournalArticle', 'Conference'] }]) {
        expect(kindOf(paper({ venue, extra }))).toBe('conference');
      }
      expect(await written(exporterNamed('bibtex'), [paper({ venue, extra: { type: 'article' } })])).toMatch(
        /^@inproceedings/,
      );
    },
  );

  it.each([
    'JAMA',
    'Nature',
    'Proceedings of the National Academy of Sciences',
    'Proc. R. Soc. B',
    'Proceedings of the IEEE',
  ])('what is in %s is an article', (venue) => expect(kindOf(paper({ venue }))).toBe('article'));

  it('what is on arXiv and nowhere else is a preprint', () => {
    expect(kindOf(paper({ ids: { arxiv: '2101.00001' } }))).toBe('preprint');
    expect(kindOf(paper({ ids: { arxiv: '2101.00001' }, venue: 'Nature' }))).toBe('article');
    expect(kindOf(paper({ extra: { type: 'online', pubstate: 'prepublished' } }))).toBe('preprint');
    expect(kindOf(paper({}))).toBe('other');
  });

  it('reports of cases, and what only rhymes with theses, are articles', () => {
    expect(kindOf(paper({ venue: 'J', extra: { type: ['Case Reports', 'Journal Article'] } }))).toBe('article');
    expect(kindOf(paper({ venue: 'J', extra: { type: 'Evidence synthesis article' } }))).toBe('article');
  });

  it.each([
    ['@misc{a, title = {T}, eprint = {2001.00001}, archiveprefix = {arXiv}, primaryclass = {cs.CL}}', 'preprint'],
    ['@online{a, title = {T}, eprint = {2001.00001}, eprinttype = {arxiv}}', 'preprint'],
    ['@article{a, title = {T}, journal = {arXiv preprint arXiv:2001.00002}}', 'preprint'],
    ['@article{a, title = {T}, journal = {bioRxiv}, doi = {10.1101/2020.01.01.1}}', 'preprint'],
    ['@article{a, title = {T}, journal = {CoRR}, volume = {abs/2001.00002}}', 'preprint'],
    ['@article{a, title = {T}, journal = {Correlates}, eprint = {2001.00001}, archiveprefix = {arXiv}}', 'article'],
    ['@misc{a, title = {T}, doi = {10.5281/zenodo.1}}', 'other'],
    ['@misc{a, title = {T}, type = {Poster}}', 'presentation'],
    ['@misc{a, title = {T}, type = {Conference poster}}', 'presentation'],
    ['@misc{a, title = {T}, howpublished = {Invited talk at the Sheep Days}}', 'presentation'],
    ['@unpublished{a, title = {T}, type = {Presentation}}', 'presentation'],
    ['@unpublished{a, title = {T}, note = {Draft}}', 'manuscript'],
    ['@article{a, title = {T}, journal = {Sheep Times}, entrysubtype = {newspaper}}', 'newspaper'],
  ])('%s is of the kind it says, and stays of it', async (entry, kind) => {
    const [first] = await papersIn(sourceNamed('bibtex'), entry);
    expect(kindOf(first!)).toBe(kind);
    for (const [format, source] of FORMATS) {
      const text = await written(exporterNamed(format), [first!]);
      const [back] = await papersIn(sourceNamed(source), text);
      expect(kindOf(back!), text).toBe(kind);
    }
  });
});
