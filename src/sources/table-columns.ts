/**
 * By which names do tables head their columns? One declaration, for every service, program and language.
 *
 * A name is known whatever its case, accents, blanks and signs: `Author(s)`, `AUTHOR/S` and `authors` are one, so are
 * `publication_year` and `publicationYear`. What stands in brackets may be missing (`Year (of publication)`), unless a column
 * has the name without them, and of a name in two scripts one is enough (`Title-题名`).
 */
import { IDENTIFIER_KINDS } from '../identifiers.ts';

/**
 * For each field the names of its columns, the best first. `tags` are those of tables that head their columns with the tags of
 * a tagged format; `weak` names mean the field only where no column has a better one: a `Description` may be
 * anything. They do not make a table one of papers.
 */
const NAMES: Record<string, Record<string, string>> = {
  title: {
    en:
      'title, titles, article title, document title, primary title, item title, paper title, work title, title of reference, ' +
      'study title, reference title, record title, full title, main title, english title, display name, title of paper, ' +
      'title of the paper, title of article, title of the article, title of the contribution in original language',
    tags: 'TI, T1',
    de: 'Titel, Haupttitel, Beitragstitel, Aufsatztitel, Artikeltitel, Dokumenttitel, Titel des Beitrags, Titel der Arbeit',
    fr: "titre, titre de l'article, titre du document, titre principal, intitulé",
    es: 'título, título del artículo, título del documento, título del trabajo',
    pt: 'título do artigo, título do documento, título do trabalho',
    it: "titolo, titolo dell'articolo, titolo del documento, titolo articolo",
    zh: '标题, 題名, 题名, 篇名, 題目, 题目, 標題, 文献标题, 文獻標題, 文献题名, 文章标题, 论文题目, 论文标题, 论文题名, 中文题名, 書名, 书名',
    ja: 'タイトル, 論文名, 論題, 表題, 題名, 論文タイトル',
    pl: 'tytuł, tytuł artykułu',
    weak: 'original title, translated title, foreign title, short title',
  },
  abstract: {
    en: 'abstract, abstract note, notes abstract, paper abstract, article abstract, abstract text, abstracts, full abstract',
    tags: 'AB, N2',
    de: 'Zusammenfassung, Kurzfassung, Kurzbeschreibung, Inhaltsangabe, Abstrakt',
    fr: 'résumé',
    es: 'resumen',
    pt: 'resumo',
    it: 'riassunto, sommario, estratto',
    zh: '摘要, 内容摘要, 中文摘要, 內容摘要, 文摘, 内容提要',
    ja: '抄録, 要旨, 要約',
    pl: 'streszczenie, abstrakt',
    weak: 'summary, summaries, description, original abstract, tldr',
  },
  authors: {
    en:
      'author full names, authors, author, author names, author name, author list, list of authors, authors full names, creators, ' +
      'creator, authorships author display name, authorships raw author name, author display name, authorships, ' +
      'attributed authors, researchers, authors parsed',
    tags: 'AF, FAU, AU, A1',
    de: 'Autor, Autoren, Autor/in, Autor/innen, Autorinnen und Autoren, Verfasser, Verfasser/in, Verfasser/innen',
    fr: 'auteur, auteurs, auteur·rice·s, auteur.e.s, nom des auteurs, noms des auteurs',
    es: 'autores, autor(es), autor/es, autor/a, autores/as, autoría, nombre de los autores',
    pt: 'autoria, autor(a), autores(as), nome dos autores',
    it: 'autore, autori, autore/i',
    zh: '作者, 作者全名, 作者姓名, 所有作者, 全部作者, 著者, 责任者, 責任者',
    ja: '著者名, 著者氏名, 執筆者',
    pl: 'autorzy, autor',
    weak: 'first authors, first author, lead author, contributors, contributor, 第一作者, Erstautor, premier auteur, primer autor, primeiro autor',
  },
  editors: {
    en: 'editor, editors, book editors, book editor, volume editors, editor names',
    de: 'Herausgeber, Herausgeber/in, Herausgeber/innen, Hrsg',
  },
  year: {
    en:
      'year, publication year, pub year, published year, year published, year of publication, article year, issue year, ' +
      'cover year, publication date year',
    tags: 'PY, YR, Y1',
    de: 'Jahr, Erscheinungsjahr, Publikationsjahr, Veröffentlichungsjahr, Jahr der Veröffentlichung',
    fr: 'année, année de publication, année de parution, annee publication',
    es: 'año, año de publicación, año publicación',
    pt: 'ano, ano de publicação, ano publicação, ano da publicação',
    it: 'anno, anno di pubblicazione, anno pubblicazione',
    zh: '年份, 年, 年度, 出版年, 出版年份, 发表年份, 發表年份, 发表年度, 发表年, 出版年度',
    ja: '発行年, 刊行年, 公開年',
    pl: 'rok, rok wydania, rok publikacji',
    weak: 'copyright year, conference year',
  },
  date: {
    en:
      'date, publication date, date published, published, publish time, published date, publish date, date of publication, ' +
      'pub date, cover date, issue date, issued, publication date online, publication date print, online date, ' +
      'original paper date',
    tags: 'DP, PD',
    de: 'Datum, Erscheinungsdatum, Publikationsdatum, Veröffentlichungsdatum, Erscheinungstermin',
    fr: 'date de publication, date de parution',
    es: 'fecha, fecha de publicación, fecha publicación',
    pt: 'data de publicação, data da publicação',
    it: 'data di pubblicazione, data pubblicazione',
    zh: '日期, 发表时间, 發表時間, 出版时间, 发表日期, 出版日期, 出版日期 (online)',
    weak: 'data, update date, updated, created, date created, early access date, meeting date, conference date',
  },
  venue: {
    en:
      'source title, publication title, journal, journal title, journal name, full journal title, journal book, ' +
      'journal conference, venue, venue name, publication, publication name, publication venue, publication source, ' +
      'container title, secondary title, booktitle, book title, proceedings, proceedings title, periodical, ' +
      'periodical title, primary location source display name, host venue display name, primary location display name, ' +
      'host venue, pub title, conference, conference name, conference title, is part of, published in, appeared in, ' +
      'magazine, journal full title, journal iso abbreviation',
    tags: 'SO, JO, JF, JT, T2',
    de: 'Zeitschrift, Zeitschriftentitel, Zeitschrift/Zeitung, Name der Zeitschrift, erschienen in, Sammelwerk, Publikation, Konferenz, Publikationsorgan, Fachzeitschrift',
    fr: 'revue, titre de la revue, nom de la revue, périodique, titre du périodique, publié dans, conférence',
    es: 'revista, título de la revista, nombre de la revista, publicación, título de la publicación, título de la fuente, publicado en, congreso, conferencia',
    pt: 'título da revista, nome da revista, periódico, título do periódico, publicação, publicado em, conferência, título da fonte',
    it: 'rivista, titolo della rivista, nome della rivista, periodico, pubblicazione, pubblicato in, convegno, conferenza',
    zh: '期刊, 刊名, 期刊名称, 期刊名, 期刊名稱, 文献来源, 文獻來源, 來源出版物名稱, 来源出版物名称, 来源期刊, 来源出版物, 出版物名称, 出版物标题, 来源标题, 会议名称, 會議名稱, 发表期刊',
    ja: '雑誌名, 掲載誌, 掲載誌名, 刊行物名, 誌名, 資料名',
    pl: 'czasopismo, nazwa czasopisma, tytuł czasopisma',
    weak: 'anthology title, book series title, series title, collection, event',
  },
  url: {
    en: 'url, urls, link, links, article url, external url, paper url, web link, document url, permalink, plink, landing page url, primary location landing page url, article link, web address, href',
    tags: 'UR',
    de: 'Internetadresse, Online-Adresse, Webadresse, Weblink',
    fr: "lien, liens, adresse url, lien de l'article, adresse web",
    es: 'enlace, vínculo, dirección web, url del artículo',
    pt: 'ligação, endereço, endereço eletrônico, link do artigo',
    it: 'collegamento, indirizzo web',
    zh: '链接, 連結, 链接地址, 网址, 網址, 文章链接, 全文链接',
    weak: 'full text url, fulltext url, fulltext link, pdf link, pdf url, full text link, source urls',
  },
  categories: {
    en:
      'categories, keywords, keyword, author keywords, index keywords, keywords plus, ieee terms, subjects, subject, ' +
      'subject terms, tags, manual tags, automatic tags, mesh terms, mesh headings, fields of study, descriptors, ' +
      'identifier keywords, keywords display name, topics display name, primary topic display name, topics, ' +
      'author supplied keywords, free keywords, article keywords',
    tags: 'DE, KW, K1',
    de: 'Schlagwörter, Schlagworte, Stichwörter, Stichworte, Schlüsselwörter, Deskriptoren',
    fr: "mots-clés, mots clefs, mots-clés d'auteur, mots-clés auteur, descripteurs, sujets",
    es: 'palabras clave, palabras-clave, palabras clave del autor, descriptores, temas, materias',
    pt: 'palavras-chave, palavras chave, palavras-chave do autor, descritores, assuntos',
    it: 'parole chiave, parole-chiave, soggetti, descrittori',
    zh: '关键词, 關鍵詞, 关键字, 關鍵字, 作者关键词, 作者關鍵字, 作者关键字, 索引關鍵字, 索引关键字, 主题词, 中文关键词',
    ja: 'キーワード',
    pl: 'słowa kluczowe',
  },
  type: {
    en:
      'item type, document type, content type, doc type, doctype, doc types, article type, publication type, pub types, ' +
      'type of reference, reference type, entry type, bibtex type, bibliography type, work type, document identifier, type, ' +
      'pubtype',
    tags: 'DT, TY, M3',
    de: 'Dokumenttyp, Dokumentart, Publikationstyp, Publikationsart, Medientyp, Typ, Literaturtyp',
    fr: 'type de document, type de publication',
    es: 'tipo de documento, tipo de publicación, tipo',
    pt: 'tipo do documento, tipo da publicação',
    it: 'tipo di documento, tipo di pubblicazione',
    zh: '文献类型, 文獻類型, 文献種類',
  },
  doi: {
    en: 'doi, item doi, digital object identifier, article doi, paper doi, document doi, doi number, DOI-DOI',
    tags: 'DI, DO',
    zh: 'DOI号, 数字对象唯一标识符',
    weak: 'doi link, doi url, original paper doi, doi address',
  },
  arxiv: { en: 'arxiv, arxiv id, eprint, arxiv number' },
  pmid: {
    en: 'pmid, pubmed id, ids pmid, medline pmid, pubmed, pubmed identifier, pubmed number',
    tags: 'PM',
    weak: 'original paper pubmed id',
  },
  pmcid: { en: 'pmcid, pmc id, ids pmcid, pmc, pubmed central id' },
  acl: { en: 'acl, acl id, anthology id' },
  openalex: { en: 'openalex, openalex id, ids openalex' },
  s2: { en: 's2, s2 id, semantic scholar id' },
  isbn: { en: 'isbn, isbns, isbn 13, isbn number', tags: 'BN' },
  // A journal, unless another column is: then the database in which the record was found.
  'some source': {
    en: 'source, source name',
    de: 'Quelle',
    es: 'fuente',
    pt: 'fonte',
    zh: '来源, 來源, 出处, 来源刊物',
  },
  // No ids for akin: every file counts its rows from 1. But some say what they are.
  'some id': { en: 'id, work id, identifier' },
  'paper id': { en: 'paper id' },
  // `{'DOI': '10.1/x', 'ArXiv': …}`
  'other ids': { en: 'external ids, identifiers, ids' },
  note: { en: 'extra' },
  // Of akin's own export.
  'own id': { en: 'akin id' },
  'own extra': { en: 'akin extra' },
  'own names': { en: 'akin names' },
};

