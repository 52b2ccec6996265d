import { describe, expect, it } from 'vitest';
import { IDENTIFIER_KINDS, normalIdentifier, parseIdentifier, type IdentifierKind } from '../src/identifiers.ts';

describe('an identifier has one normal form, however it is written', () => {
  const S2 = '204e3073870fae3d05bcbc2f6a8e263d9b72e776';
  const forms: [IdentifierKind, string, string[]][] = [
    [
      'doi',
      '10.1000/ab(c)1',
      [
        '10.1000/AB(C)1',
        ' 10.1000/ab(c)1 ',
        'doi:10.1000/ab(c)1',
        'DOI: 10.1000/Ab(c)1',
        'doi 10.1000/ab(c)1',
        'https://doi.org/10.1000/ab(c)1',
        'http://dx.doi.org/10.1000/AB(C)1',
        'https://www.doi.org/10.1000/ab(c)1',
        'HTTPS://DOI.ORG/10.1000/ab(c)1',
        'doi.org/10.1000/ab(c)1',
        'doi: https://doi.org/10.1000/ab(c)1',
        'https://doi.org/doi:10.1000/ab(c)1',
        'https://doi.org/10.1000%2Fab%28c%291',
        '10.1000/ab(c)1.',
        'https://doi.org/10.1000/ab(c)1.,;',
      ],
    ],
    [
      'doi',
      '10.1002/x<1::aid-y>3.0.co;2-#',
      [
        'https://doi.org/10.1002/x<1::AID-Y>3.0.CO;2-#',
        '10.1002/x&lt;1::AID-Y&gt;3.0.CO;2-#',
        '10.1002/x\\textless{}1::AID-Y\\textgreater{}3.0.CO;2-\\#',
        '10.1002/x{\\textless}1::AID-Y{\\textgreater}3.0.CO;2-#',
        '10.1002/x\\textless 1::AID-Y\\textgreater 3.0.CO;2-#',
        '10.1002/x$<$1::AID-Y$>$3.0.CO;2-#',
      ],
    ],
    ['doi', '10.1000/a_b&c', ['10.1000/a\\_b\\&c', '10.1000/a{\\_}b&amp;c', '10.1000/a\\textunderscore{}b&c']],
    ['doi', '10.1000/50%off', ['10.1000/50%off', 'https://doi.org/10.1000/50%off']],
    ['doi', '10.1016.12.31/nature.s0735', ['10.1016.12.31/nature.S0735']],
    [
      'arxiv',
      '2209.09004',
      [
        '2209.09004',
        'https://huggingface.co/papers/2209.09004',
        'hf.co/papers/2209.09004',
        'https://www.alphaxiv.org/abs/2209.09004v1',
        'https://ar5iv.labs.arxiv.org/html/2209.09004',
        '2209.09004v2',
        'arXiv:2209.09004',
        'ARXIV: 2209.09004v11',
        'arXiv:2209.09004v5 [cs.CL]',
        'https://arxiv.org/abs/2209.09004',
        'http://arxiv.org/abs/2209.09004v1/',
        'https://arxiv.org/abs/2209.09004?context=cs',
        'https://arxiv.org/pdf/2209.09004v2.pdf',
        'https://arxiv.org/pdf/2209.09004',
        'https://www.arxiv.org/html/2209.09004v2#S3',
        'https://export.arxiv.org/abs/2209.09004',
        'arxiv.org/abs/2209.09004',
      ],
    ],
    ['arxiv', '0704.0001', ['0704.0001v1', 'https://arxiv.org/abs/0704.0001']],
    ['arxiv', 'hep-th/9901001', ['hep-th/9901001', 'HEP-TH/9901001v3', 'https://arxiv.org/pdf/hep-th/9901001v3.pdf']],
    ['arxiv', 'math/0309136', ['math.GT/0309136', 'arXiv:math.GT/0309136v1', 'math/0309136']],
    ['arxiv', 'cond-mat/0301001', ['cond-mat.mtrl-sci/0301001']],
    [
      'pmid',
      '23193287',
      [
        '23193287',
        '023193287',
        'PMID: 23193287',
        'pmid:23193287',
        'https://pubmed.ncbi.nlm.nih.gov/23193287/',
        'https://pubmed.ncbi.nlm.nih.gov/23193287/?dopt=Abstract',
        'https://www.ncbi.nlm.nih.gov/pubmed/23193287',
      ],
    ],
    [
      'pmcid',
      'PMC3531190',
      [
        'PMC3531190',
        'pmc3531190',
        '3531190',
        'PMCID: PMC3531190',
        'https://www.ncbi.nlm.nih.gov/pmc/articles/PMC3531190/',
        'https://pmc.ncbi.nlm.nih.gov/articles/PMC3531190/',
      ],
    ],
    [
      'acl',
      'P18-1001',
      [
        'P18-1001',
        'p18-1001',
        'acl:P18-1001',
        'https://aclanthology.org/P18-1001/',
        'https://aclanthology.org/P18-1001.pdf',
        'https://aclanthology.org/P18-1001.PDF',
        'https://www.aclweb.org/anthology/P18-1001',
      ],
    ],
    [
      'acl',
      '2020.acl-main.1',
      ['2020.acl-main.1', '2020.ACL-main.1', 'ACL:2020.acl-main.1', 'https://aclanthology.org/2020.acl-main.1.pdf'],
    ],
    ['acl', '2022.findings-emnlp.33', ['https://aclanthology.org/2022.findings-emnlp.33/']],
    [
      'openalex',
      'W2741809807',
      [
        'W2741809807',
        'w2741809807',
        'openalex:W2741809807',
        'https://openalex.org/W2741809807',
        'https://api.openalex.org/works/W2741809807',
        'https://openalex.org/works/w2741809807',
      ],
    ],
    [
      's2',
      S2,
      [
        S2,
        S2.toUpperCase(),
        `S2:${S2}`,
        `https://www.semanticscholar.org/paper/${S2}`,
        `https://www.semanticscholar.org/paper/A-title-as-a-slug/${S2}?sort=year`,
      ],
    ],
    [
      'isbn',
      '9783161484100',
      [
        ...['9783161484100', '978-3-16-148410-0', '978 3 16 148410 0', '316148410X', '3-16-148410-x', '978-3161484100'],
        ...['isbn:9783161484100', 'ISBN 3-16-148410-X', 'ISBN-13: 978-3-16-148410-0', 'urn:isbn:316148410X'],
      ],
    ],
    ['isbn', '9791090636071', ['979-10-90636-07-1']],
  ];

  it.each(forms)('%s %s', (kind, normal, written) => {
    for (const form of written) expect([form, normalIdentifier(kind, form)]).toEqual([form, normal]);
    expect(normalIdentifier(kind, normal)).toBe(normal);
  });

  it('is told apart by its prefix or address, never guessed from a bare number', () => {
    for (const [kind, value, written] of forms) {
      for (const form of written.filter((each) => /^(?:[a-z\d]+:|https?:|doi\b|arxiv\.|isbn\b)/i.test(each))) {
        expect([form, parseIdentifier(form)]).toEqual([form, { kind, value }]);
      }
    }
    expect(parseIdentifier('10.1000/X')).toEqual({ kind: 'doi', value: '10.1000/x' });
    for (const anybodys of [
      '17',
      '2209.09004',
      '23193287',
      'W12',
      'P18-1001',
      S2,
      '9783161484100',
      '10.5',
      'https://example.org/10.1',
    ]) {
      expect([anybodys, parseIdentifier(anybodys)]).toEqual([anybodys, null]);
    }
  });

  it.each<[IdentifierKind, string[]]>([
    ['doi', ['10.1000', '11.1000/x', '10.1000/', '10.1000/..', '10.1000/a b', 'https://doi.org/10.1000/a%20b', 'none']],
    ['arxiv', ['2209.090', '220909004', 'hep-th/99', 'https://arxiv.org/list/cs.CL/recent', '2209.09004v']],
    ['pmid', ['1234567890', '12a', '', 'PMID:']],
    ['pmcid', ['PMC', 'PMCX1']],
    ['acl', ['P18', '2020.acl-main', 'P181001']],
    ['openalex', ['A123', 'W', '123']],
    ['s2', [S2.slice(1), `${S2}0`, 'CorpusID:123']],
    [
      'isbn',
      [
        '978-3-16-148410-1',
        '978-3-16-148410-X',
        '978-3-16-148419-X',
        '3-16-148410-0',
        '978316148410',
        '1234-5678',
        '97X3161484100',
        '9773161484100',
      ],
    ],
  ])('%s: anything else is refused', (kind, malformed) => {
    for (const value of malformed) expect([value, normalIdentifier(kind, value)]).toEqual([value, null]);
  });

  it('takes no time over a hostile value', () => {
    const dots = `10.1000/${'.'.repeat(2_000_000)}`;
    for (const kind of IDENTIFIER_KINDS) {
      for (const hostile of [dots, `${dots}x`, `${'doi:'.repeat(500_000)}x`, 'a-'.repeat(1_000_000)]) {
        expect(normalIdentifier(kind, hostile)).toBeNull();
        expect(parseIdentifier(hostile)).toBeNull();
      }
    }
  });
});
