/**
 * Which identifier does the address of a page hold? Registries and publishers write them into their addresses, each in its
 * own way, and what comes after it (`/full`, `.pdf`, `?ref=…`) is none of it. Nothing is asked of anyone: an address that
 * holds no identifier (sciencedirect.com/science/article/pii/…, ieeexplore.ieee.org/document/…) names nothing.
 */

type Kind = 'doi' | 'arxiv' | 'pmid' | 'pmcid' | 'acl' | 'openalex' | 's2';

export interface Held {
  kind: Kind;
  /** As it stands in the address, without its escapes; its form is not looked at. */
  value: string;
}

/**
 * Where sites have an identifier: in the path, in one parameter (`?name=value`) or in both together; of what kind it is, and
 * how it is made of that (`$0`: the label before the site in the host). The first row of a site that fits counts.
 */
const ROWS: [sites: string, where: RegExp, kind: Kind, value: string][] = [
  // Registries, and those who show their papers under their ids.
  ['doi.org', /^\/(?:doi:)?(10\.(?:[^&]|&(?!\w+=))+)/i, 'doi', '$1'],
  ['arxiv.org xxx.lanl.gov', /^\/(?:abs|pdf|html|format|ps|src|e-print)\/(.+)/, 'arxiv', '$1'],
  ['huggingface.co hf.co arxiv-vanity.com emergentmind.com', /^\/papers\/(.+)/, 'arxiv', '$1'],
  ['alphaxiv.org ar5iv.org ar5iv.labs.arxiv.org', /^\/(?:abs|overview|pdf|html)\/(.+)/, 'arxiv', '$1'],
  ['semanticscholar.org scirate.com', /^\/(?:(?:graph\/)?v1\/paper\/)?arxiv[:/](.+)/i, 'arxiv', '$1'],
  ['adsabs.harvard.edu', /^\/(?:abs|link_gateway)\/\d{4}arxiv(\d{4})\.?(\d{4,5})[a-z.]/i, 'arxiv', '$1.$2'],
  ['adsabs.harvard.edu', /^\/abs\/arxiv:([^/]+\/\d{7}|[^/]+)/i, 'arxiv', '$1'],
  ['pubmed.ncbi.nlm.nih.gov pubmed.gov', /^\/(\d+)(?!\w)/, 'pmid', '$1'],
  ['ncbi.nlm.nih.gov', /^\/(?:m\/)?pubmed\/(\d+)(?!\w)/, 'pmid', '$1'],
  ['ncbi.nlm.nih.gov', /^\/(?:pmc\/)?articles\/pmid\/(\d+)(?!\w)/, 'pmid', '$1'],
  ['pubmed.ncbi.nlm.nih.gov', /^\/\?term=(\d+)$/, 'pmid', '$1'],
  ['ncbi.nlm.nih.gov', /^\/pubmed\/?\?term=(\d+)$/, 'pmid', '$1'],
  ['europepmc.org', /^\/(?:article|abstract)\/med\/(\d+)(?!\w)/i, 'pmid', '$1'],
  ['ncbi.nlm.nih.gov europepmc.org', /^\/(?:pmc\/)?articles?\/(?:pmc\/)?(pmc\d+)(?!\w)/i, 'pmcid', '$1'],
  ['europepmc.org', /^\?accid=(pmc\d+)$/i, 'pmcid', '$1'],
  [
    'aclanthology.org aclanthology.info aclweb.org',
    /\/([a-z]\d\d-\d{4,5}|\d{4}\.\w+-\w+\.\d+)(?:v\d+)?(?:\.[a-z]+)?\/?$/i,
    'acl',
    '$1',
  ],
  ['openalex.org', /^\/(?:works\/)?(w\d+)(?!\w)/i, 'openalex', '$1'],
  ['semanticscholar.org', /^\/(?:paper|reader)\/(?:[^/]+\/)?([\da-f]{40})(?!\w)/i, 's2', '$1'],
  ['api.semanticscholar.org', /^\/(?:(?:graph\/)?v1\/paper\/)?([\da-f]{40})(?!\w)/i, 's2', '$1'],
  ['connectedpapers.com', /^\/main\/([\da-f]{40})(?!\w)/i, 's2', '$1'],

  [
    'arxiv.org',
    /^\/ftp\/(?:arxiv\/papers\/\d{4}|[a-z-]+\/papers\/\d{4})\/(\d{4}\.\d{4,5}(?:v\d+)?)\.pdf$/,
    'arxiv',
    '$1',
  ],
  ['papers.cool', /^\/arxiv\/(.+)/, 'arxiv', '$1'],

  // Publishers that make a DOI of what they call an article, always in the same way.
  ['nature.com', /^\/articles\/(s41599-\d{3}-\d{4,5}-[\da-z])(?![\w-])/, 'doi', '10.1057/$1'],
  ['nature.com', /^\/articles\/([sd]4[1-5]\d{3}-\d{3}-\d{4,5}-[\da-z])(?![\w-])/, 'doi', '10.1038/$1'],
  ['nature.com', /^\/articles\/((?:nature|ncomms|srep)\d{3,5})(?!\w)/, 'doi', '10.1038/$1'],
  ['nature.com', /^\/articles\/(35\d{6}|\d{6}[a-z]\d|n[a-z]+\d{2,4}(?:-\d+[a-z]?)?)(?![\w-])/, 'doi', '10.1038/$1'],
  ['nature.com', /^\/articles\/(n[a-z]+\.(?:20\d\d\.)?\d{1,5})(?!\w)/, 'doi', '10.1038/$1'],
  ['nature.com', /^\/articles\/(?!palcomms)([a-z]{2,12})(20(?:09|1\d))(\d{1,3})(?!\w)/, 'doi', '10.1038/$1.$2.$3'],
  ['nature.com', /^\/[a-z]+\/journal\/v\d+\/n[^/]+\/(?:abs|full|pdf)\/(n[a-z]+\d{2,5})\./, 'doi', '10.1038/$1'],
  ['dl.acm.org doi.acm.org', /^\?doid?=(\d{5,7}\.\d{5,7})$/, 'doi', '10.1145/$1'],
  ['taylorfrancis.com', /^\/chapters\/(?:[a-z-]+\/)*(10\.\d{4,5}\/\d{10,13}-\d{1,4})(?![\w-])/, 'doi', '$1'],
  ['zenodo.org', /^\/records?\/(\d+)(?!\w)/, 'doi', '10.5281/zenodo.$1'],
  [
    'biorxiv.org medrxiv.org',
    /^\/content\/(?:(?:bio|med)rxiv\/)?early\/\d{4}\/\d\d\/\d\d\/(\d{4}\.\d\d\.\d\d\.\d{6,8})(?!\d)/,
    'doi',
    '10.1101/$1',
  ],
  ['preprints.org', /^\/manuscript\/(\d{6}\.\d{4})\/(v\d+)(?!\d)/, 'doi', '10.20944/preprints$1.$2'],
  ['biorxiv.org medrxiv.org', /^\/content\/(?:biorxiv\/)?early\/\d{4}\/\d\d\/\d\d\/(\d{6})(?!\d)/, 'doi', '10.1101/$1'],
  ['biomedcentral.com', /^\/(?:content\/)?(\d{4}-\d{3}[\dx])\/(\d+)\/(s?\d+)(?!\w)/i, 'doi', '10.1186/$1-$2-$3'],
  [
    'pubs.rsc.org',
    /^\/en\/content\/article[a-z]+\/\d{4}\/[a-z]{2}\/([ab]\d{6}[a-z]|[a-z]\d[a-z]{2}\d{5}[\da-z])(?!\w)/i,
    'doi',
    '10.1039/$1',
  ],
  [
    'elifesciences.org',
    /^\/(?:articles|reviewed-preprints|content\/\d+)\/e?(\d{5,6})(?!\d)/,
    'doi',
    '10.7554/elife.$1',
  ],
  ['peerj.com', /^\/articles\/(\d+)(?!\w)/, 'doi', '10.7717/peerj.$1'],
  ['peerj.com', /^\/articles\/(cs|pchem|ochem|achem|ichem|matsci)-(\d+)(?!\w)/, 'doi', '10.7717/peerj-$1.$2'],
  ['bmj.com', /^\/content\/(?:bmj\/)?\d+\/(bmj(?:\.[a-z]\d+|-20\d\d-\d+))(?!\w)/, 'doi', '10.1136/$1'],
  ['jmir.org researchprotocols.org', /^\/20(?:19|[2-9]\d)\/\d+\/e(\d{5,})(?!\d)/, 'doi', '10.2196/$1'],
  ['hindawi.com', /^\/journals\/[a-z]+\/(20(?:09|[1-9]\d))\/(\d{6,7})(?!\d)/, 'doi', '10.1155/$1/$2'],
  ['karger.com', /^\/article\/(?:fulltext|abstract|pdf)\/(\d{6})(?!\d)/i, 'doi', '10.1159/000$1'],
  ['ssrn.com', /^\/abstract=(\d+)(?!\w)/, 'doi', '10.2139/ssrn.$1'],
  ['ssrn.com', /^\?abstract_?id=(\d+)$/i, 'doi', '10.2139/ssrn.$1'],
  ['researchsquare.com', /^\/article\/(rs-\d+\/v\d+)(?!\d)/, 'doi', '10.21203/rs.3.$1'],
  ['psyarxiv.com', /^\/([a-z\d]{5}(?:_v\d+)?)(?!\w)/, 'doi', '10.31234/osf.io/$1'],
  ['osf.io', /^\/preprints\/psyarxiv\/([a-z\d]{5}(?:_v\d+)?)(?!\w)/, 'doi', '10.31234/osf.io/$1'],
  ['osf.io', /^\/preprints\/socarxiv\/([a-z\d]{5}(?:_v\d+)?)(?!\w)/, 'doi', '10.31235/osf.io/$1'],
  // The journal is the first label of the host.
  ['copernicus.org', /^\/articles\/([\da-z-]+)\/(\d+)\/(\d{4})(?!\w)/i, 'doi', '10.5194/$0-$1-$2-$3'],
  ['copernicus.org', /^\/preprints\/(?:\d{4}\/)?([a-z]+-\d{4}-\d+)(?!\w)/, 'doi', '10.5194/$1'],
  ['aanda.org', /^\/articles\/aa\/[a-z_]+\/\d{4}\/\d\d\/aa(\d{5})-([1-9]\d)(?!\d)/, 'doi', '10.1051/0004-6361/20$2$1'],
  ['thelancet.com', /\/pii(s\d{4}-\d{3}[\dx]\(\d\d\)\d{5}-[\dx])(?!\w)/i, 'doi', '10.1016/$1'],
  ['quantum-journal.org', /^\/papers\/(q-\d{4}-\d\d-\d\d-\d+)(?!\w)/, 'doi', '10.22331/$1'],
  ['scipost.org', /^\/(scipost[a-z]+(?:\.\d+){1,2}\.\d{3})(?!\w)/i, 'doi', '10.21468/$1'],
  ['ijcai.org', /^\/proceedings\/(20(?:1[7-9]|[2-9]\d))\/0*(\d+)(?!\d)/, 'doi', '10.24963/ijcai.$1/$2'],
];