/** What a person can say a column holds. */
export const TABLE_FIELDS = ['id', ...Object.keys(NAMES).filter((field) => !/ |note/.test(field))];
/** Whether columns of a field are known by their names, or only where a person names them. */
export const isKnownField = (field: string): boolean => Object.hasOwn(NAMES, field) || field === 'author parts';

/** One person's name in two columns: `Last name` and `First name`, or `Author 2 surname` and `Author 2 given name`. */
const FAMILY =
  'last name, surname, family name, family, Nachname, Familienname, nom, nom de famille, apellido, apellidos, sobrenome, cognome, 姓';
const GIVEN =
  'first name, given name, given names, forename, forenames, given, Vorname, Vornamen, prénom, prénoms, nombre, nombres, nome, 名';

/** Scopus's Chinese exports head the authors with "author keywords", and have no other column of authors. */
const MISNAMED_AUTHORS = '作者關鍵字, 作者关键字';

/** `Abstract_Note` and `abstract note` are one name. */
export const normalName = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

const namesIn = (list: string): string[] => list.split(', ').map(normalName);

interface Known {
  field: string;
  /** The lower, the better. */
  rank: number;
  isWeak: boolean;
}

const KNOWN = new Map<string, Known>();
for (const [field, lists] of Object.entries(NAMES)) {
  let rank = 0;
  for (const [kind, list] of Object.entries(lists)) {
    for (const name of namesIn(list)) {
      if (!KNOWN.has(name)) KNOWN.set(name, { field, rank, isWeak: kind === 'weak' });
      rank++;
    }
  }
}
const FAMILY_NAMES = new Set(namesIn(FAMILY));
const GIVEN_NAMES = new Set(namesIn(GIVEN));
const MISNAMED = new Set(namesIn(MISNAMED_AUTHORS));

