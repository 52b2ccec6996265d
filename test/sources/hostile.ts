/**
 * Files made to do harm, for every source: what is in one of a record's fields repeated without end, structures nested or
 * multiplied, ends missing, bytes changed. Made anew on every call, the same every time, of the size that is asked for.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { bombPdf, pdfOf } from './pdf-fixture.ts';
import { workbookOf, zipOf } from './workbook-fixture.ts';
import { addCollection, addItem, createZotero, type ZoteroItem } from './zotero-fixture.ts';

export interface HostileFile {
  name: string;
  /** Its bytes, in pieces: none has to be held whole. */
  pieces: Iterable<string | Buffer>;
}

/** What is repeated: a text, or one that counts. */
type Unit = string | ((i: number) => string);

/** What a field of any record may be filled with. */
const FILLINGS: Record<string, string> = {
  ...{ letters: 'a', words: 'many words ', blanks: ' ', lines: 'a\n', 'blank lines': '\n', emoji: '😀' },
  ...{ tags: '<b>x</b>', 'open tags': '<b>', 'angle brackets': '<', references: '&lt;', ampersands: '&' },
  ...{ 'opening braces': '{', 'closing braces': '}', 'empty braces': '{}', brackets: '[', parentheses: '(' },
  ...{ formulas: '$x$', dollars: '$', backslashes: '\\', accents: "\\'e ", commands: '\\emph{', tildes: '~' },
  ...{ semicolons: ';', keywords: 'ab;', names: 'Ito, A.; ', commas: 'a,', conjunctions: ' and A', dois: '10.1/a,' },
  ...{ quotes: '"', apostrophes: "'", marks: 'e\u0301\u0301', controls: '\u0001', hyphens: '-', slashes: '/' },
};

/** The fields that hold texts and lists; of the others it is enough to see that they may be long. */
const TEXTS = ['title', 'abstract', 'authors', 'keywords'];
const FEW_FILLINGS = { digits: '1', blanks: ' ', slashes: '/', dois: '10.1/a,', semicolons: ';' };

/**
 * What is repeated of these is whole records, of which each costs what a small record costs (validated and named, a tenth of a
 * millisecond on a busy machine): time goes by their number, and a million would tell no more.
 */
const RECORDS = new Set(['records', 'entries', 'rows', 'titles', 'paragraphs']);
const MANY_RECORDS = 50_000;

interface Shape {
  /** A file of one record; `«title»` and the like are where a field's text goes, `«more»` where there may be more. */
  file: string;
  /** How the format writes a text. */
  escaped?: (text: string) => string;
  /** What else may be repeated, in place of `«more»`. */
  more?: Record<string, Unit>;
  /** Whole files of this format. */
  files?(size: number): Record<string, Iterable<string>>;
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const numberedKey = (i: number): string => `, "k${i}": ${i}`;
const json = (fields: Record<string, unknown>): Shape => ({
  file: `[${JSON.stringify(fields).replace(/\}$/, '')}, "more": [«more»0]}]`,
  escaped: inJson,
  more: {
    ...{ numbers: '0,', lists: '[],', objects: '{},', texts: '"a",', 'open lists': '[', 'open objects': '{"a":' },
    ...{ keys: (i) => `{"k${i}":0},`, people: '{"family":"a","given":"b"},' },
  },
  files: (size) => {
    const [begin, end] = [JSON.stringify(fields).replace(/\}$/, ''), '}'];
    return {
      'nested lists': around(`${begin}, "x": `, '[', ']', end, size),
      'nested objects': around(`${begin}, "x": `, '{"a":', '}', end, size),
      // Just fewer than a record may have, and more.
      'many keys': [
        `[${begin}`,
        ...Array.from({ length: Math.min(size / 20, 149_900) }, (_, i) => numberedKey(i)),
        '}]',
      ],
      'too many keys': [`[${begin}`, ...repeated(numberedKey, size * 2), '}]'],
      'a list that never ends': ['[', ...repeated('1,', size / 4)],
      'records without an end': repeated(`${begin}, "x": "`, size),
      'records side by side': ['[', ...repeated(`${begin}},`, size / 4)],
    };
  },
});

const openalex = (fields: Record<string, unknown>): Shape => {
  const shape = json(fields);
  return {
    ...shape,
    files: (size) => ({
      ...shape.files!(size),
      'one word at many places': [
        '{"id": "https://openalex.org/W1", "abstract_inverted_index": {"',
        ...repeated('a', size / 2),
        '": [0',
        ...repeated((i) => `,${i + 1}`, Math.min(size / 4, 500_000)),
        ']}}',
      ],
    }),
  };
};

const xml = (root: string, file: string, record: string): Shape => ({
  file,
  more: {
    ...{
      elements: '<a/>',
      attributes: '<a b="c"/>',
      'open elements': '<a>',
      comments: '<!--x-->',
      sections: '<![CDATA[x]]>',
    },
    ...{ 'open comments': '<!--', 'open sections': '<![CDATA[', instructions: '<?x y?>', unknown: '&x;' },
    ...{
      'names of elements': (i) => `<a${i}/>`,
      prefixes: '<a:b xmlns:a="c"/>',
      records: `<${record}>`,
      ends: `</${record}>`,
    },
  },
  files: (size) => ({
    'entities that expand': [
      `<!DOCTYPE ${root} [<!ENTITY e0 "ha">`,
      ...Array.from({ length: 40 }, (_, i) => `<!ENTITY e${i + 1} "&e${i};&e${i};">`),
      `<!ENTITY f SYSTEM "file:///etc/passwd">]>`,
      filled(file, 'title', '&e40;&f;'),
    ],
    'a document type without an end': [`<!DOCTYPE ${root} [`, ...repeated('<!ENTITY a "b">', size)],
    'one tag with many attributes': [
      ...file.split('«more»')[0]!.replace(/«\w+»/g, 'x'),
      '<a',
      ...repeated((i) => ` a${i}="b"`, size),
    ],
    'roots in roots': repeated(`<${root}>`, size),
    'records without an end': [`<${root}>`, ...repeated(`<${record}>`, size)],
    'ends of records': [`<${root}>`, ...repeated(`</${record}>`, size)],
    'records side by side': [`<${root}>`, ...repeated(`<${record}></${record}>`, size / 4)],
  }),
});

