import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { pubmedXml } from '../../src/sources/pubmed-xml.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

const set = (content: string) => `<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://x.org/pubmed_250101.dtd">
<PubmedArticleSet>${content}</PubmedArticleSet>`;

async function paperFrom(record: string) {
  const found = await readText(pubmedXml, set(record));
  expect(rejects(found)).toEqual([]);
  return toPaper(records(found)[0]!.input);
}

const article = (inside: string, citation = '', data = '') => `<PubmedArticle><MedlineCitation Status="MEDLINE">
  <PMID Version="1">123</PMID><Article PubModel="Print">${inside}</Article>${citation}</MedlineCitation>
  <PubmedData>${data}</PubmedData></PubmedArticle>`;

describe('an article of PubMed', () => {
  it('gives every field its place', async () => {
    const paper = await paperFrom(
      article(
        `<Journal><ISSN IssnType="Print">1234-5678</ISSN><JournalIssue><Volume>7</Volume><Issue>2</Issue>
          <PubDate><Year>2018</Year><Month>May</Month><Day>17</Day></PubDate></JournalIssue>
          <Title>The journal of ropes</Title><ISOAbbreviation>J Ropes</ISOAbbreviation></Journal>
        <ArticleTitle>Effect of <i>Q. fictus</i> on CO<sub>2</sub> in ropes.</ArticleTitle>
        <Pagination><StartPage>11</StartPage><EndPage>19</EndPage><MedlinePgn>11-9</MedlinePgn></Pagination>
        <ELocationID EIdType="pii" ValidYN="Y">S1</ELocationID><ELocationID EIdType="doi" ValidYN="Y">10.5555/elocation</ELocationID>
        <Abstract><AbstractText Label="AIMS" NlmCategory="OBJECTIVE">To <b>tie</b> 10<sup>5</sup> knots.</AbstractText>
          <AbstractText Label="UNLABELLED">We tied.</AbstractText><AbstractText/><AbstractText>It held.</AbstractText>
          <CopyrightInformation>© Ropes</CopyrightInformation></Abstract>
        <AuthorList CompleteYN="Y">
          <Author ValidYN="Y"><LastName>Ekman</LastName><ForeName>Ann B</ForeName><Initials>AB</Initials><Suffix>Jr</Suffix>
            <AffiliationInfo><Affiliation>Rope U, Lund.</Affiliation></AffiliationInfo></Author>
          <Author ValidYN="N"><LastName>Itoh</LastName><Initials>C</Initials></Author>
          <Author ValidYN="Y"><LastName>Ito</LastName><Initials>C</Initials></Author>
          <Author ValidYN="Y"><CollectiveName>Rope Study Group</CollectiveName></Author></AuthorList>
        <Language>eng</Language>
        <GrantList><Grant><GrantID>R01</GrantID><Agency>NRI</Agency></Grant></GrantList>
        <PublicationTypeList><PublicationType UI="D1">Journal Article</PublicationType></PublicationTypeList>`,
        `<MedlineJournalInfo><Country>Sweden</Country></MedlineJournalInfo>
        <ChemicalList><Chemical><RegistryNumber>0</RegistryNumber><NameOfSubstance UI="D2">Hemp</NameOfSubstance></Chemical></ChemicalList>
        <CommentsCorrectionsList><CommentsCorrections RefType="ErratumIn"><RefSource>J Ropes. 2019</RefSource><PMID>124</PMID>
          </CommentsCorrections></CommentsCorrectionsList>
        <MeshHeadingList><MeshHeading><DescriptorName UI="D3">Ropes</DescriptorName>
          <QualifierName UI="Q1">adverse effects</QualifierName></MeshHeading>
          <MeshHeading><DescriptorName UI="D4">Humans</DescriptorName></MeshHeading></MeshHeadingList>
        <KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">knots</Keyword><Keyword>Humans</Keyword></KeywordList>
        <CoiStatement>None but ropes.</CoiStatement>
        <InvestigatorList><Investigator><LastName>Day</LastName><ForeName>Cy</ForeName></Investigator></InvestigatorList>`,
        `<ArticleIdList><ArticleId IdType="pubmed">123</ArticleId><ArticleId IdType="doi">10.5555/ROPE</ArticleId>
          <ArticleId IdType="pmc">PMC77</ArticleId><ArticleId IdType="pii">S1</ArticleId></ArticleIdList>
        <ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.5555/other</ArticleId></ArticleIdList></Reference></ReferenceList>`,
      ),
    );
    expect(paper).toEqual({
      id: 'doi:10.5555/rope',
      title: 'Effect of Q. fictus on CO2 in ropes.',
      abstract: 'AIMS: To tie 105 knots.\nWe tied.\nIt held.',
      authors: ['Ann B Ekman Jr', 'C Ito', 'Rope Study Group'],
      year: 2018,
      venue: 'The journal of ropes',
      url: null,
      ids: { doi: '10.5555/rope', pmid: '123', pmcid: 'PMC77' },
      categories: ['Ropes', 'Humans', 'knots'],
      extra: {
        type: ['Journal Article'],
        volume: '7',
        issue: '2',
        pages: '11-9',
        date: '2018 May 17',
        issn: '1234-5678',
        journalAbbreviation: 'J Ropes',
        language: ['eng'],
        copyright: '© Ropes',
        meshQualifiers: ['Ropes/adverse effects'],
        chemicals: ['Hemp'],
        grants: ['R01, NRI'],
        affiliations: ['Rope U, Lund.'],
        investigators: ['Cy Day'],
        conflictOfInterest: 'None but ropes.',
        country: 'Sweden',
        pii: 'S1',
        relatedTo: ['ErratumIn J Ropes. 2019 124'],
      },
    });
  });

  it.each([
    ['<PubDate><MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate>', 1998, '1998 Dec-1999 Jan'],
    ['<PubDate><Year>2001</Year><Season>Spring</Season></PubDate>', 2001, '2001 Spring'],
    ['<PubDate><MedlineDate>Winter</MedlineDate></PubDate>', null, 'Winter'],
    ['', null, undefined],
  ])('has a year where its issue has one: %s', async (date, year, text) => {
    const paper = await paperFrom(
      article(`<Journal><JournalIssue>${date}</JournalIssue></Journal><ArticleTitle>x</ArticleTitle>`),
    );
    expect([paper.year, paper.extra.date]).toEqual([year, text]);
  });

  it('has the year of its publication online where its issue has none', async () => {
    const paper = await paperFrom(
      article('<ArticleTitle>x</ArticleTitle><ArticleDate><Year>2020</Year></ArticleDate>'),
    );
    expect(paper).toMatchObject({ year: 2020, extra: { electronicDate: '2020' } });
  });

  it('has the DOI of its location where the list of identifiers has none, unless that is marked as wrong', async () => {
    const doi = (valid: string) =>
      `<ArticleTitle>x</ArticleTitle><ELocationID EIdType="doi" ValidYN="${valid}">10.5555/e</ELocationID>`;
    expect((await paperFrom(article(doi('Y')))).ids.doi).toBe('10.5555/e');
    expect((await paperFrom(article(doi('N')))).ids.doi).toBeUndefined();
  });

  it('has its own language’s title and another abstract where there is no other', async () => {
    const paper = await paperFrom(
      article(
        '<ArticleTitle>[Not Available].</ArticleTitle><VernacularTitle>Seile.</VernacularTitle>',
        '<OtherAbstract Type="Publisher" Language="ger"><AbstractText>Von Seilen.</AbstractText></OtherAbstract>',
      ),
    );
    expect(paper).toMatchObject({ title: 'Seile.', abstract: 'Von Seilen.' });
  });

  it('keeps the text of a formula', async () => {
    const math =
      '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:mi>p</mml:mi><mml:mo>&lt;</mml:mo><mml:mn>0.05</mml:mn></mml:math>';
    expect((await paperFrom(article(`<ArticleTitle>Where ${math} counts</ArticleTitle>`))).title).toBe(
      'Where p<0.05 counts',
    );
  });
});