/**
 * Which columns hold a field: groups of them by number, the best group first. The columns of a group go by one name
 * (`Author`, `Author`) or are counted (`Author 1`, `Author 2`), and go from left to right. Those of `author parts` are pairs,
 * family and given name.
 */
export type Columns = Map<string, number[][]>;

/** The columns of a table, found by their names and those that a person gave (`{ title: 'Titel' }`). */
export function columnsOf(header: readonly string[], names: Record<string, string>): Columns {
  const columns: Columns = new Map();
  const normal = header.map(normalName);
  const isFree = header.map((_, i) => normal[i] !== '');
  for (const [field, name] of Object.entries(names)) {
    const wanted = normalName(name);
    const named = normal.flatMap((each, i) => (each === wanted && isFree[i] ? [i] : []));
    for (const i of named) isFree[i] = false;
    if (named.length > 0) columns.set(field, [named]);
  }

  const found = header.flatMap((name, i) => {
    const known = isFree[i] ? knownAs(name, normal[i]!) : undefined;
    return known ? [{ ...known, i }] : [];
  });
  // In a table of tags, "ID" is the tag of further keywords.
  if (normal.includes('ti') && normal.includes('so')) {
    for (const each of found) if (normal[each.i] === 'id') Object.assign(each, { field: 'categories', rank: Infinity });
  }
  const hasStrong = new Set(found.filter(({ isWeak }) => !isWeak).map(({ field }) => field));
  for (const field of columns.keys()) hasStrong.add(field);
  const isOfPapers = hasStrong.has('title') || hasStrong.has('abstract');
  const usable = found
    .filter(({ field, isWeak }) => !isWeak || (isOfPapers && !hasStrong.has(field)))
    .sort((a, b) => a.rank - b.rank || a.i - b.i);
  const groups = new Map<string, number[]>();
  for (const { field, rank, i } of usable) {
    const group = groups.get(`${field} ${rank}`);
    if (group) group.push(i);
    else {
      const made = [i];
      groups.set(`${field} ${rank}`, made);
      columns.set(field, [...(columns.get(field) ?? []), made]);
    }
  }
  if (!columns.has('authors')) setAuthorColumns(columns, normal);
  return columns;
}

