/** What kind of publication a paper is, as far as its source said or its venue shows; every format has its own words for it. */
import type { Paper } from '../paper.ts';

/** By what sources call it in `extra.type`, whatever their format; the first that fits counts. */
const WORDS = {
  dataset: /data ?set|^data(?: file)?$|^(?:aggr|dbase)$|database/i,
  software: /software|computer ?program|^comp$|^code$/i,
  patent: /patent|^pat$/i,
  legislation: /legislation|statute|^(?:stat|bill)$/i,
  // In small letters, for databases call a letter to a journal "Letter".
  letter: /^letter$|^(?:[Pp]ersonal[ _-]?[Cc]ommunication|PCOMM)$/,
  periodical: /^(?:periodical|jfull)$/i,
  artwork: /artwork|^(?:art|graphic|image)$/i,
  thesis: /(?<!syn|hypo|paren)thes[ie]s|dissert|^thes$/i,
  preprint: /pre-?print|posted-content|^unpb$/i,
  standard: /standard|^stand$/i,
  entry: /entry|encyclop|dictionary|inreference|^(?:encyc|dict)$/i,
  chapter: /chap|incollection|inbook|section|^part$/i,
  // A volume of proceedings is a book.
  proceedings: /^(?:mv)?proceedings(?:-series)?$/i,
  presentation: /presentation|speech|slide|poster|(?:^|invited |keynote )(?:talk|lecture)\b/i,
  conference: /conf|cpaper|proceeding/i,
  webpage: /^web|online|internet|blog|weblog|forum|^(?:elec|www|electronic)$/i,
  magazine: /magazine|^mgzn$/i,
  newspaper: /newspaper|^news$/i,
  video: /video|movie|film|motion|audiovisual|broadcast|^(?:mpct|advs)$/i,
  audio: /audio|sound|music|podcast|recording|song/i,
  article: /article|jour|review/i,
  manuscript: /manuscript|manscpt|unpublished/i,
  report: /(?<!case )report|rprt|^manual$/i,
  book: /book|collection|monograph/i,
};

export type Kind = keyof typeof WORDS | 'other';

/** What may have an ISBN and is no book for that. */
const WITH_ISBN = new Set<Kind>([
  'thesis',
  'report',
  'dataset',
  'software',
  'standard',
  'proceedings',
  'video',
  'audio',
]);

export function kindOf(paper: Paper): Kind {
  const kind = kindSaid(paper);
  return paper.ids.isbn === undefined || WITH_ISBN.has(kind) ? kind : 'book';
}

function kindSaid(paper: Paper): Kind {
  const { extra, venue } = paper;
  // Whatever else it is called: `@online` by Zotero, `@misc` here.
  const more = textsIn([extra.subtype, extra.genre]);
  if ([...textsIn([extra.pubstate]), ...more].some((text) => /^pre-?p(?:rint|ublished)$/i.test(text)))
    return 'preprint';
  const types = textsIn([extra.type]);
  const kind = kindCalled(types) ?? kindCalled(textsIn([extra.publicationTypes]));
  if (kind === 'article') return kindOfArticle(paper, types);
  if (kind === 'webpage' && venue === null && isPreprint(paper)) return 'preprint';
  if (kind !== undefined && kind !== 'manuscript') return kind;
  const isTalk = textsIn([extra.howpublished]).some((text) => TALK.test(text));
  const called = isTalk ? 'presentation' : (kindCalled(more) ?? kind);
  if (called !== undefined) return called;
  if (venue === null || PREPRINTS.test(venue)) return isPreprint(paper) || venue !== null ? 'preprint' : 'other';
  if (types.length > 0) return 'other';
  return isConference(venue) || (PROCEEDINGS.test(venue) && !JOURNALS.test(venue)) ? 'conference' : 'article';
}

/** Of what is called an article, and may be one of a conference, of nothing but arXiv, of a newspaper. */
function kindOfArticle(paper: Paper, types: string[]): Kind {
  const { venue, extra } = paper;
  const called = kindCalled(textsIn([extra.entrysubtype]));
  if (called === 'newspaper' || called === 'magazine') return called;
  if (venue === null) return types.includes('article') && isPreprint(paper) ? 'preprint' : 'article';
  if (PREPRINTS.test(venue)) return 'preprint';
  return isConference(venue) ? 'conference' : 'article';
}

/** Venues that are none: "arXiv preprint arXiv:2001.00001", "CoRR", "bioRxiv". */
const PREPRINTS = /^(?:preprint[,:]? )?(?:[a-z]*rxiv(?![a-z])|corr$|research square$)|^preprints?(?:\.org)?$/i;
/** How something is called published that was only said or shown. */
const TALK = /^(?:(?:invited|contributed|conference|keynote) )?(?:talk|poster|presentation|lecture|slides?)\b/i;

function kindCalled(types: string[]): Kind | undefined {
  const kinds = Object.keys(WORDS) as (keyof typeof WORDS)[];
  return kinds.find((kind) => types.some((type) => WORDS[kind].test(type)));
}

const textsIn = (values: unknown[]): string[] =>
  values.flat().filter((each): each is string => typeof each === 'string' && each !== '');

/** In no journal, and numbered by who keeps preprints. */
const isPreprint = ({ ids }: Paper): boolean =>
  ids.arxiv !== undefined || /^10\.(?:48550|1101|21203|2139|26434|31234|31219|31235|20944|36227)\//.test(ids.doi ?? '');

const PROCEEDINGS = /\b(?:proc|proceedings|conference|workshop|symposium)\b/i;
/** Journals that are called so. */
const JOURNALS =
  /\bproc(?:eedings|\.)? (?:of )?(?:the )?(?:national academy|natl|royal soc|r\.? soc|ieee$|vldb endowment|(?:american|london) math)/i;

/** Whether a venue is a conference that hardly anybody calls one: by the letters it goes by, or by its subject alone. */
const isConference = (venue: string): boolean => SHORT.test(venue) || LONG.test(venue);

const SHORT = new RegExp(
  `^(?:${(
    'NeurIPS NIPS ICML ICLR AAAI IJCAI CVPR ICCV ECCV WACV BMVC ACCV 3DV ACL EMNLP NAACL EACL AACL COLING CoNLL LREC COLM AISTATS ' +
    'COLT ALT UAI ACML ECML CoRL RSS ICRA IROS KDD WWW SIGIR CIKM WSDM RecSys ICDM SDM ICDE SIGMOD PODS CHI UIST CSCW SIGGRAPH ' +
    'ACMMM STOC FOCS SODA ISCA ASPLOS OSDI SOSP NSDI SIGCOMM INFOCOM CCS NDSS ICSE FSE PLDI POPL INTERSPEECH ICASSP MICCAI'
  ).replaceAll(' ', '|')})(?: Asia)?(?:[ '’-]*(?:19|20)?\\d\\d)?$`,
  'i',
);
const LONG =
  /neural information processing systems|computer vision and pattern recognition|knowledge discovery and data mining|^empirical methods in natural|^(?:annual )?meeting of the association for comp|chapter of the association for computational/i;
