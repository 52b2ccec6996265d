/**
 * Tables as services and programs export them: their headers as they are, below them one paper, by its facts. What every one
 * of them says is read the same.
 */
import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { detectSource, sourceNamed } from '../../src/sources/registry.ts';
import { readText, recordsSeen as records, rejects } from './read.ts';

const TITLE = 'bibliometrix: An R-tool for comprehensive science mapping analysis';
const DOI = '10.1016/j.joi.2017.08.007';
const VENUE = 'Journal of Informetrics';
const ABSTRACT = 'A package of R for the study of literature.';

/** A table with one row: every column named in `cells` holds what it says there. */
function table(header: string, cells: Record<string, string>, delimiter = ','): string {
  const names = header.split(delimiter);
  for (const name of Object.keys(cells)) if (!names.includes(name)) throw new Error(`no column ${name}`);
  const quoted = (field: string): string => (/[",\n;]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
  return `${names.map(quoted).join(delimiter)}\n${names.map((name) => quoted(cells[name] ?? '')).join(delimiter)}\n`;
}

const SERVICES: Record<string, { text: string; authors: string[]; missing?: string[] }> = {
  OpenAlex: {
    text: table(
      'id,abstract,authorships.author.display_name,authorships.author.id,authorships.countries,cited_by_count,display_name,doi,fwci,ids.pmid,is_retracted,language,primary_location.source.display_name,primary_topic.display_name,publication_date,publication_year,type',
      {
        id: 'https://openalex.org/W2755950973',
        abstract: ABSTRACT,
        'authorships.author.display_name': 'Massimo Aria|Corrado Cuccurullo',
        display_name: TITLE,
        doi: `https://doi.org/${DOI}`,
        'primary_location.source.display_name': VENUE,
        'primary_topic.display_name': 'scientometrics and bibliometrics research',
        publication_year: '2017',
      },
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  Lens: {
    text: table(
      'Lens ID,Title,Date Published,Publication Year,Publication Type,Source Title,ISSNs,Publisher,Source Country,Author/s,Abstract,Volume,Issue Number,Start Page,End Page,Fields of Study,Keywords,MeSH Terms,Chemicals,Funding,Source URLs,External URL,PMID,DOI,Microsoft Academic ID,PMCID,Citing Patents Count,References,Citing Works Count',
      {
        Title: TITLE,
        'Publication Year': '2017',
        'Source Title': VENUE,
        'Author/s': 'Massimo Aria; null Cuccurullo',
        Abstract: ABSTRACT,
        'External URL': `http://dx.doi.org/${DOI}`,
        DOI,
      },
    ),
    authors: ['Massimo Aria', 'Cuccurullo'],
  },
  Dimensions: {
    text:
      '"About the data: Exported on Sep 30, 2026. Criteria: ""science mapping"" in title and abstract."\n' +
      table(
        'Rank,Publication ID,DOI,PMID,PMCID,ISBN,Title,Abstract,Acknowledgements,Funding,Source title,Anthology title,Publisher,ISSN,MeSH terms,Publication date,PubYear,Publication date (online),Publication date (print),Volume,Issue,Pagination,Open Access,Publication Type,Document Type,Authors,Corresponding Authors,Authors Affiliations,Times cited,Source Linkout,Dimensions URL',
        {
          Rank: '1',
          DOI,
          Title: TITLE,
          Abstract: ABSTRACT,
          'Source title': VENUE,
          PubYear: '2017',
          Authors: 'Aria, Massimo; Cuccurullo, Corrado',
          'Corresponding Authors': 'Aria, Massimo (University of Naples)',
        },
      ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  'Publish or Perish': {
    text: table(
      'Cites,Authors,Title,Year,Source,Publisher,ArticleURL,CitesURL,GSRank,QueryDate,Type,DOI,ISSN,CitationURL,Volume,Issue,StartPage,EndPage,ECC,CitesPerYear,CitesPerAuthor,AuthorCount,Age,Abstract,FullTextURL,RelatedURL',
      { Authors: 'M Aria, C Cuccurullo', Title: TITLE, Year: '2017', Source: VENUE, DOI, Abstract: ABSTRACT },
    ),
    authors: ['M Aria', 'C Cuccurullo'],
  },
  'Google Scholar': {
    text: table('Authors,Title,Publication,Volume,Number,Pages,Year,Publisher', {
      ...{ Authors: 'Aria, Massimo; Cuccurullo, Corrado; ', Title: TITLE, Publication: VENUE, Year: '2017' },
    }),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
    missing: ['doi', 'abstract'],
  },
  PubMed: {
    text: table(
      'PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI',
      {
        Title: TITLE,
        Authors: 'Aria M, Cuccurullo C.',
        'First Author': 'Aria M',
        'Journal/Book': VENUE,
        'Publication Year': '2017',
        DOI,
      },
    ),
    authors: ['M Aria', 'C Cuccurullo'],
    missing: ['abstract'],
  },
  Embase: {
    text:
      'SEARCH QUERY,bibliometrix\n\n' +
      table(
        'Title,Original Title,Author Names,Correspondence Address,Editors,Source,Abstract,Original Abstract,Emtree Drug Index Terms (Major Focus),Emtree Medical Index Terms,Drug Tradenames,Open URL Link,Copyright,DOI',
        {
          Title: TITLE,
          'Author Names': 'Aria M., Cuccurullo C.',
          Source: `${VENUE} (2017) 11:4 (959-975). Date of Publication: 1 Nov 2017`,
          Abstract: ABSTRACT,
          DOI,
        },
      ),
    authors: ['M. Aria', 'C. Cuccurullo'],
  },
  'Embase, as it is now': {
    text: table(
      'Title,Author Names,Source,Source title,Publication Year,Volume,Issue,First Page,Last Page,Date of Publication,Publication Type,ISSN,Abstract,Author Keywords,Emtree Medical Index Terms,PUI,DOI,Full Text Link,Embase Link',
      {
        Title: TITLE,
        'Author Names': 'Aria M., Cuccurullo C.',
        'Source title': VENUE,
        'Publication Year': '2017',
        Abstract: ABSTRACT,
        DOI,
      },
    ),
    authors: ['M. Aria', 'C. Cuccurullo'],
  },
  Cochrane: {
    text: table(
      'Cochrane Review ID,Author(s),Title,Source,Year,Abstract,Issue,Publisher,ISSN,Keywords,DOI,URL,Cochrane Review Group Code',
      { 'Author(s)': 'Aria, M; Cuccurullo, C', Title: TITLE, Source: VENUE, Year: '2017', Abstract: ABSTRACT, DOI },
    ),
    authors: ['M Aria', 'C Cuccurullo'],
  },
  Covidence: {
    text: table(
      'Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,Accession Number,DOI,Ref,Covidence #,Study,Notes,Tags',
      {
        Title: TITLE,
        Authors: 'Aria, Massimo; Cuccurullo, Corrado',
        Abstract: ABSTRACT,
        'Published Year': '2017',
        Journal: VENUE,
        DOI,
        'Covidence #': '#12',
      },
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  Rayyan: {
    text: table(
      'key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,location,abstract,notes,doi,keywords,pubmed_id,pmc_id',
      {
        key: 'rayyan-1',
        title: TITLE,
        year: '2017',
        journal: VENUE,
        authors: 'Aria, Massimo and Cuccurullo, Corrado',
        abstract: ABSTRACT,
        doi: DOI,
      },
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  Scopus: {
    text: table(
      'Authors,Author full names,Author(s) ID,Title,Year,Source title,Volume,Issue,Art. No.,Page start,Page end,Cited by,DOI,Link,Affiliations,Authors with affiliations,Abstract,Author Keywords,Index Keywords,Funding Details,References,Correspondence Address,Editors,Publisher,Conference name,ISSN,ISBN,PubMed ID,Language of Original Document,Abbreviated Source Title,Document Type,Publication Stage,Open Access,Source,EID',
      {
        Authors: 'Aria M.; Cuccurullo C.',
        'Author full names': 'Aria, Massimo (36600400500); Cuccurullo, Corrado (15055325800)',
        Title: TITLE,
        Year: '2017',
        'Source title': VENUE,
        DOI,
        Abstract: ABSTRACT,
        Source: 'Scopus',
      },
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  'Web of Science, tags between tabs': {
    text: table(
      'PT\tAU\tBA\tBE\tGP\tAF\tBF\tCA\tTI\tSO\tSE\tBS\tLA\tDT\tCT\tCY\tCL\tSP\tHO\tDE\tID\tAB\tC1\tRP\tEM\tRI\tOI\tFU\tFX\tCR\tNR\tTC\tZ9\tU1\tU2\tPU\tPI\tPA\tSN\tEI\tBN\tJ9\tJI\tPD\tPY\tVL\tIS\tPN\tSU\tSI\tMA\tBP\tEP\tAR\tDI\tD2\tEA\tPG\tWC\tSC\tGA\tUT\tPM\tOA\tHC\tHP\tDA',
      {
        AU: 'Aria, M; Cuccurullo, C',
        AF: 'Aria, Massimo; Cuccurullo, Corrado',
        TI: TITLE,
        SO: VENUE,
        AB: ABSTRACT,
        ID: 'SCIENCE MAPPING',
        PD: 'NOV',
        PY: '2017',
        DI: DOI,
        DA: '2021-12-15',
      },
      '\t',
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  'Web of Science, in words': {
    text: table(
      'Publication Type\tAuthors\tBook Authors\tBook Editors\tBook Group Authors\tAuthor Full Names\tBook Author Full Names\tGroup Authors\tArticle Title\tSource Title\tBook Series Title\tLanguage\tDocument Type\tConference Title\tAuthor Keywords\tKeywords Plus\tAbstract\tAddresses\tISSN\tJournal Abbreviation\tPublication Date\tPublication Year\tVolume\tDOI\tDOI Link\tBook DOI\tEarly Access Date\tWoS Categories\tPubmed Id\tDate of Export\tUT (Unique WOS ID)\tWeb of Science Record',
      {
        'Publication Type': 'J',
        Authors: 'Aria, M; Cuccurullo, C',
        'Author Full Names': 'Aria, Massimo; Cuccurullo, Corrado',
        'Article Title': TITLE,
        'Source Title': VENUE,
        Abstract: ABSTRACT,
        'Publication Year': '2017',
        DOI,
        'DOI Link': `http://dx.doi.org/${DOI}`,
      },
      '\t',
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  'IEEE Xplore': {
    text: table(
      'Document Title,Authors,Author Affiliations,Publication Title,Date Added To Xplore,Publication Year,Volume,Issue,Start Page,End Page,Abstract,ISSN,ISBNs,DOI,Funding Information,PDF Link,Author Keywords,IEEE Terms,Mesh_Terms,Article Citation Count,Patent Citation Count,Reference Count,License,Online Date,Issue Date,Meeting Date,Publisher,Document Identifier',
      {
        'Document Title': TITLE,
        Authors: 'M. Aria; C. Cuccurullo',
        'Publication Title': VENUE,
        'Publication Year': '2017',
        Abstract: ABSTRACT,
        DOI,
      },
    ),
    authors: ['M. Aria', 'C. Cuccurullo'],
  },
  'ACM Digital Library': {
    text: table(
      'type,id,author,editor,advisor,note,title,pages,article_no,num_pages,keywords,doi,journal,issue_date,volume,issue_no,description,month,year,issn,booktitle,acronym,edition,isbn,conf_loc,publisher,publisher_loc',
      {
        id: '2956643',
        author: 'Massimo Aria and Corrado Cuccurullo',
        title: TITLE,
        doi: DOI,
        journal: VENUE,
        year: '2017',
        issue_date: 'November 2017',
      },
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
    missing: ['abstract'],
  },
  Springer: {
    text:
      table(
        'Item Title,Publication Title,Book Series Title,Journal Volume,Journal Issue,Item DOI,Authors,Publication Year,URL,Content Type',
        {
          'Item Title': TITLE,
          'Publication Title': VENUE,
          'Item DOI': DOI,
          Authors: 'Massimo AriaCorrado CuccurulloWaldo R. Tobler',
          'Publication Year': '2017',
        },
      ) + 'Another,,,,,,Michel CallonJean-Pierre CourtialWilliam Turner,1983,,Article\n',
    authors: ['Massimo Aria', 'Corrado Cuccurullo', 'Waldo R. Tobler'],
    missing: ['abstract'],
  },
  ProQuest: {
    text: table(
      'Title\tAbstract\tStoreId\tArticleType\tAuthors\tclassification\tcoden\tcopyright\tdigitalObjectIdentifier\tdocumentType\tentryDate\tidentifierKeyword\tissn\tissue\tlanguage\tpages\tpubdate\tpubtitle\tsubjectTerms\tsubjects\tvolume\tyear\tDocumentURL',
      {
        Title: TITLE,
        Abstract: ABSTRACT,
        Authors: 'Aria, Massimo; Cuccurullo, Corrado.',
        digitalObjectIdentifier: DOI,
        pubdate: 'Nov 2017',
        pubtitle: VENUE,
        year: '2017',
      },
      '\t',
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  EBSCOhost: {
    text: table(
      'Article Title,Author,Journal Title,ISSN,ISBN,Publication Date,Volume,Issue,First Page,Page Count,Accession Number,DOI,Publisher,Doctype,Subjects,Keywords,Abstract,PLink',
      {
        'Article Title': TITLE,
        Author: 'Aria, Massimo; Cuccurullo, Corrado;',
        'Journal Title': VENUE,
        'Publication Date': '20171101',
        DOI,
        Abstract: ABSTRACT,
      },
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  'EBSCO, as it is now': {
    text: table(
      'an,title,abstract,publicationDate,contributors,docTypes,pubTypes,coverDate,peerReviewed,source,subjects,doi,issns,volume,issue,pageStart,pageEnd,isOpenAccess,language,publisher,plink',
      {
        title: TITLE,
        abstract: ABSTRACT,
        publicationDate: '20171101',
        contributors: 'Aria, Massimo ; Cuccurullo, Corrado',
        source: VENUE,
        doi: DOI,
      },
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  'SciELO and LILACS': {
    text: table(
      'ID,Title,Authors,Source,Journal,Database,Type,Language,Publication year,Descriptor(s),Publication Country,Fulltext URL,Abstract,Entry Date,Volume number,Issue number,DOI,ISSN,Accession number,PMCID',
      {
        Title: TITLE,
        Authors: 'Aria, Massimo; Cuccurullo, Corrado',
        Source: 'J. Informetr; 11(4): 959-975, nov. 2017.',
        Journal: VENUE,
        'Publication year': '2017',
        Abstract: ABSTRACT,
        DOI,
      },
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  'CAB Abstracts': {
    text: table('Title,Authors,Source,Abstract Text,Year of Publication,Doi,Languages of Text,Publisher', {
      ...{ Title: TITLE, Authors: 'Aria, M.;Cuccurullo, C.', Source: VENUE, 'Abstract Text': ABSTRACT },
      ...{ 'Year of Publication': '2017', Doi: DOI },
    }),
    authors: ['M. Aria', 'C. Cuccurullo'],
  },
  Zotero: {
    text: table(
      'Key,Item Type,Publication Year,Author,Title,Publication Title,ISBN,ISSN,DOI,Url,Abstract Note,Date,Date Added,Date Modified,Access Date,Pages,Issue,Volume,Short Title,Type,Extra,Notes,Manual Tags,Automatic Tags,Editor,Contributor,Conference Name',
      {
        Key: 'XFHTRUHI',
        'Item Type': 'journalArticle',
        'Publication Year': '2017',
        Author: 'Aria, Massimo; Cuccurullo, Corrado',
        Title: TITLE,
        'Publication Title': VENUE,
        DOI,
        'Abstract Note': ABSTRACT,
        Date: '2017-11-01',
        'Date Added': '2021-12-15 11:03:11',
      },
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  JabRef: {
    text: table(
      'Identifier,BibliographyType,Address,Annote,Author,Booktitle,Chapter,Edition,Editor,Journal,Month,Note,Number,Pages,Publisher,Series,Title,URL,Volume,Year,DOI',
      {
        Identifier: 'Aria2017',
        Author: 'Massimo Aria and Corrado Cuccurullo',
        Journal: VENUE,
        Title: TITLE,
        Year: '2017',
        DOI,
      },
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
    missing: ['abstract'],
  },
  EndNote: {
    text: table(
      'Reference Type\tAuthor\tYear\tTitle\tSecondary Title\tVolume\tIssue\tPages\tDOI\tKeywords\tAbstract\tURL',
      {
        'Reference Type': 'Journal Article',
        Author: 'Aria, Massimo// Cuccurullo, Corrado',
        Year: '2017',
        Title: TITLE,
        'Secondary Title': VENUE,
        DOI,
        Abstract: ABSTRACT,
      },
      '\t',
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  Mendeley: {
    text: table('Authors,Title,Year,Published In,Abstract,DOI,Type,Tags,Url', {
      ...{ Authors: 'Massimo Aria, Corrado Cuccurullo', Title: TITLE, Year: '2017', 'Published In': VENUE },
      ...{ Abstract: ABSTRACT, DOI },
    }),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  ASReview: {
    text: table(
      'record_id,title,abstract,notes_abstract,first_authors,publication_year,secondary_title,doi,type_of_reference,label_included',
      {
        title: TITLE,
        abstract: ABSTRACT,
        first_authors: "['Aria, Massimo', 'Cuccurullo, Corrado']",
        publication_year: '2017//',
        secondary_title: VENUE,
        doi: DOI,
      },
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  'Semantic Scholar, by way of pandas': {
    text: table(',paperId,externalIds,title,abstract,year,venue,authors', {
      '': '0',
      paperId: '0123456789abcdef0123456789abcdef01234567',
      externalIds: `{'DOI': '${DOI}', 'CorpusId': 8236317}`,
      title: TITLE,
      abstract: ABSTRACT,
      year: '2017.0',
      venue: VENUE,
      authors: "[{'authorId': '2110', 'name': 'Massimo Aria'}, {'authorId': None, 'name': 'Corrado Cuccurullo'}]",
    }),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  'Europe PMC': {
    text: table(
      'ID,SOURCE,PMID,PMCID,DOI,TITLE,AUTHORS,JOURNAL_TITLE,ISSUE,VOLUME,YEAR,ISSN,PAGE_INFO,PUB_TYPE,ABSTRACT',
      {
        ...{ SOURCE: 'MED', DOI, TITLE, AUTHORS: 'Aria M, Cuccurullo C', JOURNAL_TITLE: VENUE, YEAR: '2017' },
        ABSTRACT,
      },
    ),
    authors: ['M Aria', 'C Cuccurullo'],
  },
  Elicit: {
    text: table('Title,Authors,DOI,DOI link,Venue,Citation count,Year,Abstract,Summary', {
      ...{ Title: TITLE, Authors: 'Massimo Aria, Corrado Cuccurullo', DOI, Venue: VENUE, Year: '2017' },
      ...{ Abstract: ABSTRACT, Summary: 'A tool.' },
    }),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
  CNKI: {
    text: table(
      'SrcDatabase-来源库\tTitle-题名\tAuthor-作者\tOrgan-单位\tSource-文献来源\tKeyword-关键词\tSummary-摘要\tPubTime-发表时间\tFirstDuty-第一责任人\tFund-基金\tYear-年\tPeriod-期\tRoll-卷\tPageCount-页码\tDOI-DOI',
      {
        'SrcDatabase-来源库': '期刊',
        'Title-题名': TITLE,
        'Author-作者': 'Massimo Aria;Corrado Cuccurullo;',
        'Source-文献来源': VENUE,
        'Summary-摘要': ABSTRACT,
        'PubTime-发表时间': '2017-11-01',
        'DOI-DOI': DOI,
      },
      '\t',
    ),
    authors: ['Massimo Aria', 'Corrado Cuccurullo'],
  },
};

const LANGUAGES: Record<string, string[]> = {
  German: ['Titel', 'Autor/in', 'Erscheinungsjahr', 'Zeitschrift', 'Zusammenfassung', 'DOI', 'Schlagwörter'],
  'German, otherwise': ['Haupttitel', 'Verfasser', 'Jahr', 'erschienen in', 'Kurzfassung', 'DOI', 'Stichworte'],
  French: ["Titre de l'article", 'Auteur(s)', 'Année de publication', 'Revue', 'Résumé', 'DOI', 'Mots-clés'],
  Spanish: ['Título', 'Autores/as', 'Año', 'Revista', 'Resumen', 'DOI', 'Palabras clave'],
  Portuguese: ['Título do artigo', 'Autor(es)', 'Ano de publicação', 'Periódico', 'Resumo', 'DOI', 'Palavras-chave'],
  Italian: ['TITOLO', 'AUTORI', 'ANNO', 'RIVISTA', 'RIASSUNTO', 'DOI', 'PAROLE CHIAVE'],
  Chinese: ['标题', '作者', '出版年', '来源出版物', '摘要', 'DOI号', '关键词'],
  'Chinese, traditional': ['題名', '作者', '年份', '期刊名稱', '摘要', 'DOI', '關鍵詞'],
};

async function papersIn(text: string) {
  const source = detectSource(text);
  expect(source?.name).toBe('csv');
  const found = await readText(source!, text);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
}

describe('a table', () => {
  it.each(Object.entries(SERVICES))('of %s', async (_, { text, authors, missing = [] }) => {
    const [paper] = await papersIn(text);
    expect(paper).toMatchObject({ title: TITLE, authors, year: 2017, venue: VENUE });
    expect(paper!.abstract).toBe(missing.includes('abstract') ? '' : ABSTRACT);
    expect(paper!.ids.doi).toBe(missing.includes('doi') ? undefined : DOI);
  });

  it.each(Object.entries(LANGUAGES))('in %s', async (_, header) => {
    const cells = [TITLE, 'Aria, Massimo; Cuccurullo, Corrado', '2017', VENUE, ABSTRACT, DOI, 'maps; papers'];
    const [paper] = await papersIn(
      table(header.join('|'), Object.fromEntries(header.map((name, i) => [name, cells[i]!])), '|'),
    );
    expect(paper).toMatchObject({
      ...{ title: TITLE, authors: ['Massimo Aria', 'Corrado Cuccurullo'], year: 2017, venue: VENUE },
      ...{ abstract: ABSTRACT, ids: { doi: DOI }, categories: ['maps', 'papers'], extra: {} },
    });
  });
});

describe('a header', () => {
  it.each([
    ['told to Excel', 'sep=;\nTitle;Year\nT;2016\n'],
    ['told to Excel, quoted', '\ufeff"sep=;"\r\nTitle;Year\r\nT;2016\r\n'],
    ['below a title and a date', 'My list\n\nExported on 1 May 2026\nTitle;Authors;Year\nT;A;2016\n'],
    ['below a long search', 'Search results for\t"title, abstract, year"\n1\nTitle\tYear\nT\t2016\n'],
    ['below a text of several lines', '"What was\nsearched for, and\nwhen"\nTitle,Year\nT,2016\n'],
    ['in other letters, with units', '"TITLE (original)",YEAR [YYYY]\nT,2016\n'],
    ['with a line end in it', '"Title\nof the paper",Year\nT,2016\n'],
  ])('is found: %s', async (_, text) => {
    expect(await papersIn(text)).toMatchObject([{ title: 'T', year: 2016 }]);
  });

  it('is the first line that can be one, unless another knows more', async () => {
    const rows = 'Title,Authors\nTitle,My name\nThe title of a paper,Year\n';
    expect((await papersIn(rows)).map(({ title }) => title)).toEqual(['Title', 'The title of a paper']);
    expect(await papersIn('Title,my list of maps\nTitle,Authors,Year\nT,A,2016\n')).toMatchObject([{ year: 2016 }]);
  });

  it('that nobody knows is told, with the columns it has and what would help', async () => {
    const text =
      'Nummer;Bezeichnung;Wer;Wann\n1;Eine Karte der ganzen Welt;Ito, Ai;2016\n2;Noch eine Karte der Welt;Ode, Bo;2017\n';
    const source = detectSource(text);
    expect(source?.name).toBe('csv');
    expect(await readText(source!, text)).toMatchObject([
      {
        reject: {
          code: 'format-unknown',
          reason:
            'no column has the name of one that holds titles or abstracts; the columns are: Nummer, Bezeichnung, Wer, Wann; ' +
            '--map year=Wann --map authors=Wer --map title=Bezeichnung would say which is which',
        },
      },
    ]);
    expect(detectSource('A sentence, with commas.\nAnother one,\nand, a, third.\n')).toBeUndefined();
  });

  it('of which hardly a column was understood is told as well', async () => {
    const remarks = async (text: string) =>
      records(await readText(detectSource(text)!, text)).map(({ remarks: [remark] = [] }) => remark);
    expect(await remarks('title,Wer,Wann,Nr\nT,"Ito, Ai; Ode, Bo",2016,1\nU,"Pax, Cy",2017,2\n')).toEqual([
      "3 of the table's 4 columns were not used, and are kept under extra: Wer, Wann, Nr; " +
        '--map year=Wann --map authors=Wer would say which is which',
      undefined,
    ]);
    expect(await remarks('title,rank,label\nT,1,0\n')).toEqual([
      "2 of the table's 3 columns were not used, and are kept under extra: rank, label; " +
        '--map authors=COLUMN --map year=COLUMN would say which is which',
    ]);
    expect(await remarks('title,abstract,label\nT,A,0\n')).toEqual([undefined]);
    expect(await remarks('title,author,year,volume,number,pages\nT,A,2016,1,2,3\n')).toEqual([undefined]);
  });
});

describe('a column', () => {
  const extra = async (text: string) => (await papersIn(text)).map((paper) => paper.extra);

  it.each([
    ['2016', 2016],
    ['2016.0', 2016],
    ['2,016', 2016],
    ['2.016,00', 2016],
    ['2016-03-01', 2016],
    ['2016/2017', 2016],
    ['20160301', 2016],
    ['1 March 2016', 2016],
    ['März 2016', 2016],
    ['01.03.2016', 2016],
    ['3/1/2016 12:00', 2016],
    ['5 de mayo de 2016', 2016],
    ['2016年3月', 2016],
    ['in press', null],
    ['n.d.', null],
    ['1990s', null],
    ['since 2016', null],
  ])('of years may say %s', async (value, year) => {
    expect(await papersIn(`title;year\nT;${value}\n`)).toMatchObject([{ year }]);
    expect(await papersIn(`title;publication date\nT;${value}\n`)).toMatchObject([{ year }]);
  });

  it('of dates may count days, as spreadsheets do', async () => {
    expect(await papersIn('title,date\nT,42430\n')).toMatchObject([{ year: 2016, extra: { date: '42430' } }]);
  });

  it('that may mean several things means the best of them', async () => {
    expect(await extra('Title,Source,Source title\nT,Scopus,Lemmas\n')).toEqual([{ Source: 'Scopus' }]);
    expect(await papersIn('Title,Source\nT,Lemmas\nU,PubMed\n')).toMatchObject([
      { venue: 'Lemmas' },
      { venue: null, extra: { Source: 'PubMed' } },
    ]);
    expect(await papersIn('Title,First Author\nT,Ito A\n')).toMatchObject([{ authors: ['A Ito'] }]);
    expect(await extra('Title,Authors,First Author\nT,Ito A,Ito A\n')).toEqual([{ 'First Author': 'Ito A' }]);
    expect(detectSource('id,description\n1,two\n')).toBeUndefined();
  });

  it('that says nothing in many words says nothing', async () => {
    const [paper] = await papersIn(
      'Title,Authors,Abstract,Journal,DOI,Keywords\nT,[No author name available],[No abstract available],N/A,NA,nan\n',
    );
    expect(paper).toMatchObject({ authors: [], abstract: '', venue: null, ids: {}, categories: [] });
  });

  it('of keywords is not parted by commas in brackets', async () => {
    expect(
      await papersIn('title,keywords\nT,"sheep, cyst (diagnosis, surgery), a (b"\nU,"maps, lemmas (all, of them)"\n'),
    ).toMatchObject([
      { categories: ['sheep', 'cyst (diagnosis', 'surgery)', 'a (b'] },
      { categories: ['maps', 'lemmas (all, of them)'] },
    ]);
  });

  it.each([
    ['Author 1,Author 2,Author 3', '"Ito, Ai",Bo Ode,'],
    ['Author,Author,Author', '"Ito, Ai",Bo Ode,'],
    ['Author 1 last name,Author 1 first name,Author 2 last name,Author 2 first name', 'Ito,Ai,Ode,Bo'],
    ['Nachname1,Vorname1,Nachname2,Vorname2', 'Ito,Ai,Ode,Bo'],
  ])('may hold one author of several: %s', async (header, row) => {
    expect(await papersIn(`title,${header}\nT,${row}\n`)).toMatchObject([{ authors: ['Ai Ito', 'Bo Ode'], extra: {} }]);
  });

  it('whose list of authors ends in "et al." keeps that', async () => {
    expect(await papersIn('title,authors\nT,"Ito A, Ode B, et al."\n')).toMatchObject([
      { authors: ['A Ito', 'B Ode'], extra: { authors: 'Ito A, Ode B, et al.' } },
    ]);
  });
});

it.each(['Keywords,', 'Title,Authors,', 'Last name,First name,'])(
  'is read in a time that grows with its length, however many columns are named alike: %s',
  async (name) => {
    const secondsFor = async (n: number): Promise<number> => {
      const text = `Title,${name.repeat(n)}\n${'a,b\n'.repeat(n)}`;
      const before = process.cpuUsage();
      expect(await readText(sourceNamed('csv'), text, 65_536)).toHaveLength(n);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e6;
    };
    const few = await secondsFor(1000);
    expect(await secondsFor(4000)).toBeLessThan(Math.max(1, 8 * few)); // Four times as long.
  },
  60_000,
);
