/** A reading list in Markdown, for people: nothing reads it back. Every paper is an item, its abstract below. */
import { IDENTIFIER_KINDS, type IdentifierKind } from '../identifiers.ts';
import { briefOf, type Paper } from '../paper.ts';
import type { Exporter } from './exporter.ts';

/** Names of identifiers, and the pages they lead to. */
const PAGES: Record<IdentifierKind, [name: string, page: string]> = {
  doi: ['doi', 'https://doi.org/'],
  arxiv: ['arXiv', 'https://arxiv.org/abs/'],
  pmid: ['PubMed', 'https://pubmed.ncbi.nlm.nih.gov/'],
  pmcid: ['PMC', 'https://pmc.ncbi.nlm.nih.gov/articles/'],
  acl: ['ACL', 'https://aclanthology.org/'],
  openalex: ['OpenAlex', 'https://openalex.org/'],
  s2: ['Semantic Scholar', 'https://www.semanticscholar.org/paper/'],
  isbn: ['ISBN', 'https://openlibrary.org/isbn/'],
};

export const markdown: Exporter = {
  name: 'markdown',
  title: 'Markdown',
  mediaType: 'text/markdown',

  async *write(papers) {
    yield '# Papers\n';
    for await (const paper of papers) yield `\n${item(paper)}`;
  },
};

function item(paper: Paper): string {
  const { title, abstract, venue, year, ids } = paper;
  const { authors, editors = [] } = briefOf(paper);
  const pages = IDENTIFIER_KINDS.filter((kind) => ids[kind] !== undefined).map((kind) => {
    const [name, page] = PAGES[kind];
    return {
      label: `${name}:${ids[kind]!}`,
      address: page + encodeURI(ids[kind]!).replace(/[?#]/g, encodeURIComponent),
    };
  });
  const url = /^https?:\/\//i.test(paper.url ?? '') ? paper.url! : pages[0]?.address;
  const heading = plain(title === '' ? '(no title)' : title);
  const published = [venue === null ? '' : `*${plain(venue)}*`, String(year ?? '')].filter((part) => part !== '');
  const facts = [
    [...authors, ...editors.map((name) => `${name} (ed.)`)].map(plain).join(', '),
    published.join(' '),
    ...pages.map(({ label, address }) => link(plain(label), address)),
  ];
  const paragraphs = abstract.split('\n').filter((paragraph) => paragraph !== '');
  const lines = [
    `- **${url === undefined ? heading : link(heading, url)}**`,
    // Two blanks at the end of a line break it.
    facts.filter((fact) => fact !== '').join(' · '),
  ];
  return [
    `${lines.filter((line) => line !== '').join('  \n  ')}\n`,
    ...paragraphs.map((paragraph) => `  ${plain(paragraph)}\n`),
  ].join('\n');
}

const link = (label: string, address: string): string =>
  `[${label}](<${address.replace(/[\\<>\s]/g, (sign) => encodeURIComponent(sign))}>)`;

/** A text without meaning to Markdown: signs escaped, and what at the beginning of a line would make a list or heading. */
function plain(text: string): string {
  return text
    .replace(/[\\`*_[\]<>&~$|]/g, '\\$&')
    .replace(/^(?:[#+-]|\d+(?=[.)]))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
}
