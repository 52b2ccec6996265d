import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalIdentifier, parseIdentifier } from '../src/identifiers.ts';

const named = (address: string): string | null => {
  const found = parseIdentifier(address);
  return found && `${found.kind}:${found.value}`;
};

describe('the address of a page that holds an identifier names the paper', () => {
  it.each([
    // As publishers write a DOI into it.
    ...[
      'https://dl.acm.org/doi/10.1145/359340.359342',
      'https://dl.acm.org/doi/abs/10.1145/359340.359342?casa_token=x',
    ],
    ...['http://doi.acm.org/10.1145/359340.359342', 'https://dl.acm.org/doi/pdf/10.1145/359340.359342?download=true'],
    ...['https://dl.acm.org/doi/fullHtml/10.1145/359340.359342#sec-1', 'dl.acm.org/doi/10.1145/359340.359342'],
    ...['https://dl.acm.org/action/showCitFormats?doi=10.1145%2F359340.359342&mobileUi=0'],
    ...['https://doi.org/10.1145/359340.359342?ref=x', 'https://doi.org/10.1145/359340.359342#abstract'],
    ...['https://doi.org/https://doi.org/10.1145/359340.359342', 'http://dx.doi.org/doi:10.1145/359340.359342'],
    ...['https://unpaywall.org/10.1145/359340.359342', 'https://api.crossref.org/works/10.1145%2f359340.359342'],
    ...['https://api.semanticscholar.org/graph/v1/paper/DOI:10.1145/359340.359342'],
    // Through libraries and archives, and in links of mails and search engines.
    ...[
      'https://doi-org.proxy.lib.edu/10.1145/359340.359342',
      'https://dl.acm.org.proxy.uni.edu/doi/10.1145/359340.359342',
    ],
    ...[
      'https://dl-acm-org.ezproxy.uni-x.edu/doi/epdf/10.1145/359340.359342',
      'https://0-dl.acm.org.lib.edu/doi/10.1145/359340.359342',
    ],
    ...['https://proxy.uni.edu/login?url=https://dl.acm.org/doi/10.1145/359340.359342'],
    ...['https://login.uni.edu/login?qurl=https%3A%2F%2Fdl.acm.org%2Fdoi%2F10.1145%2F359340.359342%3Fref%3Dx'],
    ...['https://web.archive.org/web/2020/https://dl.acm.org/doi/10.1145/359340.359342'],
    ...['https://www.google.com/url?q=https://doi.org/10.1145/359340.359342&sa=D'],
  ])('%s', (address) => expect(named(address)).toBe('doi:10.1145/359340.359342'));

  it.each([
    ['https://link.springer.com/article/10.1007/s11263-015-0816-y', '10.1007/s11263-015-0816-y'],
    ['https://link.springer.com/content/pdf/10.1007/s11263-015-0816-y.pdf', '10.1007/s11263-015-0816-y'],
    ['https://link.springer.com/article/10.1007%2Fs11263-015-0816-y/fulltext.html', '10.1007/s11263-015-0816-y'],
    ['https://link.springer.com/article/10.1007/s11263-015-0816-y/tables/1', '10.1007/s11263-015-0816-y'],
    ['https://link-springer-com.proxy.edu/chapter/10.1007/978-3-319-24574-4_28', '10.1007/978-3-319-24574-4_28'],
    ['https://bmcbioinformatics.biomedcentral.com/track/pdf/10.1186/s12859-019-1?x=1', '10.1186/s12859-019-1'],
    ['https://www.biomedcentral.com/1471-2105/10/421', '10.1186/1471-2105-10-421'],
    ['https://dl.acm.org/citation.cfm?doid=359340.359342', '10.1145/359340.359342'],
    ['https://zenodo.org/record/3240529#.XYZ', '10.5281/zenodo.3240529'],
    ['https://zenodo.org/records/3240529/files/a.pdf', '10.5281/zenodo.3240529'],
    [
      'https://www.medrxiv.org/content/medrxiv/early/2020/03/03/2020.03.01.20029769.full.pdf',
      '10.1101/2020.03.01.20029769',
    ],
    ['https://www.preprints.org/manuscript/202001.0001/v1', '10.20944/preprints202001.0001.v1'],
    ['https://jamanetwork.com/journals/jama/articlepdf/10.1001/jama.2020.1585', '10.1001/jama.2020.1585'],
    ['https://www.taylorfrancis.com/chapters/edit/10.4324/9781315123456-1/fences-ann-abel', '10.4324/9781315123456-1'],
    ['https://digital-library.theiet.org/content/journals/10.1049/iet-x.2018.1', '10.1049/iet-x.2018.1'],
    ['https://www.thieme-connect.de/DOI/DOI?10.1055/s-0040-1701234', '10.1055/s-0040-1701234'],
    ['https://agupubs.onlinelibrary.wiley.com/doi/full/10.1029/2019JD031', '10.1029/2019jd031'],
    ['https://onlinelibrary.wiley.com/doi/10.1002/asi.10/abstract;jsessionid=1A.f02', '10.1002/asi.10'],
    ['https://www.tandfonline.com/doi/full/10.1080/20964129.2020.1722034', '10.1080/20964129.2020.1722034'],
    ['https://journals.sagepub.com/doi/pdf/10.1177/0956797611417632', '10.1177/0956797611417632'],
    ['https://www.pnas.org/doi/abs/10.1073/pnas.1706.114', '10.1073/pnas.1706.114'],
    ['https://www.science.org/doi/suppl/10.1126/science.abc/suppl_file/a.pdf', '10.1126/science.abc'],
    ['https://www.frontiersin.org/articles/10.3389/fpsyg.2020.00001/full', '10.3389/fpsyg.2020.00001'],
    [
      'https://journals.plos.org/plosone/article/file?id=10.1371/journal.pone.0000001&type=printable',
      '10.1371/journal.pone.0000001',
    ],
    [
      'https://journals.plos.org/plosone/article/figure?id=10.1371/journal.pone.0000001.g001',
      '10.1371/journal.pone.0000001',
    ],
    [
      'https://web.archive.org/web/2020/https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0000001',
      '10.1371/journal.pone.0000001',
    ],
    ['https://www.biorxiv.org/content/10.1101/2020.01.01.123456v2.full.pdf+html', '10.1101/2020.01.01.123456'],
    ['https://www.medrxiv.org/content/10.1101/2020.01.01.20123456v1', '10.1101/2020.01.01.20123456'],
    ['https://www.biorxiv.org/content/early/2018/01/01/123456', '10.1101/123456'],
    ['https://royalsocietypublishing.org/doi/10.1098/rspb.2019.1969', '10.1098/rspb.2019.1969'],
    ['https://academic.oup.com/nar/advance-article/doi/10.1093/nar/gkz1001/5609521', '10.1093/nar/gkz1001'],
    ['https://direct.mit.edu/tacl/article/doi/10.1162/tacl_a_00288/43523/A-title', '10.1162/tacl_a_00288'],
    [
      'https://pubs.aip.org/aip/jcp/article-abstract/doi/10.1063/5.0030949/199999/A?redirectedFrom=x',
      '10.1063/5.0030949',
    ],
    ['https://pubs.acs.org/doi/10.1021/acs.jcim.9b00001', '10.1021/acs.jcim.9b00001'],
    ['https://journals.aps.org/prl/abstract/10.1103/PhysRevLett.116.061102', '10.1103/physrevlett.116.061102'],
    ['https://iopscience.iop.org/article/10.1088/1742-6596/1/1/012001/meta', '10.1088/1742-6596/1/1/012001'],
    ['https://www.emerald.com/insight/content/doi/10.1108/JD-01-2019-0001/full/html', '10.1108/jd-01-2019-0001'],
    ['https://www.jstor.org/stable/10.2307/2118559?seq=1', '10.2307/2118559'],
    ['https://www.thieme-connect.com/products/ejournals/pdf/10.1055/s-0039-1.pdf', '10.1055/s-0039-1'],
    ['https://www.degruyter.com/document/doi/10.1515/ling-2020-0001/html', '10.1515/ling-2020-0001'],
    ['https://doi.org/10.1002/x&lt;1::AID-Y&gt;3.0.CO;2-#', '10.1002/x<1::aid-y>3.0.co;2-#'],
    // As publishers make one of their own numbers.
    ['https://www.nature.com/articles/s41586-020-2649-2.pdf', '10.1038/s41586-020-2649-2'],
    ['https://www-nature-com.eur.idm.oclc.org/articles/s41586-020-2649-2#Sec2', '10.1038/s41586-020-2649-2'],
    ['https://www.nature.com/articles/s41599-018-0187-2', '10.1057/s41599-018-0187-2'],
    ['https://www.nature.com/articles/nature14539', '10.1038/nature14539'],
    ['https://www.nature.com/nature/journal/v521/n7553/full/nature14539.html', '10.1038/nature14539'],
    ['https://www.nature.com/articles/nmeth.2089', '10.1038/nmeth.2089'],
    ['https://www.nature.com/articles/sdata201618', '10.1038/sdata.2016.18'],
    ['https://www.nature.com/articles/171737a0', '10.1038/171737a0'],
    ['https://pubs.rsc.org/en/content/articlelanding/2020/sc/d0sc00001a#!divAbstract', '10.1039/d0sc00001a'],
    ['https://elifesciences.org/articles/64384', '10.7554/elife.64384'],
    ['https://peerj.com/articles/4375.pdf', '10.7717/peerj.4375'],
    ['https://peerj.com/articles/cs-123/', '10.7717/peerj-cs.123'],
    ['https://www.bmj.com/content/372/bmj.n71.full.pdf', '10.1136/bmj.n71'],
    ['https://mhealth.jmir.org/2020/5/e17452/PDF', '10.2196/17452'],
    ['https://www.hindawi.com/journals/cin/2018/7068349/', '10.1155/2018/7068349'],
    ['https://www.karger.com/Article/FullText/501234', '10.1159/000501234'],
    ['https://papers.ssrn.com/sol3/papers.cfm?abstract_id=1234567', '10.2139/ssrn.1234567'],
    ['https://www.ijcai.org/proceedings/2019/0123.pdf', '10.24963/ijcai.2019/123'],
    ['https://acp.copernicus.org/articles/22/123/2022/acp-22-123-2022.pdf', '10.5194/acp-22-123-2022'],
    ['https://acp-copernicus-org.proxy.example.edu/articles/22/123/2022/', '10.5194/acp-22-123-2022'],
    [
      'https://isprs-archives.copernicus.org/articles/XLIII-B2-2020/1/2020/',
      '10.5194/isprs-archives-xliii-b2-2020-1-2020',
    ],
    ['https://egusphere.copernicus.org/preprints/2022/egusphere-2022-77/', '10.5194/egusphere-2022-77'],
    ['https://www.aanda.org/articles/aa/abs/2021/06/aa40528-21/aa40528-21.html', '10.1051/0004-6361/202140528'],
    [
      'https://www.thelancet.com/journals/lancet/article/PIIS0140-6736(20)30183-5/fulltext',
      '10.1016/s0140-6736(20)30183-5',
    ],
    ['https://quantum-journal.org/papers/q-2018-08-06-79/', '10.22331/q-2018-08-06-79'],
    ['https://scipost.org/SciPostPhys.1.1.001/pdf', '10.21468/scipostphys.1.1.001'],
    ['https://joss.theoj.org/papers/10.21105/joss.00001', '10.21105/joss.00001'],
  ])('%s', (address, doi) => {
    expect(named(address)).toBe(`doi:${doi}`);
    expect(normalIdentifier('doi', address)).toBe(doi);
  });

  it.each([
    ['https://europepmc.org/article/MED/23193287', 'pmid:23193287'],
    ['https://pubmed.ncbi.nlm.nih.gov/?term=23193287', 'pmid:23193287'],
    ['https://www.ncbi.nlm.nih.gov/pmc/articles/PMC3531190/pdf/x.pdf', 'pmcid:PMC3531190'],
    ['https://europepmc.org/article/PMC/PMC3531190', 'pmcid:PMC3531190'],
    ['https://ui.adsabs.harvard.edu/abs/2017arXiv170603762V/abstract', 'arxiv:1706.03762'],
    ['https://www.semanticscholar.org/arxiv/1706.03762', 'arxiv:1706.03762'],
    ['https://papers.cool/arxiv/1706.03762', 'arxiv:1706.03762'],
    ['https://arxiv.org/ftp/arxiv/papers/1706/1706.03762.pdf', 'arxiv:1706.03762'],
    ['https://aclanthology.org/anthology-files/pdf/P/P18/P18-1001v2.pdf', 'acl:P18-1001'],
    [
      'https://api.semanticscholar.org/204e3073870fae3d05bcbc2f6a8e263d9b72e776',
      's2:204e3073870fae3d05bcbc2f6a8e263d9b72e776',
    ],
  ])('%s', (address, identifier) => expect(named(address)).toBe(identifier));

  it.each([
    ...[
      'https://www.sciencedirect.com/science/article/pii/S0140673620301835',
      'https://ieeexplore.ieee.org/document/7780459',
    ],
    ...['https://academic.oup.com/bioinformatics/article/36/1/1/5527751', 'https://www.mdpi.com/2072-4292/12/1/1'],
    ...[
      'https://onlinelibrary.wiley.com/journal/10.1002/(ISSN)1097-0142',
      'https://onlinelibrary.wiley.com/toc/10970142/2020',
    ],
    ...['https://dl.acm.org/citation.cfm?id=359340.359342', 'https://www.jstor.org/stable/2118559', 'https://doi.org/'],
    ...[
      'https://www.nature.com/articles/1801051',
      'https://www.nature.com/articles/palcomms201510',
      'https://www.nature.com/nature',
    ],
    ...[
      'https://www.nature.com/articles/s40494-024-01234-5',
      'https://openreview.net/forum?id=abc',
      'https://dl.acm.org/toc/tog/2020/39/4',
    ],
    ...['https://api.semanticscholar.org/CorpusID:1', 'https://www.cell.com/cell/fulltext/S0092-8674(20)30001-1'],
    ...[
      'https://hdl.handle.net/10.2066/12345',
      'https://uni.edu/news/10.2020/workshop',
      'https://dspace.uni.edu/handle/10.1234/5',
    ],
    ...[
      'https://example.org/v/10.1000/setup.exe',
      'https://example.org/?q=https://example.org/?q=https://example.org/',
    ],
    ...['https://elifesciences.org/subjects/neuroscience', 'https://aclanthology.org/volumes/2020.acl-main/'],
    ...['https://doi.org/10.1000/', 'math.GT/10.1000/x', 'see dl.acm.org/doi/10.1145/359340.359342'],
  ])('but nothing is named by %s', (address) => expect(named(address)).toBeNull());
});

