/** The shape of src: who may know whom, which package is used where, and how files are named and begun. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ROOT } from './akin.ts';

const EVERYTHING_BUT_DOORS =
  'errors.ts,package.ts,paper.ts,sources,drafts,embedding,library,search,export,evaluation,ingest.ts,sync.ts'.split(
    ',',
  );

/** For each file and folder of src, what it may import besides itself. */
const MAY_IMPORT: Record<string, string[]> = {
  'errors.ts': [],
  'package.ts': [],
  'no-telemetry.ts': [],
  'thread.ts': ['no-telemetry.ts', 'package.ts'],
  'interruption.ts': [],
  'paper.ts': ['errors.ts'],
  sources: ['errors.ts', 'package.ts', 'paper.ts', 'thread.ts', 'interruption.ts'],
  export: ['errors.ts', 'paper.ts', 'sources'], // A format is written as it is read.
  drafts: ['errors.ts', 'paper.ts', 'thread.ts', 'sources'], // A draft is a file as a source is, and cites from files that sources read.
  embedding: ['errors.ts', 'no-telemetry.ts', 'package.ts', 'paper.ts', 'thread.ts', 'interruption.ts'],
  library: ['errors.ts', 'paper.ts', 'thread.ts', 'embedding'],
  search: ['errors.ts', 'paper.ts', 'drafts', 'embedding', 'library'],
  'ingest.ts': ['errors.ts', 'paper.ts', 'sources', 'embedding', 'library'],
  'sync.ts': ['errors.ts', 'sources', 'library', 'ingest.ts'],
  evaluation: ['errors.ts', 'paper.ts', 'sources', 'library', 'search'],
  web: EVERYTHING_BUT_DOORS,
  // The page is served by the HTTP door, and is a door of its own only to the eye.
  http: [...EVERYTHING_BUT_DOORS, 'web'],
  cli: [...EVERYTHING_BUT_DOORS, 'http'],
};

/** Packages that may be used in more than one place, and why. */
const SHARED_PACKAGES = new Map([
  ['zod', 'whatever comes from outside is validated where it comes in'],
  ['hono', 'http mounts the page of web'],
  ['better-sqlite3', 'a library is kept in SQLite, and Zotero keeps its own there'],
]);

const FORBIDDEN_WORDS = [
  'utils',
  'util',
  'helpers',
  'helper',
  'manager',
  'service',
  'handler',
  'base',
  'common',
  'misc',
];

const SRC = path.join(ROOT, 'src');
const files = (readdirSync(SRC, { recursive: true }) as string[]).filter((file) => /\.(ts|js)$/.test(file)).sort();

interface Import {
  /** The file that imports, from src. */
  from: string;
  /** A file from src, or the name of a package. */
  to: string;
  /** Whether it is gone at run time. */
  typeOnly: boolean;
}

const imports = files.flatMap((file) => importsOf(file));
const inside = imports.filter(({ to }) => files.includes(to));
const packages = imports.filter(({ to }) => !files.includes(to) && !to.startsWith('node:'));

/** The file itself at the top of src, else the folder it is in. */
const place = (file: string): string => file.split('/')[0]!;

describe('src', () => {
  it('is read whole by this test', () => {
    expect(files.filter((file) => !(place(file) in MAY_IMPORT))).toEqual([]);
    expect(inside.length).toBeGreaterThan(files.length);
    for (const { from, to } of imports.filter(({ to }) => to.startsWith('.')))
      expect.fail(`${from} imports ${to}, which is not there`);
  });

  it.each(Object.keys(MAY_IMPORT))('lets %s import only what it may know', (name) => {
    const allowed = [name, ...MAY_IMPORT[name]!];
    const wrong = inside.filter(({ from, to }) => place(from) === name && !allowed.includes(place(to)));
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it('wires the doors together in cli/main.ts alone', () => {
    const wiring = inside.filter(({ from, to }) => place(from) === 'cli' && place(to) === 'http');
    expect(new Set(wiring.map(({ from }) => from))).toEqual(new Set(['cli/main.ts']));
  });

  it('uses each outside package in one place', () => {
    const usedIn = new Map<string, Set<string>>();
    for (const { from, to, typeOnly } of packages) {
      if (typeOnly) continue;
      const name = to
        .split('/')
        .slice(0, to.startsWith('@') ? 2 : 1)
        .join('/');
      usedIn.set(name, (usedIn.get(name) ?? new Set()).add(place(from)));
    }
    const several = [...usedIn].filter(([name, places]) => places.size > 1 && !SHARED_PACKAGES.has(name));
    expect(several.map(([name, places]) => `${name}: ${[...places].join(', ')}`)).toEqual([]);
  });

  it('declares every package it uses', () => {
    const { dependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: object;
    };
    for (const { from, to } of packages) {
      const declared = Object.keys(dependencies).some((name) => to === name || to.startsWith(`${name}/`));
      expect(declared, `${from} imports ${to}`).toBe(true);
    }
  });

  it('has files that begin by saying what they are for', () => {
    const silent = files.filter((file) => {
      const text = readFileSync(path.join(SRC, file), 'utf8').replace(/^#!.*\n/, '');
      return !/^\/(\*\*|\/)\s+(\*\s+)?\S+ \S+/.test(text);
    });
    expect(silent).toEqual([]);
  });

  it('has no drawer for what has no place', () => {
    const words = files.map((file) => [file, path.basename(file).split(/[-.]/)] as const);
    expect(words.filter(([, parts]) => parts.some((part) => FORBIDDEN_WORDS.includes(part)))).toEqual([]);
  });
});

function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(path.join(SRC, file), 'utf8'), ts.ScriptTarget.Latest);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    let specifier: ts.Expression | undefined;
    let typeOnly = false;
    if (ts.isImportDeclaration(node)) {
      specifier = node.moduleSpecifier;
      const names = node.importClause?.namedBindings;
      typeOnly =
        node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ||
        (names !== undefined &&
          ts.isNamedImports(names) &&
          !node.importClause?.name &&
          names.elements.every((each) => each.isTypeOnly));
    } else if (ts.isExportDeclaration(node)) {
      specifier = node.moduleSpecifier;
      typeOnly = node.isTypeOnly;
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      specifier = node.arguments[0];
    }
    if (specifier && ts.isStringLiteral(specifier)) {
      const { text } = specifier;
      const to = text.startsWith('.') ? path.join(path.dirname(file), text) : text;
      // The command runs what was built of a file.
      found.push({ from: file, to: to.replace(/^\.\.\/\.build\/src\/(.*)\.js$/, '$1.ts'), typeOnly });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