/** What a column's name is known as. */
function knownAs(name: string, normal: string): Known | undefined {
  if (/[{}<>@\\]/.test(name)) return undefined; // Of another format.
  const known = KNOWN.get(normal);
  if (known) return known;
  const [, counted = '', number] = /^(.+?)(\d{1,3})$/.exec(normal) ?? [];
  const stem = number === undefined ? undefined : KNOWN.get(counted);
  if (stem && (stem.field === 'authors' || stem.field === 'categories')) return stem;
  const bare = name.replace(/[([{（【][^([{（【)\]}）】]*[)\]}）】]/g, ' ');
  const unbracketed = KNOWN.get(normalName(bare));
  // Brackets set a column apart from the one without them: `Authors (Raw Affiliation)` are not more of `Authors`.
  if (unbracketed) {
    const { field, rank, isWeak } = unbracketed;
    return { field, rank: rank + 0.5, isWeak: isWeak || field === 'authors' };
  }
  const parts: string[] = [];
  if (/\p{Script=Han}/u.test(name))
    parts.push(...name.split(/[^\p{Script=Han}]+/u), ...name.split(/[^\p{Script=Latin} ]+/u));
  return parts.map((part) => KNOWN.get(normalName(part))).find((each) => each !== undefined);
}

/** Columns that hold authors where no name says so by itself. */
function setAuthorColumns(columns: Columns, normal: readonly string[]): void {
  const misnamed = normal.flatMap((name, i) => (MISNAMED.has(name) ? [i] : []));
  if (misnamed.length > 0) {
    columns.set('authors', [misnamed]);
    const others = (columns.get('categories') ?? []).filter((group) => !group.some((i) => MISNAMED.has(normal[i]!)));
    if (others.length > 0) columns.set('categories', others);
    else columns.delete('categories');
    return;
  }
  const given = new Map<string, number>();
  normal.forEach((name, i) => {
    const part = partOf(name);
    if (part && GIVEN_NAMES.has(part.name)) given.set(part.number, i);
  });
  const pairs = normal.flatMap((name, i) => {
    const part = partOf(name);
    const other = part && FAMILY_NAMES.has(part.name) ? given.get(part.number) : undefined;
    return other === undefined ? [] : [[i, other]];
  });
  if (pairs.length > 0) columns.set('author parts', pairs);
}

/** `author2lastname` and `lastname2` are the same part of the second author's name. */
function partOf(name: string): { name: string; number: string } | undefined {
  const match = /^(?:(?:first)?(?:author|autor|auteur|autore))?(\d{0,3})(\D+?)(\d{0,3})$/.exec(name);
  return match ? { name: match[2]!, number: match[1]! || match[3]! } : undefined;
}

/** The kinds of identifiers, by the names that services give them. */
const ID_NAMES: Record<string, string> = {
  ...Object.fromEntries(IDENTIFIER_KINDS.map((kind) => [kind, kind])),
  ...{ pubmed: 'pmid', pubmedcentral: 'pmcid', semanticscholar: 's2' },
};

/** The identifiers in an object of them: `{ DOI: '10.1/x', PubMed: 17 }`. */
export function identifiersAmong(ids: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ids).flatMap(([name, value]) => {
      const kind = ID_NAMES[normalName(name)];
      return kind !== undefined && (typeof value === 'string' || typeof value === 'number')
        ? [[kind, String(value)]]
        : [];
    }),
  );
}
