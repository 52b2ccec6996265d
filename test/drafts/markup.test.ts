/** Drafts in Typst, Org and reStructuredText: what is prose in them, and what they cite where. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Draft } from '../../src/drafts/draft.ts';
import { readOrg } from '../../src/drafts/org.ts';
import { readDraft } from '../../src/drafts/read.ts';
import { readRst } from '../../src/drafts/rst.ts';
import { readTypst } from '../../src/drafts/typst.ts';
import { temporaryFolder } from '../akin.ts';

const shape = ({ title, abstract, paragraphs }: Draft) => ({
  title,
  abstract,
  paragraphs: paragraphs.map(({ heading, text, citations }) => [heading, text, citations.map(({ key }) => key).join()]),
});

const TYPST = `#import "@preview/paper:0.1.0": paper
#set page(width: 10cm)
#show: paper.with(
  title: [Counting *Sheep* at Night],
  abstract: [We count sheep @abel. It is (very) easy.],
  bibliography: bibliography("refs.bib"),
)
// A comment @nobody
= Introduction <sec-intro>
We count sheep @abel[p. 3] and @baker, as in @fig-plot and @sec-intro. Write to ann\\@example.org.
See also #cite(<cole>, form: "prose", supplement: [p. 1]) and #cite(<dole>)<here>.

#figure(
  image("plot.png", width: 80%),
  caption: [A plot of _sheep_ after @east.],
) <fig-plot>

== Deeper
Formula $x_1 @hidden$ and \`code @hidden\`. #footnote[A note of @fox.] #emph[Prose] goes on. #text(red)[Red] it is.
- item one
- item two @gale

#quote(attribution: <hall>)[Sheep pass.]
#let x = 5
#bibliography(("more.bib", "other.yml"), full: false)
`;

const ORG = `#+title: Counting *Sheep* at Night
#+author: Ann Abel
#+bibliography: refs.bib
#+OPTIONS: toc:nil
# a comment @nobody
#+begin_abstract
We count sheep [cite:@abel].
#+end_abstract

* TODO Introduction :tag:
:PROPERTIES:
:CUSTOM_ID: intro
:END:
Sheep *sleep* /well/ [cite/t:see @baker p. 3; and @cole] and citep:dole,east, as [[cite:&fox;&gale][Fox]] say.
See [[https://example.org][the farm]] and [[fig:plot]]. Also autocite:&hall. =code= \\citet{ida}.
- item one [cite:@jan]
- item two
#+begin_src python
hidden @hidden
#+end_src
| hidden | table |
#+CAPTION: A plot of sheep
[[file:plot.png]]

** Deeper
Text [fn:1].

[fn:1] A note [cite:@kim].
[cite/n:@lee]
bibliography:more.bib
nocite:max
* Literatur
- Abel, A. Fences that count sheep.
`;

const RST = `========================
Counting *Sheep* at Night
========================

:Author: Ann Abel
:Abstract: We count sheep :cite:p:\`abel\`.
           It is easy.

.. A comment
   hidden [hidden]_

Introduction
============

Sheep **sleep** :cite:t:\`baker,cole\` and so [Dole2001]_ says [1]_, see :ref:\`fig-x\` and \`\`code\`\`.
See \`the farm <https://example.org>\`_ and a_ link. :footcite:\`{see}east{p. 3}\` begins.

.. figure:: plot.png
   :width: 80%

   A plot of sheep :cite:\`fox\`.

.. code-block:: python

   hidden [hidden]_

- item one [#note]_
- item two

.. [#note] A note of it [Gale]_.

.. math::

   x = hidden

Below is code::

   hidden

Deeper
------

More of it. :math:\`hidden\`

+------+------+
| hid  | den  |
+------+------+

References
==========

.. [Dole2001] D. Dole. Fences that count sheep. 2001. doi:10.1000/sheep
   and more.
.. [1] Abel, A. Bells on sheep.
.. bibliography:: refs.bib
   :style: plain
`;

describe('a draft in Typst', () => {
  it('has its prose and its citations', () => {
    const draft = readTypst(TYPST);
    expect(shape(draft)).toEqual({
      title: 'Counting Sheep at Night',
      abstract: 'We count sheep. It is (very) easy.',
      paragraphs: [
        [
          'Introduction',
          'We count sheep and, as in and. Write to ann@example.org. See also and.',
          'abel,baker,fig-plot,sec-intro,cole,dole',
        ],
        ['Introduction', 'A plot of sheep after.', 'east'],
        ['Introduction › Deeper', 'Formula and . Prose goes on. Red it is.', ''],
        ['Introduction › Deeper', 'A note of.', 'fox'],
        ['Introduction › Deeper', 'item one', ''],
        ['Introduction › Deeper', 'item two', 'gale,hall'],
        ['Introduction › Deeper', 'Sheep pass.', ''],
      ],
    });
    expect(draft.citedAnywhere).toEqual(['abel']);
    expect(draft.labels).toEqual(['sec-intro', 'here', 'fig-plot']);
    expect(draft.bibliographies).toEqual(['refs.bib', 'more.bib', 'other.yml']);
  });

  it('may cite everything', () => {
    expect(readTypst('Prose.\n#bibliography("a.bib", full: true)').citedAnywhere).toEqual(['*']);
  });

  it('has every caption once, however many are in each other', () => {
    const nested = (n: number) => `= A\n${'#figure(caption: [we count sheep '.repeat(n)}${'])'.repeat(n)}`;
    for (const n of [2, 15, 45]) {
      const { paragraphs } = readTypst(nested(n));
      expect(paragraphs.length).toBeGreaterThan(1);
      expect(new Set(paragraphs.map(({ offset }) => offset)).size).toBe(paragraphs.length);
      expect(paragraphs.length).toBeLessThan(10);
    }
    const inCode = readTypst('#align(center, figure(image("a.png"), caption: [A plot of @abel.]))').paragraphs;
    expect(inCode).toMatchObject([{ text: 'A plot of.', citations: [{ key: 'abel' }] }]);
  });

  it('has its own title, and not that of what is in its arguments', () => {
    expect(readTypst('#show: p.with(note: [#p(title: [Of dogs])], title: [Of sheep])').title).toBe('Of sheep');
    const nested = (n: number) => `${'#show: p.with(title: [Of sheep '.repeat(n)}${'])'.repeat(n)}`;
    for (const n of [45, 600]) expect(readTypst(nested(n)).paragraphs.length).toBeLessThan(10);
  });
});

it.each([
  ['#align(center)[= Counting *sheep*]\n\nWords.\n\n= Fences\n\nMore.', 'Counting sheep', ['', 'Fences']],
  ['#align(center)[\n  = Counting sheep\n  A. Abel\n]\n\n= Fences\n\nMore.', 'Counting sheep', ['', 'Fences']],
  ['#align(center)[= Abstract]\n\nWords.\n\n= Fences\n\nMore.', '', ['Fences']],
  ['Words.\n\n#align(center)[= Fences]\n\nMore.', '', ['', '', '']],
])('a heading of Typst that is centred before everything else is the title: %j', (source, title, headings) => {
  const draft = readTypst(source);
  expect([draft.title, draft.paragraphs.map(({ heading }) => heading)]).toEqual([title, headings]);
});

describe('a draft in Org', () => {
  it('has its prose and its citations', () => {
    const draft = readOrg(ORG);
    expect(shape(draft)).toEqual({
      title: 'Counting Sheep at Night',
      abstract: 'We count sheep.',
      paragraphs: [
        [
          'Introduction',
          'Sheep sleep well and as say. See the farm and . Also code.',
          'baker,cole,dole,east,fox,gale,hall,ida',
        ],
        ['Introduction', 'item one', 'jan'],
        ['Introduction', 'item two', ''],
        ['Introduction', 'A plot of sheep', ''],
        ['Introduction › Deeper', 'Text .', ''],
        ['Introduction › Deeper', 'A note.', 'kim'],
      ],
    });
    expect(draft.citedAnywhere).toEqual(['abel', 'lee', 'max']);
    expect(draft.bibliographies).toEqual(['refs.bib', 'more.bib']);
    expect(draft.references).toMatchObject([{ text: 'Abel, A. Fences that count sheep.' }]);
  });
});

describe('a draft in reStructuredText', () => {
  it('has its prose and its citations', () => {
    const draft = readRst(RST);
    const top = 'Counting Sheep at Night › Introduction';
    expect(shape(draft)).toEqual({
      title: 'Counting Sheep at Night',
      abstract: 'We count sheep. It is easy.',
      paragraphs: [
        [top, 'Sheep sleep and so says, see and code. See the farm and a link. begins.', 'baker,cole,Dole2001,1,east'],
        [top, 'A plot of sheep.', 'fox'],
        [top, 'item one', ''],
        [top, 'item two', ''],
        [top, 'A note of it.', 'Gale'],
        [top, 'Below is code:', ''],
        ['Introduction › Deeper', 'More of it.', ''],
      ],
    });
    expect(draft.references).toMatchObject([{ key: 'Dole2001', ids: { doi: '10.1000/sheep' } }, { key: '1' }]);
    expect(draft.bibliographies).toEqual(['refs.bib']);
  });
});

it.each([
  [
    'typ',
    '= One\nProse @abel, as in @fig-x.\n#figure(image("a.png"), caption: [A plot.]) <fig-x>\n#bibliography("refs.bib")',
  ],
  ['org', '#+title: T\n#+bibliography: refs.bib\n* One\nProse [cite:@abel].'],
  ['rst', 'T\n=\n\nOne\n---\n\nProse :cite:p:`abel`.\n\n.. bibliography:: refs.bib'],
])('cites of the bibliography that it names, and is told by its content, too: .%s', async (ending, source) => {
  const folder = temporaryFolder(onTestFinished);
  mkdirSync(path.join(folder, 'paper'));
  writeFileSync(path.join(folder, 'refs.bib'), '@book{secret, title={Of another folder}}');
  writeFileSync(path.join(folder, 'paper/refs.bib'), '@book{abel, title={Fences}}\n@book{baker, title={Dogs}}');
  for (const name of [`draft.${ending}`, 'draft']) {
    writeFileSync(path.join(folder, 'paper', name), source);
    const draft = await readDraft(path.join(folder, 'paper', name));
    expect(draft.references.map(({ key }) => key)).toEqual(['abel']);
    expect(draft.notes).toEqual([]);
  }
});

it('never fails, and never lets a mark through', () => {
  const words = fc.constantFrom(
    ...(
      '#set #show #let #cite( #cite(<a>) #footnote[ #figure( caption: [ ) ] [ ( { } @a @b[ <x> = == $ ` ``` /* */ // \\ "x" ' +
      '[cite:@a] [cite/t: [[cite:&a] [[ ]] cite:a #+begin_src #+end_src #+title: * ** - :A: [fn:1] ~ = + / _ ' +
      ':cite:`a` :cite: `a` [a]_ .. ..[a] .. a:: :: == -- ~~ |x| ** \ue000 0\ue001 word'
    ).split(' '),
    '\n',
    '\n\n',
    '\n  ',
    '\n.. ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(words, { maxLength: 60 }).map((all) => all.join(' ')),
        fc.string(),
      ),
      (source) => {
        for (const read of [readTypst, readOrg, readRst]) {
          const draft = read(source);
          expect(JSON.stringify(draft)).not.toMatch(/[\ue000\ue001]/);
          for (const { text, citations, offset } of draft.paragraphs) {
            expect(offset).toBeGreaterThanOrEqual(0);
            for (const { at } of citations) expect(at).toBeLessThanOrEqual(text.length);
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});
