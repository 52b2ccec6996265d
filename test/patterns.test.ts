/**
 * Every regular expression of src takes a time that grows with the text, no faster: recheck (its JavaScript alone, of which the
 * overrides in package.json see to it that no binaries come along) looks for a text on which one would not.
 *
 * Where it is mistaken, or the text is short, a comment at the pattern says so: "Linear: …", and why.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkSync } from 'recheck';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { ROOT } from './akin.ts';

process.env.RECHECK_BACKEND = 'pure';
/** By steps and not by time, so that a busy machine comes to the same answer; enough to find what larger ones find in src. */
const EFFORT = {
  ...{ timeout: null, attackTimeout: null, incubationTimeout: null },
  ...{ maxNFASize: 1500, maxIteration: 2, maxInitialGenerationSize: 100, maxGenerationSize: 30 },
  ...{ crossoverSize: 5, mutationSize: 5, incubationLimit: 10_000, maxGeneStringSize: 800 },
};

interface Pattern {
  place: string;
  source: string;
  flags: string;
}

const SRC = path.join(ROOT, 'src');
const files = (readdirSync(SRC, { recursive: true }) as string[]).filter((file) => /\.(tsx?|js)$/.test(file)).sort();
const literals: Pattern[] = [];
/** Where patterns are made of texts: when their file is loaded, or while it runs. */
const [made, madeLater] = [new Map<string, number>(), [] as string[]];
const excused: string[] = [];
for (const file of files) collect(file);

/** Those that are made when the files are loaded, as they are then. */
async function loaded(): Promise<Pattern[]> {
  const patterns: Pattern[] = [];
  const native = globalThis.RegExp;
  let file = '';
  globalThis.RegExp = new Proxy(native, {
    construct(target, [source, flags = '']: [string | RegExp, string?]) {
      const pattern = new target(source, flags);
      patterns.push({ place: file, source: pattern.source, flags: pattern.flags });
      return pattern;
    },
  });
  try {
    for (file of made.keys()) await import(`${pathToFileURL(path.join(SRC, file)).href}?patterns`);
  } finally {
    globalThis.RegExp = native;
  }
  return patterns;
}

const slow = (patterns: Pattern[]): string[] =>
  patterns
    .map((pattern) => ({ ...pattern, ...checkSync(pattern.source, pattern.flags, EFFORT) }))
    .filter(({ status }) => status !== 'safe')
    .map(({ place, source, status }) => `${place}: ${source} is ${status}`);

it('finds what is slow', () => {
  const patterns = ['[.,]+$', '<!--[\\s\\S]*?-->', '\\b[\\w.+-]+@', '^(?:a|a)*b'];
  expect(slow(patterns.map((source) => ({ place: '', source, flags: 'g' })))).toHaveLength(patterns.length);
}, 60_000);

it('is true of every pattern that is written', () => {
  expect(literals.length).toBeGreaterThan(400);
  expect(slow(literals)).toEqual([]);
}, 600_000);

it('is true of every pattern that is made of texts, or said of it', async () => {
  const patterns = await loaded();
  const constructed = [...made.values()].reduce((sum, count) => sum + count, 0);
  expect(constructed).toBeGreaterThan(5);
  expect(patterns.length).toBeGreaterThanOrEqual(constructed);
  expect(slow(patterns)).toEqual([]);
  expect(madeLater).toEqual([]);
}, 120_000);

it('has few exceptions, each with its reason', () => {
  expect(excused.length).toBeLessThan(20);
});

function collect(file: string): void {
  const text = readFileSync(path.join(SRC, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    const place = `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      if (isExcused(node, text)) excused.push(place);
      else literals.push({ place, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    } else if (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') {
      if (isExcused(node, text)) excused.push(place);
      else if (ts.findAncestor(node, ts.isFunctionLike)) madeLater.push(place);
      else made.set(file, (made.get(file) ?? 0) + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** Whether a comment before the statement or in the pattern's line says why it is linear. */
function isExcused(node: ts.Node, text: string): boolean {
  const statement = ts.findAncestor(node, (each) => ts.isStatement(each) || ts.isClassElement(each))!;
  const before = text.slice(statement.getFullStart(), statement.getStart());
  const line = text.slice(text.lastIndexOf('\n', node.getStart()) + 1, text.indexOf('\n', node.end));
  return /\/\/ (?:.* )?Linear: \w/.test(before) || /\/\/ (?:.* )?Linear: \w/.test(line);
}