describe('a book of PubMed', () => {
  const book = (chapter: string) => `<PubmedBookArticle><BookDocument><PMID>55</PMID>
    <ArticleIdList><ArticleId IdType="bookaccession">NBK1</ArticleId></ArticleIdList>
    <Book><Publisher><PublisherName>Rope Press</PublisherName><PublisherLocation>Lund</PublisherLocation></Publisher>
      <BookTitle book="r">All Ropes</BookTitle><PubDate><Year>1993</Year></PubDate>
      <AuthorList Type="editors"><Author><LastName>Day</LastName><ForeName>Cy</ForeName></Author></AuthorList>
      <Isbn>123</Isbn><CollectionTitle>Rope Reviews</CollectionTitle></Book>
    ${chapter}<Language>eng</Language><Abstract><AbstractText>All about it.</AbstractText></Abstract>
    <KeywordList><Keyword>rope</Keyword></KeywordList></BookDocument>
    <PubmedBookData><ArticleIdList><ArticleId IdType="pubmed">55</ArticleId></ArticleIdList></PubmedBookData></PubmedBookArticle>`;

  it('has chapters, each a paper in it', async () => {
    const chapter = `<ArticleTitle book="r" part="c">Hemp</ArticleTitle>
      <AuthorList Type="authors"><Author><LastName>Ekman</LastName><ForeName>Ann</ForeName></Author></AuthorList>`;
    expect(await paperFrom(book(chapter))).toEqual({
      id: 'pmid:55',
      title: 'Hemp',
      abstract: 'All about it.',
      authors: ['Ann Ekman'],
      year: 1993,
      venue: 'All Ropes',
      url: null,
      ids: { pmid: '55' },
      categories: ['rope'],
      extra: {
        editors: ['Cy Day'],
        collection: 'Rope Reviews',
        publisher: 'Rope Press',
        place: 'Lund',
        isbn: ['123'],
        date: '1993',
        language: ['eng'],
        bookAccession: 'NBK1',
      },
    });
  });

  it('is a paper itself where no chapter is named', async () => {
    expect(await paperFrom(book(''))).toMatchObject({ title: 'All Ropes', venue: 'Rope Reviews', authors: [] });
  });
});

