/** The doors through which texts of others come in, of this checkout or another: what was can be held against what is. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { docxOf } from './docx-fixture.ts';
import type { Door } from './patterns.ts';

/** Reads a text as whoever comes through the door would have it read; how long that takes is what matters here. */
export type Reading = (text: string) => unknown;

/** @param load imports a source by its path from `src`. */
export async function doorsOf(load: <Module>(file: string) => Promise<Module>): Promise<Record<Door, Reading>> {
  const [typst, org, rst] = await Promise.all([
    load<typeof import('../../src/drafts/typst.ts')>('drafts/typst.ts'),
    load<typeof import('../../src/drafts/org.ts')>('drafts/org.ts'),
    load<typeof import('../../src/drafts/rst.ts')>('drafts/rst.ts'),
  ]);
  const [markdown, latex, text, docx, bibliography, bbl] = await Promise.all([
    load<typeof import('../../src/drafts/markdown.ts')>('drafts/markdown.ts'),
    load<typeof import('../../src/drafts/latex.ts')>('drafts/latex.ts'),
    load<typeof import('../../src/drafts/text.ts')>('drafts/text.ts'),
    load<typeof import('../../src/drafts/docx.ts')>('drafts/docx.ts'),
    load<typeof import('../../src/drafts/bibliography.ts')>('drafts/bibliography.ts'),
    load<typeof import('../../src/drafts/biblatex-bbl.ts')>('drafts/biblatex-bbl.ts'),
  ]);
  const [sentences, passage, identifiers, paper, markup, fields] = await Promise.all([
    load<typeof import('../../src/search/sentences.ts')>('search/sentences.ts'),
    load<typeof import('../../src/web/passage.ts')>('web/passage.ts'),
    load<typeof import('../../src/identifiers.ts')>('identifiers.ts'),
    load<typeof import('../../src/paper.ts')>('paper.ts'),
    load<typeof import('../../src/sources/markup.ts')>('sources/markup.ts'),
    load<typeof import('../../src/sources/latex.ts')>('sources/latex.ts'),
  ]);
  return {
    markdown: markdown.readMarkdown,
    latex: (source) => latex.readLatex(source, new Map([['a.tex', source]])),
    typst: typst.readTypst,
    org: org.readOrg,
    rst: rst.readRst,
    text: text.readText,
    docx: async (body) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'akin-docx-'));
      try {
        const file = path.join(folder, 'draft.docx');
        writeFileSync(file, await docxOf(body));
        return await docx.readDocx(file);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    bibliography: bibliography.bibliographyInText,
    inputs: latex.inputNames,
    bbl: bbl.readBiblatexBbl,
    abstract: (abstract) => {
      passage.passage(abstract, 0, 300);
      passage.marked(abstract, passage.stemsOf('fences of sheep'));
      return sentences.sentencesOf(abstract);
    },
    record: (field) => {
      identifiers.parseIdentifier(field);
      for (const text of [markup.plainText(field), fields.latexToText(field)])
        paper.toPaper({ id: field, title: text, abstract: text, url: field, doi: field, extra: { isbn: field } });
    },
  };
}