/** A file of any source that reads text. */
const SHAPES: Record<string, Shape> = {
  jsonl: json({ id: 'x', title: '«title»', abstract: '«abstract»', authors: '«authors»', doi: '«id»', url: '«url»' }),
  beir: json({ _id: 'x', title: '«title»', text: '«abstract»' }),
  'arxiv-kaggle': json({
    ...{ id: '0704.0001', title: '«title»', abstract: '«abstract»', authors: '«authors»', categories: '«keywords»' },
    ...{ doi: '«id»', 'journal-ref': '«venue»', versions: [{ created: '«date»' }], update_date: '2008-11-26' },
  }),
  openalex: openalex({
    ...{ id: 'https://openalex.org/W1', title: '«title»', abstract_inverted_index: { '«abstract»': [0] } },
    ...{ authorships: [{ author: { display_name: '«authors»' } }], doi: '«id»', publication_year: '«date»' },
    ...{ primary_location: { landing_page_url: '«url»' } },
  }),
  crossref: json({
    ...{ DOI: '«id»', title: ['«title»'], abstract: '«abstract»', author: [{ family: '«authors»' }], member: '1' },
    ...{
      'container-title': ['«venue»'],
      issued: { 'date-parts': [['«date»']] },
      subject: ['«keywords»'],
      URL: '«url»',
    },
  }),
  datacite: json({
    ...{ doi: '«id»', titles: [{ title: '«title»' }], creators: [{ name: '«authors»' }], publicationYear: '«date»' },
    ...{
      descriptions: [{ description: '«abstract»', descriptionType: 'Abstract' }],
      subjects: [{ subject: '«keywords»' }],
    },
    ...{ container: { title: '«venue»' }, url: '«url»', version: '«note»' },
  }),
  'datacite-xml': xml(
    'resource',
    '<resource xmlns="http://datacite.org/schema/kernel-4"><identifier identifierType="DOI">«id»</identifier><creators><creator>' +
      '<creatorName>«authors»</creatorName></creator></creators><titles><title>«title»</title></titles><publicationYear>«date»' +
      '</publicationYear><subjects><subject>«keywords»</subject></subjects><descriptions><description descriptionType="Abstract">' +
      '«abstract»</description></descriptions><relatedItems><relatedItem relationType="IsPublishedIn"><titles><title>«venue»' +
      '</title></titles></relatedItem></relatedItems><alternateIdentifiers><alternateIdentifier>«url»</alternateIdentifier>' +
      '</alternateIdentifiers><version>«note»</version>«more»</resource>',
    'resource',
  ),
  inspire: json({
    ...{ titles: [{ title: '«title»' }], abstracts: [{ value: '«abstract»' }], authors: [{ full_name: '«authors»' }] },
    ...{ keywords: [{ value: '«keywords»' }], publication_info: [{ journal_title: '«venue»', year: '«date»' }] },
    ...{ dois: [{ value: '«id»' }], urls: [{ value: '«url»' }], public_notes: [{ value: '«note»' }] },
  }),
  'semantic-scholar': json({
    ...{ paperId: 'a'.repeat(40), title: '«title»', abstract: '«abstract»', authors: [{ name: '«authors»' }] },
    ...{ venue: '«venue»', url: '«url»', externalIds: { DOI: '«id»' }, fieldsOfStudy: ['«keywords»'], year: '«date»' },
  }),
  paperlists: json({
    ...{ id: 'a1', title: '«title»', author: '«authors»', aff: 'U', track: 'main', status: 'Poster' },
    ...{ abstract: '«abstract»', keywords: '«keywords»', bibtex: '«bibtex»', site: '«url»', doi: '«id»' },
  }),
  'csl-json': json({
    ...{
      id: 'x',
      type: 'article-journal',
      title: '«title»',
      abstract: '«abstract»',
      author: [{ literal: '«authors»' }],
    },
    ...{ keyword: '«keywords»', note: '«note»', issued: { raw: '«date»' }, 'container-title': '«venue»', DOI: '«id»' },
  }),
  'zotero-json': json({
    ...{ key: 'A', itemType: 'journalArticle', title: '«title»', abstractNote: '«abstract»', date: '«date»' },
    ...{ creators: [{ creatorType: 'author', lastName: '«authors»' }], tags: [{ tag: '«keywords»' }], DOI: '«id»' },
    ...{ publicationTitle: '«venue»', url: '«url»', extra: '«note»' },
  }),
  mendeley: json({
    ...{ id: '00000000-0000-0000-0000-000000000000', type: 'journal', title: '«title»', abstract: '«abstract»' },
    ...{ authors: [{ first_name: 'A', last_name: '«authors»' }], keywords: ['«keywords»'], year: '«date»' },
    ...{ source: '«venue»', websites: ['«url»'], identifiers: { doi: '«id»' } },
  }),
  'europe-pmc': json({
    ...{ id: '1', source: 'MED', title: '«title»', abstractText: '«abstract»', authorString: '«authors»' },
    ...{ pubYear: '«date»', journalTitle: '«venue»', keywordList: { keyword: ['«keywords»'] }, doi: '«id»' },
    ...{ fullTextUrlList: { fullTextUrl: [{ url: '«url»' }] }, pubType: '«note»' },
  }),
  'endnote-xml': xml(
    'xml',
    '<xml><records><record><ref-type name="Journal Article">17</ref-type><contributors><authors><author>«authors»</author>' +
      '</authors></contributors><titles><title>«title»</title><secondary-title>«venue»</secondary-title></titles><dates><year>' +
      '«date»</year></dates><keywords><keyword>«keywords»</keyword></keywords><abstract>«abstract»</abstract><notes>«note»' +
      '</notes><urls><related-urls><url>«url»</url></related-urls></urls><electronic-resource-num>«id»' +
      '</electronic-resource-num>«more»</record></records></xml>',
    'record',
  ),
  mods: xml(
    'modsCollection',
    '<modsCollection><mods><titleInfo><title>«title»</title></titleInfo><name><namePart>«authors»</namePart></name><abstract>' +
      '«abstract»</abstract><subject><topic>«keywords»</topic></subject><relatedItem type="host"><titleInfo><title>«venue»' +
      '</title></titleInfo></relatedItem><originInfo><dateIssued>«date»</dateIssued></originInfo><identifier type="doi">' +
      '«id»</identifier><location><url>«url»</url></location><genre>«note»</genre>«more»</mods></modsCollection>',
    'mods',
  ),
  'zotero-rdf': {
    ...xml(
      'RDF',
      '<RDF xmlns:z="http://www.zotero.org/namespaces/export#"><Article about="#a"><itemType>journalArticle</itemType>' +
        '<isPartOf><Journal><title>«venue»</title></Journal></isPartOf><authors><Seq><li><Person><surname>«authors»</surname>' +
        '</Person></li></Seq></authors><title>«title»</title><abstract>«abstract»</abstract><subject>«keywords»</subject>' +
        '<date>«date»</date><identifier>DOI «id»</identifier><identifier><URI><value>«url»</value></URI></identifier>' +
        '<description>«note»</description>«more»</Article></RDF>',
      'Article',
    ),
    files: (size) => ({
      'parts in parts': ['<RDF>', ...repeated('<Book><isPartOf>', size * 2)],
      'parts of one whole': ['<RDF>', ...repeated('<Book><isPartOf><Series></Series></isPartOf></Book>', size / 4)],
      'wholes that never come': ['<RDF>', ...repeated('<Book><isPartOf resource="urn:a"/></Book>', size / 4)],
      'records in wholes': ['<RDF>', ...repeated('<Book><isPartOf><Book></isPartOf>', size / 4)],
    }),
  },
  jats: xml(
    'article',
    '<article article-type="research-article"><front><journal-meta><journal-title>«venue»</journal-title></journal-meta>' +
      '<article-meta><article-id pub-id-type="doi">«id»</article-id><title-group><article-title>«title»</article-title>' +
      '</title-group><contrib-group><contrib contrib-type="author"><name><surname>«authors»</surname></name></contrib>' +
      '</contrib-group><pub-date><year>«date»</year></pub-date><abstract><p>«abstract»</p>«more»</abstract><kwd-group><kwd>' +
      '«keywords»</kwd></kwd-group></article-meta></front></article>',
    'front',
  ),
  tei: xml(
    'TEI',
    '<TEI><teiHeader><fileDesc><titleStmt><title>«title»</title></titleStmt><sourceDesc><biblStruct><analytic><author>' +
      '<persName><surname>«authors»</surname></persName></author></analytic><monogr><title>«venue»</title><imprint><date>' +
      '«date»</date></imprint></monogr><idno type="DOI">«id»</idno></biblStruct></sourceDesc></fileDesc><profileDesc>' +
      '<abstract><p>«abstract»</p>«more»</abstract><textClass><keywords>«keywords»</keywords></textClass></profileDesc>' +
      '</teiHeader></TEI>',
    'teiHeader',
  ),
  trec: xml(
    'docs',
    '<docs><DOC><DOCNO>1</DOCNO><TITLE>«title»</TITLE><TEXT>«abstract»</TEXT><AU>«authors»</AU>«more»</DOC></docs>',
    'DOC',
  ),
  'acl-xml': xml(
    'collection',
    '<collection id="2022.x"><volume id="1"><meta><booktitle>«venue»</booktitle></meta><paper id="1"><title>«title»</title>' +
      '<author><first>A</first><last>«authors»</last></author><abstract>«abstract»</abstract><url>«url»</url>«more»' +
      '</paper></volume></collection>',
    'paper',
  ),
  'arxiv-atom': xml(
    'feed',
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"><entry>' +
      '<id>http://arxiv.org/abs/2401.00001v1</id><title>«title»</title><summary>«abstract»</summary>' +
      '<author><name>«authors»</name></author><published>«date»</published><doi>«id»</doi>«more»</entry></feed>',
    'entry',
  ),
  'oai-pmh': xml(
    'OAI-PMH',
    '<OAI-PMH><ListRecords><record><header/><metadata><arXivRaw><id>2101.00001</id><title>«title»</title>' +
      '<version version="v1"><date>«date»</date></version><authors>«authors»</authors><categories>«keywords»</categories>' +
      '<doi>«id»</doi><abstract>«abstract»</abstract>«more»</arXivRaw></metadata></record></ListRecords></OAI-PMH>',
    'record',
  ),
  'pubmed-xml': xml(
    'PubmedArticleSet',
    '<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><Journal><Title>«venue»</Title></Journal>' +
      '<ArticleTitle>«title»</ArticleTitle><Abstract><AbstractText>«abstract»</AbstractText></Abstract><AuthorList>' +
      '<Author><LastName>«authors»</LastName></Author>«more»</AuthorList></Article></MedlineCitation></PubmedArticle>' +
      '</PubmedArticleSet>',
    'PubmedArticle',
  ),
  ris: {
    file:
      'TY  - JOUR\nTI  - «title»\nAB  - «abstract»\nAU  - «authors»\nKW  - «keywords»\nDO  - «id»\nUR  - «url»\n' +
      'PY  - «date»\nJF  - «venue»\nAN  - «note»\n«more»ER  - \n',
    more: {
      keywords: 'KW  - a\n',
      authors: 'AU  - A\n',
      titles: 'TI  - a\n',
      'bare tags': 'AB  -\n',
      records: 'TY  - JOUR\n',
    },
    files: (size) => ({ ends: repeated('ER  - \n', size), fields: repeated('AU  - Ito, A.\n', size) }),
  },
  wos: {
    file:
      'FN X\nVR 1.0\nPT J\nTI «title»\nAB «abstract»\nAU «authors»\nDE «keywords»\nDI «id»\nPY «date»\nSO «venue»\n' +
      'CR «note»\nUT ZOOREC:«url»\n«more»ER\n\nEF\n',
    more: { authors: 'AU A\n', continued: '   A\n', keywords: 'DE a\n', 'bare tags': 'AB\n', records: 'PT J\n' },
    files: (size) => ({ ends: repeated('ER\n', size), fields: repeated('AU Ito, A\n', size) }),
  },
  nbib: {
    file:
      'PMID- 1\nTI  - «title»\nAB  - «abstract»\nFAU - «authors»\nOT  - «keywords»\nMH  - «note»\nAID - «id»\nDP  - «date»\n' +
      'JT  - «venue»\n«more»\n',
    more: { authors: 'FAU - A\n', headings: 'MH  - a/b/c\n', ids: 'AID - a [doi]\n', records: 'PMID- 1\n' },
    files: (size) => ({ fields: repeated('FAU - Ito, A\n', size) }),
  },
  enw: {
    file:
      '%0 Journal Article\n%T «title»\n%X «abstract»\n%A «authors»\n%K «keywords»\n%R «id»\n%U «url»\n%D «date»\n%J «venue»\n' +
      '%M «note»\n«more»\n',
    more: { authors: '%A A\n', keywords: '%K a\n', 'bare tags': '%X\n', records: '%0 Book\n', titles: '\n%T a\n' },
    files: (size) => ({ fields: repeated('%A Ito, A.\n', size) }),
  },
  refworks: {
    file:
      'RT Journal Article\nSR Electronic(1)\nT1 «title»\nAB «abstract»\nA1 «authors»\nK1 «keywords»\nDO «id»\nUL «url»\n' +
      'YR «date»\nJF «venue»\nSN «note»\n«more»\n',
    more: { authors: 'A1 A\n', keywords: 'K1 a\n', 'bare tags': 'AB\n', records: 'RT Book\n' },
    files: (size) => ({ fields: repeated('A1 Ito,A\n', size) }),
  },
  cff: {
    file:
      'cff-version: 1.2.0\ntitle: "«title»"\nabstract: "«abstract»"\nauthors:\n  - family-names: "«authors»"\nkeywords:\n' +
      '  - "«keywords»"\ndoi: "«id»"\nurl: "«url»"\ndate-released: "«date»"\n«more»\n',
    escaped: inJson,
    more: {
      fields: (i) => `f${i}: x\n`,
      lists: '[',
      maps: '{a: ',
      quotes: '"',
      tags: '!a ',
      anchors: (i) => `f${i}: &a${i} b\n`,
    },
    // Longer ones are not read.
    files: (size) => {
      const most = Math.min(size, 190_000);
      const begin = 'cff-version: 1.2.0\ntitle: T\n';
      return {
        'many authors': [begin, 'authors:\n', ...repeated('  - name: A\n', most)],
        'many references': [begin, 'references:\n', ...repeated('  - title: A\n', most)],
        'nested lists': around(`${begin}x: `, '[', ']', '', most),
        'nested maps': around(`${begin}x: `, '{a: ', '}', '', most),
        'open lists': [begin, 'x: ', ...repeated('[', most)],
        'lists in lists': [
          begin,
          'x:\n',
          ...Array.from({ length: Math.min(700, most / 16) }, (_, i) => `${' '.repeat(i)}- - a\n`),
        ],
        'many fields': [begin, ...repeated((i) => `f${i}: a\n`, most)],
        'one field again': [begin, ...repeated('title: a\n', most)],
        'aliases of aliases': [
          begin,
          'a0: &a0 [x, x]\n',
          ...repeated((i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`, Math.min(most, 2000)),
        ],
        'a text of many lines': [begin, 'abstract: >\n', ...repeated('  a\n\n', most)],
        comments: [begin, ...repeated('# a\n', most)],
        documents: [begin, ...repeated('---\n', most)],
        'one long line': [begin, 'abstract: ', ...repeated('a: ', most)],
      };
    },
  },
  'csl-yaml': {
    file:
      '---\nreferences:\n- id: x\n  type: article-journal\n  title: "«title»"\n  abstract: "«abstract»"\n  author:\n' +
      '  - family: "«authors»"\n  keyword: "«keywords»"\n  DOI: "«id»"\n  URL: "«url»"\n  issued: "«date»"\n' +
      '  container-title: "«venue»"\n  note: "«note»"\n«more»...\n',
    escaped: inJson,
    more: {
      ...{ fields: (i) => `  f${i}: x\n`, records: '- title: a\n', dashes: '-\n', keys: (i) => `k${i}: x\n` },
      ...{ lists: '[', maps: '{a: ', quotes: '"', tags: '!a ', anchors: (i) => `  f${i}: &a${i} b\n` },
      ...{ comments: '# a\n', documents: '---\n', 'blank lines': '\n', stray: 'a\n' },
    },
    files: (size) => {
      const most = Math.min(size, 190_000); // A longer item is not read.
      const begin = '- title: T\n  issued: 2016\n';
      return {
        'many authors': [begin, '  author:\n', ...repeated('  - literal: A\n', most)],
        'nested lists': around(`${begin}  x: `, '[', ']', '', most),
        'nested maps': around(`${begin}  x: `, '{a: ', '}', '', most),
        'lists in lists': [
          ...[begin, '  x:\n'],
          ...Array.from({ length: Math.min(700, most / 16) }, (_, i) => `${' '.repeat(i + 3)}- - a\n`),
        ],
        'many fields': [begin, ...repeated((i) => `  f${i}: a\n`, most)],
        'one field again': [begin, ...repeated('  title: a\n', most)],
        'aliases of aliases': [
          ...[begin, '  a0: &a0 [x, x]\n'],
          ...repeated((i) => `  a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`, Math.min(most, 2000)),
        ],
        'a text of many lines': [begin, '  abstract: >\n', ...repeated('    a\n\n', most)],
        'items side by side': repeated(begin, Math.min(size, MANY_RECORDS * begin.length)),
        'lists after each other': repeated(`references:\n${begin}`, Math.min(size, MANY_RECORDS * begin.length)),
        'one long line': [begin, '  abstract: ', ...repeated('a: ', most)],
        'an item without an end': [begin, ...repeated('  a\n', size * 2)],
      };
    },
  },
  bibtex: {
    file:
      '@article{k,\n title = {«title»},\n abstract = {«abstract»},\n author = {«authors»},\n keywords = {«keywords»},\n' +
      ' doi = {«id»},\n url = {«url»},\n date = {«date»},\n journal = {«venue»},\n note = "«note»"«more»}\n',
    more: {
      ...{
        fields: (i) => `,\n f${i} = {x}`,
        'one field': ',\n f = {x}',
        values: ' # "a"',
        names: ' # jan',
        equals: '=',
      },
      ...{ entries: '}\n@article{k, title = {A}', 'open values': ',\n a = {' },
    },
    files: (size) => ({
      'macros that expand': [
        '@string{s0 = "haha"}\n',
        ...repeated((i) => `@string{s${i + 1} = s${i} # s${i}}\n@article{a${i}, title = s${i}}\n`, size / 4),
      ],
      'parts of each other': repeated((i) => `@inbook{k${i}, crossref = {k${i + 1}}, title = {T}}\n`, size / 4),
      'parts of one': repeated((i) => `@inbook{k${i}, crossref = {k}, title = {T}}\n`, size / 4),
      'parts of many': repeated((i) => `@book{k${i}, xdata = {${i}a,${i}b,${i}c}, title = {T}}\n`, size / 4),
      'comments without an end': repeated('@comment{\n', size / 4),
      'comments with entries': ['@comment{\n', ...repeated('@article{a, title = {T}}\n', size / 4), '{'],
      'entries without an end': repeated('@article{a,\n', size / 4),
      signs: repeated('@', size),
      'entries on a line': repeated('@article{a, title = {T}}', size / 4),
    }),
  },
  csv: {
    file: 'title,abstract,authors,keywords,year,url,paper id,extra\n"«title»","«abstract»","«authors»","«keywords»","«date»","«url»","«id»","«note»"«more»\n',
    escaped: (text) => text.replaceAll('"', '""'),
    more: { fields: ',a', 'empty fields': ',', quoted: ',"a"', rows: '\na,b', 'open quotes': '\n"a' },
    files: (size) => ({
      'many columns': ['title', ...repeated((i) => `,c${i}`, size / 2), '\nA', ...repeated(',a', size / 4), '\n'],
      'columns of one name': ['title', ...repeated(',title', size / 2), '\nA', ...repeated(',a', size / 4), '\n'],
      'a column without an end': ['title,', ...repeated('a', size), '\nA\n'],
      'quotes that open again': [`title${',x'.repeat(1000)}\n`, ...repeated('x",,"\n', size)],
      'lines of an old Mac': ['title,authors\r', ...repeated('a,b\r', size / 4)],
      'a list in Python': ['title,authors\nA,"[', ...repeated("'a', ", size), `'b']"\n`],
    }),
  },
  'hf-papers': {
    file: `Trending papers\n\n«title»\n\n«abstract» ${'x'.repeat(200)}\n\n«more»\n`,
    more: { titles: 'A title\n\n', paragraphs: `A title\n\n${'x'.repeat(200)}\n\n` },
  },
};

/** Names of the sources that there are hostile files for. */
export const HOSTILE = [...Object.keys(SHAPES), 'pdf', 'xlsx', 'zotero'];

/**
 * The hostile files for a source.
 * @param size characters of what is repeated, about.
 * @param seed what random bytes and changes are made from: a whole number from 1 on.
 */
export function* hostileFiles(source: string, size: number, seed = 7): Generator<HostileFile> {
  yield* anywhere(size, seed);
  const shape = SHAPES[source];
  if (source === 'pdf') yield* hostilePdfs(size, seed);
  if (source === 'xlsx') yield* hostileWorkbooks(size, seed);
  if (source === 'zotero') yield* hostileDatabases(size, seed);
  if (!shape) return;
  const { file, escaped = (text) => text, more = {} } = shape;
  const whole = filled(file, '', '');
  for (const [, field] of file.matchAll(/«(\w+)»/g)) {
    const fillings = field === 'more' ? more : TEXTS.includes(field!) ? FILLINGS : FEW_FILLINGS;
    for (const [name, unit] of Object.entries(fillings)) {
      const [before, after] = filled(file, field!, '\u0000').split('\u0000') as [string, string];
      const text = typeof unit === 'string' && field !== 'more' ? escaped(unit) : unit;
      const many = RECORDS.has(name) && typeof unit === 'string' ? Math.min(size, MANY_RECORDS * unit.length) : size;
      yield { name: `${field}: ${name}`, pieces: joined(before, repeated(text, many), after) };
    }
  }
  yield { name: 'title: far too long', pieces: joined('', pieceByPiece(file, size * 4), '') };
  for (const [name, pieces] of Object.entries(shape.files?.(size) ?? {})) yield { name, pieces };
  yield* damaged(Buffer.from(whole), Buffer.from(whole.repeat(5)), seed);
}

/**
 * A file that is cut off, has other bytes here and there, or its parts in another order.
 * @param long the same, maybe several times: what is changed.
 */
export function* damaged(whole: Buffer, long: Buffer, seed: number): Generator<HostileFile> {
  for (let part = 1; part < 8; part++) {
    yield { name: `cut off at ${part}/8`, pieces: [whole.subarray(0, (whole.length * part) / 8)] };
  }
  const random = randomNumbers(seed);
  for (let run = 1; run <= 8; run++) {
    const changed = Buffer.from(long);
    for (let i = 0; i < 20; i++) changed[random(changed.length)] = random(256);
    yield { name: `bytes changed, ${run}`, pieces: [changed] };
  }
  for (let run = 1; run <= 8; run++) {
    const cuts = Array.from({ length: 6 }, () => random(long.length)).sort((a, b) => a - b);
    const parts = [0, ...cuts].map((begin, i) => long.subarray(begin, cuts[i]));
    yield { name: `parts moved, ${run}`, pieces: parts.sort(() => random(3) - 1) };
  }
}

/** What is hostile to everybody. */
export function* anywhere(size: number, seed: number): Generator<HostileFile> {
  const random = randomNumbers(seed);
  yield { name: 'random bytes', pieces: [Buffer.from(Array.from({ length: Math.min(size, 1e6) }, () => random(256)))] };
  const letters = Array.from({ length: Math.min(size, 1e6) }, () => String.fromCharCode(32 + random(95)));
  yield { name: 'random text', pieces: [letters.join('')] };
  for (const unit of [
    '\0',
    'a',
    '\n',
    ' ',
    '{',
    '[',
    '<a>',
    '(',
    '"',
    '\\',
    '<',
    '@a{',
    '{"a":',
    "{'a':",
    '%PDF-1.7\n',
  ]) {
    yield { name: `nothing but ${JSON.stringify(unit)}`, pieces: repeated(unit, size * 4) };
  }
  yield { name: 'packed blanks', pieces: [gzipSync(Buffer.alloc(size * 4, ' '))] };
  yield {
    name: 'UTF-16 cut in a character',
    pieces: [Buffer.from(`\ufefftitle,year\n"Ü😀`, 'utf16le').subarray(0, -1)],
  };
}

function* hostileWorkbooks(size: number, seed: number): Generator<HostileFile> {
  const text = (inside: string): string => `<c t="inlineStr"><is><t>${inside}</t></is></c>`;
  const header = `<row>${text('Title')}${text('Authors')}</row>`;
  const whole = workbookOf({ S: [['Title', 'Year'], ...Array.from({ length: 20 }, (_, i) => [`Title ${i}`, 2016])] });
  for (let part = 1; part < 8; part++) {
    yield { name: `cut off at ${part}/8`, pieces: [whole.subarray(0, (whole.length * part) / 8)] };
  }
  const random = randomNumbers(seed);
  for (let run = 1; run <= 8; run++) {
    const changed = Buffer.from(whole);
    for (let i = 0; i < 20; i++) changed[4 + random(changed.length - 4)] = random(256);
    yield { name: `bytes changed, ${run}`, pieces: [changed] };
  }
  const sheets: Record<string, string> = {
    'a cell without an end': `${header}<row><c t="inlineStr"><is><t>${'a'.repeat(size * 8)}`,
    'a long title': `${header}<row>${text('a '.repeat(size))}</row>`,
    'a list of authors': `${header}<row>${text('T')}${text('Ito, A.; '.repeat(size / 9))}</row>`,
    rows: header + `<row>${text('T')}</row>`.repeat(Math.min(size / 8, MANY_RECORDS)),
    'empty rows': header + '<row/>'.repeat(size),
    cells: `${header}<row>${'<c><v>1</v></c>'.repeat(size / 4)}</row>`,
    'the last cell of each row': header + '<row><c r="XFD1"><v>1</v></c></row>'.repeat(size / 40),
    'open elements': header + '<row>'.repeat(size),
    tags: `${header}${'<a>'.repeat(size)}`,
    attributes: `${header}<row ${'a="b" '.repeat(size / 4)}/>`,
    'a tag without an end': `${header}<row ${'a'.repeat(size * 4)}`,
    'rows that count too far': `${header}<row r="99999999999">${text('T')}</row><row r="-1">${text('T')}</row>`,
    comments: header + '<!--x-->'.repeat(size / 4),
    'a header of many columns': `<row>${text('Title')}${text('c').repeat(size / 40)}</row><row>${text('T')}</row>`,
  };
  for (const [name, inside] of Object.entries(sheets)) yield { name, pieces: [workbookOf({ S: inside })] };
  const shares = '<row><c t="s"><v>0</v></c></row>';
  const shared = `<si><t>${'a'.repeat(Math.min(size, 32_000))}</t></si>`;
  yield { name: 'one text in every row', pieces: [workbookOf({ S: header + shares.repeat(size / 40) }, { shared })] };
  yield {
    name: 'texts that unpack without end',
    pieces: [workbookOf({ S: header + shares }, { shared: `<si><t>${'a'.repeat(size * 60)}</t></si>` })],
  };
  yield {
    name: 'many texts',
    pieces: [workbookOf({ S: header + shares }, { shared: '<si><t>a</t></si>'.repeat(size) })],
  };
  const many = Object.fromEntries(Array.from({ length: Math.min(size / 4, 5000) }, (_, i) => [`S${i}`, header]));
  yield { name: 'many sheets', pieces: [workbookOf(many)] };
  const parts = Array.from({ length: Math.min(size / 4, 50_000) }, (_, i) => [`xl/${i}.xml`, 'a'] as const);
  yield { name: 'many parts', pieces: [zipOf({ 'xl/workbook.xml': 'a', ...Object.fromEntries(parts) })] };
}

export function* hostilePdfs(size: number, seed: number): Generator<HostileFile> {
  const whole = pdfOf([[{ text: 'A title', x: 80, y: 700, size: 20 }]]);
  const random = randomNumbers(seed);
  for (let part = 1; part < 8; part++) {
    yield { name: `cut off at ${part}/8`, pieces: [whole.subarray(0, (whole.length * part) / 8)] };
  }
  for (let run = 1; run <= 8; run++) {
    const changed = Buffer.from(whole);
    for (let i = 0; i < 20; i++) changed[8 + random(changed.length - 8)] = random(256);
    yield { name: `bytes changed, ${run}`, pieces: [changed] };
  }
  yield { name: 'content that unpacks without end', pieces: [bombPdf(size * 60)] };
  for (const unit of [
    '[',
    '<<',
    '<</A ',
    '(',
    '1 0 obj\n',
    '1 0 obj\n<</Type/Page>>\nendobj\n',
    'stream\n',
    'trailer<<',
    'a',
  ]) {
    yield { name: `damaged, with ${JSON.stringify(unit)}`, pieces: joined('%PDF-1.5\n', repeated(unit, size * 8), '') };
  }
  for (const [name, objects] of Object.entries(circularPdfs(size))) {
    const bodies = objects.map((body, i) => `${i + 1} 0 obj\n${body}\nendobj\n`);
    yield { name, pieces: ['%PDF-1.5\n', ...bodies, 'trailer\n<< /Root 1 0 R >>\n'] };
  }
  const text = Array.from({ length: Math.min(size / 10, 100_000) }, (_, i) => ({
    text: 'word',
    x: i % 600,
    y: i % 790,
    size: 1,
  }));
  yield { name: 'a page full of words', pieces: [pdfOf([text, text, text])] };
  yield { name: 'a large title', pieces: [pdfOf([[]], { info: { Title: 'a '.repeat(size / 2) } })] };
}

/** The objects of documents that lead whoever follows their references astray. */
function circularPdfs(size: number): Record<string, string[]> {
  const catalog = '<< /Type /Catalog /Pages 2 0 R >>';
  const stream = (text: string, entries = ''): string =>
    `<< ${entries} /Length ${text.length} >>\nstream\n${text}\nendstream`;
  const depth = Math.min(size / 64, 20_000);
  const doubling = (i: number): string =>
    stream(
      '/F Do /F Do',
      `/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F ${i + 1} 0 R >> >>`,
    );
  const page = (rest: string): string[] => [
    catalog,
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] ${rest} >>`,
  ];
  const metadata = (xml: string): string[] => [
    catalog.replace('>>', '/Metadata 4 0 R >>'),
    ...page('').slice(1),
    stream(xml, '/Type /Metadata /Subtype /XML'),
  ];
  return {
    'pages in a circle': [catalog, '<< /Type /Pages /Kids [2 0 R] /Count 1 >>'],
    'pages in pages': [
      catalog,
      ...Array.from({ length: depth }, (_, i) => `<< /Type /Pages /Kids [${i + 3} 0 R] /Count 1 >>`),
    ],
    'a page that is its content': page('/Contents 3 0 R'),
    'forms in forms': [
      ...page('/Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >>'),
      stream('/F Do'),
      ...Array.from({ length: 40 }, (_, i) => doubling(i + 5)),
      stream(
        'BT /T 9 Tf (a) Tj ET',
        '/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << ' +
          '/T << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>',
      ),
    ],
    'metadata with entities that expand': metadata(
      `<!DOCTYPE x [<!ENTITY a "ha">${Array.from({ length: 40 }, (_, i) => `<!ENTITY a${i} "&a${i - 1};&a${i - 1};">`).join('')}]><x>&a39;</x>`,
    ),
    'metadata with elements in each other': metadata('<a>'.repeat(size / 4)),
  };
}

function* hostileDatabases(size: number, seed: number): Generator<HostileFile> {
  const folder = mkdtempSync(path.join(tmpdir(), 'akin-hostile-'));
  try {
    const databaseOf = (fill: (db: ReturnType<typeof createZotero>) => void): Buffer => {
      const file = path.join(folder, 'zotero.sqlite');
      rmSync(file, { force: true });
      const db = createZotero(file);
      db.exec('BEGIN'); // One transaction, or every tag would be a file of its own for a moment.
      fill(db);
      db.exec('COMMIT');
      db.close();
      return readFileSync(file);
    };
    const item = (key: string, unit: string, characters: number): ZoteroItem => ({
      ...{ key, type: 'journalArticle', creators: [['author', 'A', unit.repeat(characters / unit.length / 8)]] },
      fields: {
        title: unit.repeat(characters / unit.length / 8),
        abstractNote: unit.repeat(characters / unit.length / 2),
      },
    });
    const many = <T>(characters: number, make: (i: number) => T): T[] =>
      Array.from({ length: Math.min(20_000, size / characters) }, (_, i) => make(i));
    const book = (parts: Partial<ZoteroItem>): ZoteroItem => ({
      key: 'A',
      type: 'book',
      fields: { title: 'T' },
      ...parts,
    });

    for (const [name, unit] of Object.entries(FILLINGS)) {
      yield { name: `one item: ${name}`, pieces: [databaseOf((db) => addItem(db, item(name, unit, size)))] };
    }
    const one = {
      'too long': book({ fields: { title: 'a'.repeat(size * 4) } }),
      tags: book({ tags: many(32, (i) => `t${i}`) }),
      people: book({ creators: many(32, (i) => ['author', 'A', `B${i}`]) }),
    };
    for (const [name, each] of Object.entries(one)) {
      yield { name: `one item: ${name}`, pieces: [databaseOf((db) => addItem(db, each))] };
    }
    const nested = (parentOf: (i: number, count: number) => number | null) =>
      databaseOf((db) => {
        const ids = many(200, (i) => i + 1);
        for (const id of ids) addCollection(db, id, `collection ${id}`, parentOf(id, ids.length));
        addItem(db, book({ collections: ids }));
        addItem(db, book({ key: 'B', collections: [ids.length] }));
      });
    yield { name: 'collections in each other', pieces: [nested((i) => (i === 1 ? null : i - 1))] };
    yield { name: 'collections in a circle', pieces: [nested((i, count) => (i % count) + 1)] };
    const shared = databaseOf((db) => {
      addItem(db, item('first', 'a', size));
      for (const [table, columns] of [
        ['itemData', 'fieldID, valueID'],
        ['itemCreators', 'creatorID, creatorTypeID, orderIndex'],
      ]) {
        for (const id of many(1000, (i) => i + 2))
          db.exec(`INSERT INTO ${table} SELECT ${id}, ${columns} FROM ${table} WHERE itemID = 1`);
      }
      db.exec(`INSERT INTO items (itemID, itemTypeID, libraryID, key)
        SELECT itemID, 4, 1, itemID FROM itemData WHERE itemID > 1 GROUP BY itemID`);
    });
    yield { name: 'items that share one text', pieces: [shared] };
    const whole = databaseOf((db) => {
      for (const [name, unit] of Object.entries(FILLINGS)) addItem(db, item(name, unit, size / 32));
    });
    yield { name: 'items with everything', pieces: [whole] };
    for (let part = 1; part < 8; part++) {
      yield { name: `cut off at ${part}/8`, pieces: [whole.subarray(0, (whole.length * part) / 8)] };
    }
    const random = randomNumbers(seed);
    for (let run = 1; run <= 8; run++) {
      const changed = Buffer.from(whole);
      for (let i = 0; i < 2000; i++) changed[16 + random(changed.length - 16)] = random(256);
      yield { name: `bytes changed, ${run}`, pieces: [changed] };
    }
    yield {
      name: 'nothing behind its first bytes',
      pieces: joined('SQLite format 3\u0000', repeated('\u0001', size), ''),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A shape's file with one field filled, the others short. */
function filled(file: string, field: string, text: string): string {
  return file.replace(/«(\w+)»/g, (_, name: string) => (name === field ? text : name === 'more' ? '' : `${name} A`));
}

/** The unit again and again, up to `size` characters. */
function* repeated(unit: Unit, size: number): Generator<string> {
  let written = 0;
  for (let i = 0; written < size;) {
    let piece = '';
    if (typeof unit === 'string') piece = unit.repeat(Math.ceil(Math.min(size - written, 65_536) / unit.length));
    else while (piece.length < Math.min(size - written, 65_536)) piece += unit(i++);
    written += piece.length;
    yield piece;
  }
}

function* pieceByPiece(file: string, size: number): Generator<string> {
  const [before, after] = filled(file, 'title', '\u0000').split('\u0000') as [string, string];
  yield* joined(before, repeated('a', size), after);
  yield after === '' ? '' : `\n${filled(file, '', '')}`;
}

function* joined(before: string, pieces: Iterable<string>, after: string): Generator<string> {
  yield before;
  yield* pieces;
  yield after;
}

/** `open` and `close` in equal number around nothing. */
function* around(before: string, open: string, close: string, after: string, size: number): Generator<string> {
  const depth = Math.floor(size / (open.length + close.length));
  yield before;
  yield* repeated(open, depth * open.length);
  yield '0';
  yield* repeated(close, depth * close.length);
  yield after;
}

/** The same numbers for a seed every time: a function that gives one from 0 on below its argument. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48271) % 0x7fffffff) % below;
}