/**
 * Sites on which a DOI stands in the address as it is. On others it is one where they say so (`/doi/10.…`, `?doi=10.…`):
 * `10.2020/report` may be a date, and `/handle/10.…` is no DOI.
 */
const DOI_SITES = new Set(
  (
    'aanda.org acm.org acs.org ahajournals.org aiaa.org aip.org ams.org annualreviews.org aps.org ascelibrary.org asm.org ' +
    'biomedcentral.com biorxiv.org bmj.com cambridge.org cell.com computer.org copernicus.org crossref.org dagstuhl.de direct.mit.edu ' +
    'datacite.org degruyter.com doi.org elifesciences.org elsevier.com emerald.com emeraldinsight.com f1000research.com ' +
    'frontiersin.org hindawi.com ieee.org informs.org ingentaconnect.com iop.org jamanetwork.com jmir.org jstor.org karger.com libkey.io ' +
    'liebertpub.com mdpi.com medrxiv.org nature.com nejm.org oadoi.org oup.com pangaea.de peerj.com physiology.org ' +
    'plos.org plosone.org pnas.org royalsocietypublishing.org rsc.org sagepub.com science.org sciencedirect.com ' +
    'sciencemag.org scientific.net scitation.org scite.ai siam.org spiedigitallibrary.org springer.com springeropen.com ' +
    'scipost.org tandfonline.com theiet.org theoj.org thieme-connect.com thieme-connect.de unpaywall.org wiley.com worldscientific.com zenodo.org'
  ).split(' '),
);

