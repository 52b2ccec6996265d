/** `akin related`, as a person meets it. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { akin, sampleCopy, temporaryFolder } from '../akin.ts';

const library = sampleCopy(afterAll);
const folder = temporaryFolder(afterAll);
const draft = path.join(folder, 'main.tex');
writeFileSync(
  draft,
  `\\documentclass{article}\\title{Machines}\\begin{document}
   \\section{Introduction} A machine with a finite table and an endless tape can compute whatever any procedure
   computes \\cite{turing}. \\input{../gone}
   \\bibliography{refs}\\end{document}`,
);
writeFileSync(
  path.join(folder, 'refs.bib'),
  '@article{turing, title={On Computable Numbers, with an Application to the Entscheidungsproblem}}',
);

const ask = (...more: string[]) => akin(['related', draft, '--index', library, '--limit', '4', ...more]);

it('prints suggestions for people, as JSON, as Markdown and as BibTeX', async () => {
  const [text, json, markdown, bibtex] = await Promise.all([
    ask(),
    ask('--json'),
    ask('--format', 'markdown'),
    ask('--format', 'bibtex'),
  ]);
  for (const { code, stderr } of [text, json, markdown, bibtex]) expect([code, stderr]).toEqual([0, '']);
  const answer = JSON.parse(json.stdout) as {
    passages: { heading: string; suggestions: { id: string; title: string }[] }[];
  };
  const chosen = answer.passages.flatMap(({ suggestions }) => suggestions);
  expect(chosen).toHaveLength(4);
  for (const { id, title } of chosen) {
    expect(text.stdout).toContain(id);
    expect(text.stdout).toContain(title);
    expect(markdown.stdout).toContain(title);
  }
  for (const { heading } of answer.passages) {
    expect(text.stdout).toContain(heading);
    expect(markdown.stdout).toContain(`## ${heading}`);
  }
  for (const { stdout } of [text, markdown]) {
    expect(stdout).toContain('cited, and so not suggested: 1 (1 in the library)');
    expect(stdout).toMatch(/outside of the draft's folder/);
  }
  expect(bibtex.stdout.match(/^@\w+\{/gm)).toHaveLength(4);
  expect([text.stdout, bibtex.stdout, markdown.stdout].join()).not.toContain('Entscheidungsproblem');
});

it('says nothing of other bibliographies where one is given', async () => {
  const lost = path.join(folder, 'lost.md');
  writeFileSync(
    lost,
    '---\nbibliography: [gone.bib]\n---\nA machine with a finite table and an endless tape can compute whatever any procedure computes [@turing].\n',
  );
  const notes = async (...more: string[]) =>
    (JSON.parse((await akin(['related', lost, '--index', library, '--json', ...more])).stdout) as { notes: string[] })
      .notes;
  expect((await notes()).join()).toContain('gone.bib was not read');
  expect(await notes('--bib', path.join(folder, 'refs.bib'))).toEqual([]);
});

it('says of what is no text that it is none, and takes text in any encoding', async () => {
  const picture = path.join(folder, 'picture.png');
  writeFileSync(picture, Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * i * 31 + 137) % 256)));
  const said = await akin(['related', picture, '--index', library]);
  expect([said.code, said.stdout]).toEqual([2, '']);
  expect(said.stderr).toMatch(/picture\.png: it is no text, and neither a PDF nor a Word file\n {6}a draft is LaTeX/);
  for (const encoding of ['utf16le', 'latin1'] as const) {
    writeFileSync(
      picture,
      Buffer.from(
        `${encoding === 'latin1' ? '' : '\ufeff'}Machines with a finite table and an endless tape compute whatever any procedure computes, déjà vu.`,
        encoding,
      ),
    );
    expect((await akin(['related', picture, '--index', library])).code).toBe(0);
  }
});

it.each([
  ['cut.pdf', Buffer.from('%PDF-1.5\n1 0 obj\n<< /Type /Catalog'), 'a PDF'],
  ['cut.docx', Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(500, 7)]), 'a Word document'],
  ['cut.tex.gz', gzipSync('Machines compute whatever any procedure computes.').subarray(0, 40), 'a compressed file'],
])('says of a damaged %s what it seems to be, and what to do', async (name, bytes, kind) => {
  const damaged = path.join(folder, name);
  writeFileSync(damaged, bytes);
  const said = await akin(['related', damaged, '--index', library]);
  expect([said.code, said.stdout]).toEqual([2, '']);
  expect(said.stderr.replace(/ \([^()\n]*\)$/m, '')).toBe(
    `akin: ${damaged}: it seems to be ${kind} that is cut or damaged\n      save or export it again, or copy it again from where it is whole\n`,
  );
});

it('keeps to the years asked for', async () => {
  const { stdout } = await ask('--json', '--year', '1940..1950');
  const { passages } = JSON.parse(stdout) as { passages: { suggestions: { year: number }[] }[] };
  const years = passages.flatMap(({ suggestions }) => suggestions.map(({ year }) => year));
  expect(years.length).toBeGreaterThan(0);
  for (const year of years) expect(Math.abs(year - 1945)).toBeLessThanOrEqual(5);
});

it.each([
  [['related', path.join(folder, 'nothing.tex')], 2, 'no such file'],
  [['related', draft, '--bib', path.join(folder, 'nothing.bib')], 2, 'no such file'],
  [['related', draft, '--bib', draft], 2, 'format'],
  [['related', draft, '--year', 'soon'], 2, 'soon'],
  [['related', draft, '--limit', '101'], 2, '101'],
  [['related', draft, '--format', 'pdf'], 2, 'pdf'],
  [['related', draft, '--index', path.join(folder, 'nowhere')], 3, 'nowhere'],
])('refuses %j with exit code %i', async (parameters, code, said) => {
  const finished = await akin(parameters.includes('--index') ? parameters : [...parameters, '--index', library]);
  expect([finished.code, finished.stdout]).toEqual([code, '']);
  expect(finished.stderr).toContain(said);
});
