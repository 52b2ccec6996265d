/** PubMed's XML (efetch, the site's export, the yearly baseline and daily update files): articles and book chapters. */
import type { PaperInput } from '../paper.ts';
import { fieldsWithValue } from './fields.ts';
import type { Found, Source } from './source.ts';
import { child, elements, readXml, rootName, textOf, textsOf, type Reading, type XmlElement } from './xml-records.ts';
import { partsShown } from '../names.ts';
import { yearIn } from './year.ts';

const SETS = ['PubmedArticleSet', 'PubmedBookArticleSet'];
const RECORDS = ['PubmedArticle', 'PubmedBookArticle', 'DeleteCitation'];

export const pubmedXml: Source = {
  name: 'pubmed-xml',
  title: 'PubMed XML',

  detects: (head) => [...SETS, ...RECORDS].includes(rootName(head) ?? ''),

  read: (file): AsyncGenerator<Found> => readXml(file.text(), { records: RECORDS, containers: SETS }, readRecord),
};

function readRecord(record: XmlElement): Reading {
  if (record.name === 'PubmedArticle') return { input: article(record) };
  if (record.name === 'PubmedBookArticle') return { input: bookArticle(record) };
  const reason = `PubMed asks for these to be deleted: ${textsOf(record, 'PMID').join(', ')}`;
  return { reject: { code: 'record-invalid', reason } };
}

function article(record: XmlElement): PaperInput {
  const citation = child(record, 'MedlineCitation');
  const article = child(citation, 'Article');
  const journal = child(article, 'Journal');
  const issue = child(journal, 'JournalIssue');
  const ids = articleIds(child(record, 'PubmedData'));
  const date = child(issue, 'PubDate');
  const mesh = elements(child(citation, 'MeshHeadingList'), 'MeshHeading');
  const abstract = abstractOf(child(article, 'Abstract'));
  const otherAbstracts = elements(citation, 'OtherAbstract').map(abstractOf);
  return {
    title: titleOf(article),
    abstract: abstract || otherAbstracts[0],
    authors: persons(child(article, 'AuthorList')),
    year: yearIn(dateOf(date)) ?? yearIn(dateOf(child(article, 'ArticleDate'))),
    venue: textOf(child(journal, 'Title')) || textOf(child(journal, 'ISOAbbreviation')),
    categories: [
      ...new Set([...mesh.map((heading) => textOf(child(heading, 'DescriptorName'))), ...keywords(citation)]),
    ],
    pmid: textOf(child(citation, 'PMID')) || ids.pubmed,
    doi: ids.doi ?? doiOf(article),
    pmcid: ids.pmc,
    extra: fieldsWithValue({
      type: textsOf(child(article, 'PublicationTypeList'), 'PublicationType'),
      volume: textOf(child(issue, 'Volume')),
      issue: textOf(child(issue, 'Issue')),
      pages: pagesOf(article),
      date: dateOf(date),
      electronicDate: dateOf(child(article, 'ArticleDate')),
      issn: textOf(child(journal, 'ISSN')),
      journalAbbreviation: textOf(child(journal, 'ISOAbbreviation')),
      language: textsOf(article, 'Language'),
      originalTitle: textOf(child(article, 'VernacularTitle')),
      otherAbstracts: abstract === '' ? otherAbstracts.slice(1) : otherAbstracts,
      copyright: textOf(child(article, 'Abstract', 'CopyrightInformation')),
      meshQualifiers: mesh.flatMap((heading) =>
        textsOf(heading, 'QualifierName').map(
          (qualifier) => `${textOf(child(heading, 'DescriptorName'))}/${qualifier}`,
        ),
      ),
      chemicals: elements(child(citation, 'ChemicalList'), 'Chemical').map((each) =>
        textOf(child(each, 'NameOfSubstance')),
      ),
      accessions: elements(child(article, 'DataBankList'), 'DataBank').flatMap((bank) =>
        textsOf(child(bank, 'AccessionNumberList'), 'AccessionNumber'),
      ),
      grants: elements(child(article, 'GrantList'), 'Grant').map((grant) =>
        [...textsOf(grant, 'GrantID'), ...textsOf(grant, 'Agency')].join(', '),
      ),
      affiliations: affiliations(child(article, 'AuthorList')),
      investigators: persons(child(citation, 'InvestigatorList')).map(partsShown),
      conflictOfInterest: textOf(child(citation, 'CoiStatement')),
      country: textOf(child(citation, 'MedlineJournalInfo', 'Country')),
      pii: ids.pii,
      relatedTo: elements(child(citation, 'CommentsCorrectionsList'), 'CommentsCorrections').map((each) =>
        [each.attributes.RefType ?? '', textOf(child(each, 'RefSource')), textOf(child(each, 'PMID'))].join(' ').trim(),
      ),
    }),
  };
}