/** Pages of a journal, an issue, a person: what stands in their addresses like a DOI is not a paper's. */
const NO_PAPERS = /^\/(?:journals?|toc|loi|series|topic|authors?|profile|search)\/10\./i;

/** Pages of what papers are parts of. */
const WHOLE = /\/(?:book|books|proceedings|referencework|journal|toc)\/10\.\d/i;

/** Segments of an address behind a DOI: how the paper is shown, or what else there is of it. */
const VIEWS = new Set(
  (
    'abs abstract ampdf asset assets attachment bibtex citation citations cited-by citedby comments cover download ' +
    'epdf epub export fig figure figures full full-text full.html fulltext fulltext.html htm html index.html info issuetoc ' +
    'license metadata meta metrics overview page pdf pdfdirect pdfplus peer-review print read reader ref reference ' +
    'references refs related ris short standard summary suppinfo suppl suppl_file supplementary supplementary-material ' +
    'supporting-information table tables tab-article-info tab-e-letters tab-figures-data tab-metrics tab-pdf text viewer xml'
  ).split(' '),
);
/** The same as the end of a file's name. */
const VIEW_ENDING =
  /(?:\.(?:pdf|epdf|epub|html?|xml|full|full-text|abstract|short|long|article-info|article-metrics|supplementary-material|figures-only)|\+html)$/i;