it.each([
  ...['10.1000/a\\_b', '10.1000/a{\\_}b', '{10.1000/a_b}', '10.1000%2Fa%5Fb', '10.1000/a%255Fb', '<10.1000/a_b>'],
  ...[
    '(doi:10.1000/a_b)',
    '[DOI: 10.1000/a_b].',
    '“https://doi.org/10.1000/a_b”',
    'DOI 10.1000/a_b;',
    'doi=10.1000/a_b',
  ],
  ...['info:doi/10.1000/a_b', 'doi10.1000/a_b', 'DOI：10.1000/a_b', '10.1000/a_b)', '\u200b10.1000/a_b\u00ad'],
  ...['https://doi.org/10.1000/a\\_b', '<https://doi.org/10.1000/a_b>', 'https://dl.acm.org/doi/10.1000/a\\_b}'],
])('a DOI is read as people paste it: %j', (pasted) => expect(named(pasted)).toBe('doi:10.1000/a_b'));

it('what is read once is read the same again, whatever it is made of', () => {
  const token = fc.constantFrom(
    ...['https://', 'dl.acm.org', 'nature.com', 'doi.org', 'x.org', '/doi', '/articles', '/', '?url=', '&', '#', '%2F'],
    ...[
      '10.1000',
      '10.1145/3',
      's41586-020-2649-2',
      'abs',
      'full',
      '.pdf',
      '%25',
      '%',
      '&amp;',
      '\\',
      '{',
      '}',
      '_',
      ' ',
    ],
    ...['(', ')', '<', '>', '.', 'doi:', 'arxiv:', '1706.03762', 'é', '\u0301', '\u0000', ';2-#', 'login?url='],
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
      const text = tokens.join('');
      const found = parseIdentifier(text);
      if (!found) return;
      expect(normalIdentifier(found.kind, found.value)).toBe(found.value);
      expect(normalIdentifier(found.kind, text)).toBe(found.value);
    }),
    { numRuns: 2000 },
  );
});

it('takes no time over a hostile address', () => {
  const begun = performance.now();
  for (const begin of ['https://dl.acm.org/doi/10.1145/', 'https://x.org/?url=', '10.1000/', 'doi:', 'https://']) {
    for (const piece of [
      '%25',
      '&amp;',
      'a.',
      '-',
      '(',
      ')',
      '.pdf',
      'https://x.org/',
      '/full',
      '.',
      '{',
      '10.1000/',
      '?',
      '&',
    ]) {
      parseIdentifier(begin + piece.repeat(Math.floor((1000 - begin.length) / piece.length)));
    }
  }
  expect(performance.now() - begun).toBeLessThan(3000);
});
