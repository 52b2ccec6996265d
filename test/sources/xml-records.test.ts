/** What holds for every XML source, shown with one of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { arxivAtom } from '../../src/sources/arxiv-atom.ts';
import { MAX_RECORD_CHARACTERS, type SourceFile } from '../../src/sources/source.ts';
import { readText, records, rejects } from './read.ts';

const entry = (number: number, title = `Title ${number}`) =>
  `<entry><id>http://arxiv.org/abs/2401.${String(number).padStart(5, '0')}v1</id>\n  <title>${title}</title></entry>`;
const feed = (...entries: string[]) =>
  `<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n${entries.join('\n')}\n</feed>\n`;

const read = (text: string, pieceLength?: number) => readText(arxivAtom, text, pieceLength);
const titles = async (text: string) => records(await read(text)).map(({ input }) => input.title);
const reasons = async (text: string) =>
  rejects(await read(text)).map(({ reject }) => `${reject.code}: ${reject.reason}`);

describe('records', () => {
  it('are found by their local name, whatever the prefix', async () => {
    const prefixed = feed(entry(1)).replace(/<(\/?)(feed|entry|id|title)\b/g, '<$1a:$2');
    expect(await titles(prefixed)).toEqual(['Title 1']);
  });

  it('carry the byte where they begin and their beginning', async () => {
    const text = feed(entry(1, 'Über Größen 😀'), '<!-- é -->', entry(2), '<entry/>', entry(3, 'x'.repeat(1000)));
    const bytes = Buffer.from(text);
    const found = await read(text, 7);
    expect(found.map(({ record }) => record)).toEqual([1, 2, 3, 4]);
    for (const { offset, raw } of found) {
      expect(raw.startsWith('<entry')).toBe(true);
      expect(bytes.subarray(offset).toString().startsWith(raw)).toBe(true);
      expect(raw.length).toBeLessThan(400);
    }
  });

  it('are the same wherever the text is cut into pieces', async () => {
    const length = fc.integer({ min: 0, max: 40_000 });
    await fc.assert(
      fc.asyncProperty(length, length, length, fc.integer({ min: 1000, max: 70_000 }), async (a, b, c, pieceLength) => {
        const comment = `<!-- ${entry(9)} ${'é'.repeat(b)} -->`;
        const section = `<![CDATA[${'</entry> '.repeat(c / 9)}]]>`;
        const text = feed(entry(1, '😀'.repeat(a)), comment, entry(2, section), '😀'.repeat(c), entry(3), entry(4));
        const bytes = Buffer.from(text);
        const found = await read(text, pieceLength);
        expect(found.map((each) => 'input' in each && each.input.arxiv)).toEqual(
          [1, 2, 3, 4].map((number) => `http://arxiv.org/abs/2401.0000${number}v1`),
        );
        expect(found.map(({ offset }) => offset)).toEqual(
          [1, 2, 3, 4].map((number) => bytes.indexOf(entry(number).slice(0, 50))),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('are the same where the text is cut within a tag or the end of a comment', async () => {
    const piece = 64 * 1024;
    const comment = `<!-- ${entry(9)} ${'x'.repeat(5000)} -->`;
    const core = `${comment}<entry  a="/>" /><entry a="/">${entry(1).slice('<entry>'.length)}`;
    const bare = await read(`<feed>${core}</feed>`);
    expect(bare).toHaveLength(2);
    for (let shift = comment.length - 5; shift <= core.length; shift++) {
      const filler = ' '.repeat(piece - '<feed>'.length - shift);
      const found = await read(`<feed>${filler}${core}</feed>`, piece);
      expect(found).toEqual(bare.map((each) => ({ ...each, offset: each.offset + filler.length })));
    }
  });

  it('are not looked for in comments and CDATA sections', async () => {
    const text = feed(`<!-- ${entry(1)} -->`, entry(2, '<![CDATA[a </entry> & <b>]]>'), `<![CDATA[${entry(3)}]]>`);
    expect(await titles(text)).toEqual(['a </entry> & <b>']);
    expect(await reasons(text)).toEqual([]);
  });

  it('may come from several documents in one file', async () => {
    expect(await titles(feed(entry(1)) + feed() + feed(entry(2)))).toEqual(['Title 1', 'Title 2']);
  });

  it('are read only as far as they are asked for, and the file is let go', async () => {
    let closed = false;
    const file: SourceFile = {
      name: 'endless',
      path: null,
      head: '',
      async *text() {
        try {
          for (let i = 1; ; i++) yield entry(i);
        } finally {
          closed = true;
        }
      },
      close() {},
    };
    for await (const found of arxivAtom.read(file)) if (found.record === 1000) break;
    expect(closed).toBe(true);
  });
});

describe('character references', () => {
  it('of HTML are resolved, though XML does not define them', async () => {
    expect(await titles(feed(entry(1, 'Caf&eacute;&nbsp;&alpha; &lt;1&#37; &amp;amp;')))).toEqual(['Café α <1% &amp;']);
  });

  it('that nobody knows, and lone ampersands, stay as they are written', async () => {
    expect(await titles(feed(entry(1, 'R&D, AT&T; &nosuch; a && b &#0; &')))).toEqual([
      'R&D, AT&T; &nosuch; a && b &#0; &',
    ]);
  });

  it('in an attribute cannot end it', async () => {
    const text = feed(entry(1).replace('</entry>', '<category term="a&quot; b=&#34;c&lt;&eacute;"/></entry>'));
    expect(records(await read(text))[0]!.input.categories).toEqual(['a" b="c<é']);
  });

  it('to entities that a document type defines are never expanded', async () => {
    const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
    const text = feed(entry(1, 'Ha &l9;')).replace('<feed', `<!DOCTYPE feed [<!ENTITY l0 "ha">${laughs}]>\n<feed`);
    expect(arxivAtom.detects(text.replace('</feed>', '<!-- arxiv.org/api --></feed>'))).toBe(true);
    expect(await titles(text)).toEqual(['Ha &l9;']);
  });

  it('to files are not either', async () => {
    const text = `<!DOCTYPE feed [<!ENTITY passwd SYSTEM "file:///etc/passwd">]>${feed(entry(1, '&passwd;'))}`;
    expect(await titles(text)).toEqual(['&passwd;']);
  });
});

describe('a broken record', () => {
  it.each([
    ['an element that does not end', entry(2).replace('</title>', '')],
    ['an end that was lost', entry(2).replace('</entry>', '')],
    ['a start tag that breaks off', entry(2).replace('<entry>', '<entry id="1><a b=')],
    ['an attribute without quotes', entry(2).replace('<title>', '<title a=b>')],
    ['a lone angle bracket', entry(2, 'p < 0.05')],
    ['a comment that does not end', entry(2, 'a <!-- b')],
    ['a CDATA section that does not end', entry(2, 'a <![CDATA[ b')],
    ['an instruction that does not end', entry(2, 'a <? b')],
    ['a document type in its midst', entry(2, 'a <!DOCTYPE b [')],
    ['tags that cross', entry(2, '<b><i>x</b></i>')],
    ['the end of another', entry(2, 'x</feed>')],
  ])('costs itself and nothing after it: %s', async (_, broken) => {
    const next = entry(3, '<!-- a --><![CDATA[Title 3]]>');
    const found = await read(feed(entry(1), broken, next, entry(4)), 100);
    expect(records(found).map(({ input }) => input.title)).toEqual(['Title 1', 'Title 3', 'Title 4']);
    expect(rejects(found)).toHaveLength(1);
    expect(rejects(found)[0]).toMatchObject({ record: 2, reject: { code: 'syntax' } });
    expect(rejects(found)[0]!.raw).toMatch(/^<entry/);
  });

  it('is reported with what is wrong and in which of its lines', async () => {
    expect(await reasons(feed(entry(1, 'a\n<b></i>')))).toEqual([
      'syntax: not well-formed XML: unexpected close tag, in line 3 of the record',
    ]);
    expect(await reasons(feed('<entry><title>x</title>', entry(1)))).toEqual([
      'syntax: another <entry> begins inside this <entry>',
    ]);
    expect(await reasons(feed(`<entry>${entry(1)}</entry>`))).toEqual([
      'syntax: another <entry> begins inside this <entry>',
    ]);
    expect(await reasons(feed('<title>x</title></entry>', entry(1)))).toEqual(['syntax: </entry> without its <entry>']);
  });

  it('never costs another, whatever is written into it', async () => {
    const junk = fc.array(
      fc.constantFrom(
        '<!--',
        '-->',
        '--',
        '<![CDATA[',
        ']]>',
        '<',
        '>',
        '"',
        "'",
        '&',
        '</',
        '<a',
        '/>',
        '<?',
        '?>',
        'é',
        ' ',
      ),
    );
    await fc.assert(
      fc.asyncProperty(junk, fc.nat(), async (pieces, at) => {
        const second = entry(2);
        const place = '<entry>'.length + (at % (second.length - '<entry></entry>'.length));
        const text = feed(entry(1), second.slice(0, place) + pieces.join('') + second.slice(place), entry(3));
        const found = await read(text, 50);
        expect(found.map(({ record }) => record)).toEqual([1, 2, 3]);
        expect(records(found).map(({ input }) => input.title)).toEqual(expect.arrayContaining(['Title 1', 'Title 3']));
      }),
      { numRuns: 200 },
    );
  });

  it('may hold control characters, which are white space', async () => {
    expect(await titles(feed(entry(1, 'a\u0000b\u000bc\uffffd')))).toEqual(['a b c d']);
  });
});

describe('a truncated file', () => {
  it('yields what was whole and one reject', async () => {
    const text = feed(entry(1), entry(2), entry(3)).trimEnd();
    const ends = [1, 2, 3].map((number) => text.indexOf(entry(number)) + entry(number).length);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 50, max: text.length - 1 }), async (length) => {
        const found = await read(text.slice(0, length), 64);
        expect(records(found)).toHaveLength(ends.filter((end) => end <= length).length);
        expect(rejects(found)).toHaveLength(1);
        expect(found.at(-1)).toMatchObject({
          reject: { code: 'syntax', reason: expect.stringContaining('the file ends') },
        });
      }),
    );
  });

  it('is told from one of another kind', async () => {
    expect(await reasons('{"title": "x"}')).toEqual(['syntax: expected <feed>, found none']);
    expect(await reasons('')).toEqual([]);
  });
});

describe('limits', () => {
  const long = 'x'.repeat(MAX_RECORD_CHARACTERS);

  it('a record that is too long is one reject, and the next is read', async () => {
    for (const title of [long, `<!-- ${long} -->`, '&'.repeat(MAX_RECORD_CHARACTERS / 4)]) {
      const found = await read(feed(entry(1), entry(2, title), entry(3)), 1 << 20);
      expect(records(found).map(({ input }) => input.title)).toEqual(['Title 1', 'Title 3']);
      expect(rejects(found)).toMatchObject([{ record: 2, reject: { code: 'too-large' } }]);
    }
  });

  it.each(['x', '</feed>'])('a record without an end is given up in time: %s', async (piece) => {
    const file: SourceFile = {
      name: 'endless',
      path: null,
      head: '',
      async *text() {
        yield '<feed><entry>';
        for (;;) yield piece.repeat(10_000);
      },
      close() {},
    };
    const { value } = await arxivAtom.read(file).next();
    expect(value).toMatchObject({ record: 1, offset: 6, reject: { code: 'too-large' } });
  });

  it('what stands between two records may be as long as it likes', async () => {
    expect(await titles(feed(entry(1), long + long, entry(2), `<!-- ${long} -->`, entry(3)))).toEqual([
      'Title 1',
      'Title 2',
      'Title 3',
    ]);
  });

  it('elements in elements in elements are a reject, not a stack overflow', async () => {
    const deep = '<b>'.repeat(100_000) + '</b>'.repeat(100_000);
    expect(await reasons(feed(entry(1, deep)))).toEqual(['too-large: elements are nested more than 100 deep']);
    expect(await reasons(feed(entry(1, '<b/>'.repeat(300_000))))).toEqual([
      'too-large: the record has more than 150000 elements',
    ]);
  });

  it('any text is read to its end, in time in proportion to its length', async () => {
    const pieces = [
      '<',
      '<feed>',
      '<entry',
      '<entry>',
      '</entry>',
      '<entry a="',
      '<!--',
      '<![CDATA[',
      '<!--<![CDATA[',
      '&',
      'a:',
      '<a ',
    ];
    for (const piece of pieces) {
      const start = performance.now();
      const found = await read('<feed><entry>' + piece.repeat(100_000 / piece.length), 10_000);
      expect(performance.now() - start, piece).toBeLessThan(4000);
      expect(rejects(found).length, piece).toBeGreaterThan(0);
    }
  });

  it('nothing throws, whatever the text', async () => {
    const part = fc.oneof(
      fc.constantFrom(
        '<feed>',
        '</feed>',
        '<entry>',
        '</entry>',
        '<entry/>',
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '<title>',
        '</title>',
      ),
      fc.string({ unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part), fc.integer({ min: 1, max: 20 }), async (parts, pieceLength) => {
        const text = parts.join('').toWellFormed();
        const bytes = Buffer.byteLength(text);
        for (const found of await read(text, pieceLength)) {
          expect(found.offset).toBeLessThanOrEqual(bytes);
          if ('input' in found && found.input.title !== '') toPaper(found.input);
        }
      }),
      { numRuns: 50 },
    );
  });
});