const ROWS_OF = new Map<string, typeof ROWS>();
for (const row of ROWS) {
  for (const site of row[0].split(' ')) ROWS_OF.set(site, [...(ROWS_OF.get(site) ?? []), row]);
}

const ADDRESS = /^(https?:\/\/)?(?:[^/?#\s@]*@)?((?:[\w-]+\.)+[a-z]{2,})(?::\d+)?([/?#][^]*)$/i;
/** Addresses within addresses, at most: a link in a mail to a proxy's login to a page. */
const MAX_WITHIN = 3;
/** Of a host, at most. */
const MAX_LABELS = 12;

/**
 * The identifier that an address holds: of a page at a registry or a publisher, also through a library's proxy
 * (`dl-acm-org.proxy.example.edu`, `login?url=…`) or an archive. Without `https://` only where the site is known.
 * @returns undefined for what holds none or is no address.
 */
export function heldBy(address: string, within = 0): Held | undefined {
  const [, scheme, host = '', rest = ''] = ADDRESS.exec(address) ?? [];
  if (host === '') return undefined;
  const { parts, whole } = partsOf(rest);
  const sites = sitesOf(host.toLowerCase());
  for (const site of sites) {
    const label = sites.find(
      (each) => each.endsWith(`.${site}`) && each.indexOf('.') === each.length - site.length - 1,
    );
    for (const [, where, kind, value] of ROWS_OF.get(site) ?? []) {
      const found = [...parts, whole].map((part) => where.exec(part)).find((match) => match !== null);
      const named = (group: string): string => (group === '0' ? label!.split('.')[0]! : found![Number(group)]!);
      const isWhole = !value.includes('$0') || (label !== undefined && !label.startsWith('www.'));
      if (found && isWhole) return { kind, value: value.replace(/\$(\d)/g, (_, group: string) => named(group)) };
    }
  }
  const isDoiSite = sites.some((site) => DOI_SITES.has(site) || /(?<![a-z])doi(?![a-z])/.test(site));
  if (scheme === undefined && !isDoiSite) return undefined;
  const [, inner] = (!isDoiSite && within < MAX_WITHIN && /[/=]https?:\/+(.+)/i.exec(whole)) || [];
  const held = inner && heldBy(`https://${inner}`, within + 1);
  if (held) return held;
  const doi = parts.map((part) => doiIn(part, isDoiSite)).find((each) => each !== undefined);
  return doi === undefined ? undefined : { kind: 'doi', value: doi };
}

/** Whether an address is of a page about a book or a volume of proceedings, and not about a part of one. */
export const isOfWhole = (address: string): boolean => WHOLE.test(address);

/** The text without percent escapes and HTML's references, however often it was escaped; a stray percent sign stays. */
export function unescaped(text: string): string {
  let after = text;
  for (let before = ''; before !== after;) {
    before = after;
    after = before.replace(/&(?:amp|lt|gt|quot|#38|#60|#62|#x26|#x3c|#x3e);/gi, (name) => SIGNS[name.toLowerCase()]!);
    try {
      after = decodeURIComponent(after);
    } catch {
      after = after.replace(/%[2-7][\da-f]/gi, decodeURIComponent);
    }
  }
  return after;
}

const SIGNS: Record<string, string> = {
  ...{ '&amp;': '&', '&#38;': '&', '&#x26;': '&', '&lt;': '<', '&#60;': '<', '&#x3c;': '<' },
  ...{ '&gt;': '>', '&#62;': '>', '&#x3e;': '>', '&quot;': '"' },
};

/** The path and each parameter as `?name=value`, and all of it; without escapes, and without what is behind `#`. */
function partsOf(rest: string): { parts: string[]; whole: string } {
  // A DOI of the old kind may end in `;2-#`.
  const shown = rest.replace(/(?<!;\d-)#[^]*$/, '').replace(/&amp;/gi, '&');
  const query = shown.indexOf('?');
  const path = query === -1 ? shown : shown.slice(0, query);
  const parameters = query === -1 ? [] : shown.slice(query + 1).split('&');
  const parts = [path.replace(/;jsessionid=[^]*$/i, ''), ...parameters.map((each) => `?${each}`)];
  return { parts: parts.map(unescaped), whole: unescaped(shown) };
}

/**
 * What a host may stand for: every run of its labels, and of those that a proxy has made of a host (a hyphen for each dot,
 * two for a hyphen). The longest come first.
 */
function sitesOf(host: string): string[] {
  const undone = host.replace(/--?/g, (sign) => (sign === '-' ? '.' : '-'));
  return [...new Set([host, undone])].flatMap((each) => {
    const labels = each.split('.').slice(0, MAX_LABELS);
    const runs = labels.flatMap((_, begin) =>
      labels.slice(begin + 1).map((_, i) => labels.slice(begin, begin + i + 2)),
    );
    return runs.sort((a, b) => b.length - a.length).map((run) => run.join('.'));
  });
}

/** The DOI in a part of an address, behind a slash or a sign of equality; on other sites, only if it is said to be one. */
function doiIn(part: string, isDoiSite: boolean): string | undefined {
  if (NO_PAPERS.test(part)) return undefined;
  const match = /(?<=[/=:?])10\.\d{4,9}[.\d]*\/\S+/.exec(part);
  if (!match) return undefined;
  const before = part.slice(0, match.index);
  if (!isDoiSite && !/(?<![a-z])dois?(?![a-z])/i.test(before)) return undefined;
  return withoutView(match[0], /article(?:-[a-z]+)?\/doi\/$/i.test(before));
}

/** A DOI without what an address says after it. @param isNumbered the site's own number of the paper comes after it. */
function withoutView(held: string, isNumbered: boolean): string {
  const segments = held.replace(/&\w+=[^]*$/, '').split('/');
  const isView = (segment: string, i: number): boolean =>
    i > 1 && (VIEWS.has(segment.toLowerCase()) || (isNumbered && /^\d{4,}$/.test(segment)));
  const end = segments.findIndex((segment, i) => isView(segment, i) || (i > 1 && segment === ''));
  let doi = segments.slice(0, end === -1 ? undefined : end).join('/');
  for (let before = ''; before !== doi;) {
    before = doi;
    doi = doi.replace(VIEW_ENDING, '');
  }
  if (/^10\.[.\d]+\/\(issn\)/i.test(doi)) return ''; // A journal's.
  // The version of a preprint, a figure of a paper: the DOI is of the paper.
  return doi
    .replace(/^(10\.(?:1101|64898)\/[\d.]+)v\d+$/, '$1')
    .replace(/^(10\.1371\/journal\.[a-z]+\.\d{7})\.[a-z]\d+$/i, '$1');
}