/** A chapter, or a book as a whole where there is no title of an article. */
function bookArticle(record: XmlElement): PaperInput {
  const document = child(record, 'BookDocument');
  const book = child(document, 'Book');
  const ids = { ...articleIds(child(record, 'PubmedBookData')), ...articleIds(document) };
  const bookTitle = textOf(child(book, 'BookTitle'));
  const collection = textOf(child(book, 'CollectionTitle'));
  const title = titleOf(document);
  const people = [...elements(document, 'AuthorList'), ...elements(book, 'AuthorList')];
  const [authors = [], editors = []] = ['authors', 'editors'].map((type) =>
    people
      .filter((list) => (list.attributes.Type ?? 'authors') === type)
      .map(persons)
      .find((names) => names.length > 0),
  );
  return {
    title: title || bookTitle,
    abstract: abstractOf(child(document, 'Abstract')),
    authors,
    year: yearIn(dateOf(child(book, 'PubDate'))) ?? yearIn(dateOf(child(document, 'ContributionDate'))),
    venue: title === '' ? collection : bookTitle,
    categories: [...new Set(keywords(document))],
    pmid: textOf(child(document, 'PMID')) || ids.pubmed,
    doi: ids.doi ?? doiOf(document) ?? (title === '' ? doiOf(book) : undefined),
    pmcid: ids.pmc,
    extra: fieldsWithValue({
      type: textsOf(document, 'PublicationType'),
      editors,
      collection,
      publisher: textOf(child(book, 'Publisher', 'PublisherName')),
      place: textOf(child(book, 'Publisher', 'PublisherLocation')),
      edition: textOf(child(book, 'Edition')),
      volume: textOf(child(book, 'Volume')),
      pages: pagesOf(document),
      isbn: textsOf(book, 'Isbn'),
      date: dateOf(child(book, 'PubDate')),
      language: textsOf(document, 'Language'),
      originalTitle: textOf(child(document, 'VernacularTitle')),
      copyright: textOf(child(document, 'Abstract', 'CopyrightInformation')),
      affiliations: [...new Set(people.flatMap(affiliations))],
      bookAccession: ids.bookaccession,
    }),
  };
}

/** A title in the paper's own language where there is no English one. */
function titleOf(article: XmlElement | undefined): string {
  const title = textOf(child(article, 'ArticleTitle'));
  const isMissing = title === '' || /^\[?Not available\]?\.?$/i.test(title);
  return isMissing ? textOf(child(article, 'VernacularTitle')) || title : title;
}

/** Each part of an abstract in a line of its own, under the label it has. */
function abstractOf(abstract: XmlElement | undefined): string {
  return elements(abstract, 'AbstractText')
    .map((part) => {
      const label = part.attributes.Label ?? '';
      const text = textOf(part);
      return label === '' || label === 'UNLABELLED' || text === '' ? text : `${label}: ${text}`;
    })
    .filter((text) => text !== '')
    .join('\n');
}

/** The names of a list; one marked as not valid stands beside its correction. */
function persons(list: XmlElement | undefined): object[] {
  return elements(list)
    .filter(({ attributes }) => attributes.ValidYN !== 'N')
    .map((author) => {
      const literal = textOf(child(author, 'CollectiveName'));
      if (literal !== '') return { literal };
      const given = textOf(child(author, 'ForeName')) || textOf(child(author, 'Initials'));
      return { family: textOf(child(author, 'LastName')), given, suffix: textOf(child(author, 'Suffix')) };
    });
}

function affiliations(list: XmlElement | undefined): string[] {
  const all = elements(list, 'Author').flatMap((author) => [
    ...textsOf(author, 'Affiliation'), // Until 2014.
    ...elements(author, 'AffiliationInfo').flatMap((info) => textsOf(info, 'Affiliation')),
  ]);
  return [...new Set(all)];
}

function keywords(citation: XmlElement | undefined): string[] {
  return elements(citation, 'KeywordList').flatMap((list) => textsOf(list, 'Keyword'));
}

/** Identifiers by their type: `pubmed`, `doi`, `pmc`, `pii`, … */
function articleIds(data: XmlElement | undefined): Partial<Record<string, string>> {
  const ids = elements(child(data, 'ArticleIdList'), 'ArticleId');
  return Object.fromEntries(
    ids.map((id): [string, string] => [id.attributes.IdType ?? '', textOf(id)]).filter(([, value]) => value !== ''),
  );
}

function doiOf(article: XmlElement | undefined): string | undefined {
  const locations = elements(article, 'ELocationID');
  const doi = locations.find(({ attributes }) => attributes.EIdType === 'doi' && attributes.ValidYN !== 'N');
  return doi && textOf(doi);
}

function pagesOf(article: XmlElement | undefined): string {
  const pagination = child(article, 'Pagination');
  return (
    textOf(child(pagination, 'MedlinePgn')) ||
    [...textsOf(pagination, 'StartPage'), ...textsOf(pagination, 'EndPage')].join('-')
  );
}

/** "2003 Mar 7", or what stands there where an issue has no such date: "1998 Dec-1999 Jan". */
function dateOf(date: XmlElement | undefined): string {
  const parts = ['Year', 'Season', 'Month', 'Day'].flatMap((part) => textsOf(date, part));
  return parts.join(' ') || textOf(child(date, 'MedlineDate'));
}