describe('a set of PubMed', () => {
  it('may hold articles and books, and what is deleted is a reject', async () => {
    const found = await readText(
      pubmedXml,
      set(
        `${article('<ArticleTitle>x</ArticleTitle>')}<PubmedBookArticle/>
        <DeleteCitation><PMID Version="1">7</PMID><PMID Version="1">8</PMID></DeleteCitation>`,
      ),
    );
    expect(records(found)).toHaveLength(2);
    expect(rejects(found)).toMatchObject([
      { record: 3, reject: { code: 'record-invalid', reason: 'PubMed asks for these to be deleted: 7, 8' } },
    ]);
  });

  it('is recognised by its root', () => {
    expect(pubmedXml.detects(set(''))).toBe(true);
    expect(pubmedXml.detects('<!-- PubmedArticleSet --><html/>')).toBe(false);
    expect(pubmedXml.detects('PubmedArticleSet')).toBe(false);
  });

  itShared('is read as efetch sends it', async () => {
    const path = sharedPath('formats/pubmed_efetch_1.xml');
    const text = readFileSync(path, 'utf8');
    expect(pubmedXml.detects(text)).toBe(true);
    const found = await readPath(pubmedXml, path);
    expect(found).toMatchObject([
      { record: 1, offset: Buffer.byteLength(text.slice(0, text.indexOf('<PubmedArticle>'))) },
    ]);
    const paper = toPaper(records(found)[0]!.input);
    expect(paper).toMatchObject({ year: 2018, ids: { pmid: '29768149', doi: '10.1056/nejmoa1715274' } });
    expect(paper.authors).toHaveLength(text.match(/<LastName>/g)!.length);
    expect(paper.categories).toHaveLength(text.match(/<DescriptorName/g)!.length);
    expect(paper.abstract.match(/^[A-Z]+: /gm)).toHaveLength(text.match(/<AbstractText/g)!.length);
  });
});
