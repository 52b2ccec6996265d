/**
 * The manual under `/docs`: the chapters that stand beside the code, as pages that need no network. A chapter's links lead to the
 * pages of other chapters; what is no page is no link.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Hono } from 'hono';
import { html, raw } from 'hono/html';
import MarkdownIt, { type Token } from 'markdown-it';
import { ROOT } from '../package.ts';
import { frame } from './frame.ts';

const HOME = '/docs';
/** The chapters in the order in which one reads them: what a page is called in its address, and which file it is. */
const CHAPTERS: { name: string; file: string; title: string }[] = [
  { name: '', file: 'README.md', title: 'akin' },
  { name: 'cli', file: 'src/cli/README.md', title: 'The command' },
  { name: 'sources', file: 'src/sources/README.md', title: 'Taking papers in' },
  { name: 'search', file: 'src/search/README.md', title: 'Asking' },
  { name: 'drafts', file: 'src/drafts/README.md', title: 'Related work' },
  { name: 'http', file: 'src/http/README.md', title: 'The API' },
  { name: 'mcp', file: 'src/mcp/README.md', title: 'Agents' },
  { name: 'library', file: 'src/library/README.md', title: 'The library' },
  { name: 'embedding', file: 'src/embedding/README.md', title: 'Models' },
  { name: 'evaluation', file: 'src/evaluation/README.md', title: 'Evaluating' },
  { name: 'measured', file: 'scripts/README.md', title: 'What was measured' },
  { name: 'changes', file: 'CHANGELOG.md', title: 'What has changed' },
];
const PICTURE = { file: 'src/web/page.png', address: `${HOME}/page.png` };

const addressOfChapter = (name: string): string => (name === '' ? HOME : `${HOME}/${name}`);
const ADDRESSES = new Map([
  ...CHAPTERS.map(({ name, file }) => [file, addressOfChapter(name)] as const),
  [PICTURE.file, PICTURE.address],
]);

/** Chapters by their names, each made a page when it is first read. */
export function manual(): Hono {
  const app = new Hono();
  const pages = new Map<string, ReturnType<typeof html>>();
  for (const chapter of CHAPTERS) {
    app.get(addressOfChapter(chapter.name), (c) => {
      const known = pages.get(chapter.name) ?? page(chapter);
      pages.set(chapter.name, known);
      return c.html(known);
    });
  }
  app.get(PICTURE.address, (c) =>
    c.body(readFileSync(path.join(ROOT, PICTURE.file)), 200, { 'Content-Type': 'image/png' }),
  );
  return app;
}

function page({ name, file, title }: (typeof CHAPTERS)[number]): ReturnType<typeof html> {
  const others = CHAPTERS.map((each) => {
    const current = each.name === name ? raw(' aria-current="page"') : '';
    return html`<li><a href="${addressOfChapter(each.name)}" ${current}>${each.title}</a></li>`;
  });
  return frame(
    `${name === '' ? 'The manual' : title} · akin`,
    html`<body class="manual">
      <nav aria-label="Chapters">
        <a href="/">Search</a>
        <ul>
          ${others}
        </ul>
      </nav>
      <main>${raw(written(file))}</main>
    </body>`,
  );
}

/** A chapter as HTML. The files are akin's own, and hold none. */
function written(file: string): string {
  const markdown = new MarkdownIt({ html: false });
  const tokens = markdown.parse(readFileSync(path.join(ROOT, file), 'utf8'), {});
  const seen = new Map<string, number>();
  tokens.forEach((token, i) => {
    if (token.type === 'heading_open') token.attrSet('id', anchorOf(tokens[i + 1]!, seen));
    if (token.children) token.children = withAddresses(token.children, file);
  });
  return markdown.renderer.render(tokens, markdown.options, {});
}

/** What a heading is called in addresses, as GitHub does it: chapters are read there as well. */
function anchorOf({ children, content }: Token, seen: Map<string, number>): string {
  const text = children?.map((each) => each.content).join('') ?? content;
  const anchor = text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
  const before = seen.get(anchor) ?? 0;
  seen.set(anchor, before + 1);
  return before === 0 ? anchor : `${anchor}-${before}`;
}

/** What stands in a line, its links and pictures leading to pages; of a link that leads to none, what it says. */
function withAddresses(tokens: Token[], file: string): Token[] {
  let isLink = true;
  return tokens.filter((token) => {
    if (token.type === 'link_close') return isLink;
    const attribute = { link_open: 'href', image: 'src' }[token.type];
    if (attribute === undefined) return true;
    const address = addressFrom(String(token.attrGet(attribute)), file);
    if (address !== undefined) token.attrSet(attribute, address);
    if (address?.startsWith('https:')) token.attrSet('rel', 'noreferrer');
    isLink = address !== undefined;
    return isLink;
  });
}

/** Where something leads that a chapter names by its place beside it. */
function addressFrom(target: string, file: string): string | undefined {
  if (/^(?:https:|#)/.test(target)) return target;
  const [place = '', anchor] = target.split('#');
  const address = ADDRESSES.get(path.posix.join(path.posix.dirname(file), place));
  return address && (anchor === undefined ? address : `${address}#${anchor}`);
}
