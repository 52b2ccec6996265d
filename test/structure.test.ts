/** The shape of src: who may know whom, which package is used where, and how files are named and begun. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ROOT } from './akin.ts';

/** What everything may know: errors and faults, papers and what names them, texts and vectors as such. */
const GROUND = [
  ...['errors.ts', 'faults.ts', 'package.ts', 'paper.ts', 'names.ts', 'addresses.ts', 'identifiers.ts'],
  ...['places.ts', 'archive.ts', 'fold.ts', 'text.ts', 'vector.ts'],
];
const THREADS = ['thread.ts', 'threads'];

/** For each file and folder of src, what it may import besides itself. */
const MAY_IMPORT: Record<string, string[]> = {
  'errors.ts': [],
  'faults.ts': ['errors.ts'],
  'places.ts': ['errors.ts', 'faults.ts'],
  'archive.ts': [],
  'fold.ts': [],
  'text.ts': [],
  'vector.ts': [],
  'package.ts': [],
  'no-telemetry.ts': [],
  'thread.ts': ['no-telemetry.ts', 'package.ts'],
  'interruption.ts': [],
  quarantine: ['errors.ts', 'package.ts', 'thread.ts'],
  'addresses.ts': [],
  'identifiers.ts': ['addresses.ts'],
  'names.ts': ['fold.ts', 'text.ts'],
  'paper.ts': ['errors.ts', 'addresses.ts', 'identifiers.ts', 'names.ts', 'text.ts'],
  threads: ['errors.ts', 'faults.ts', 'thread.ts'],
  sources: [...GROUND, ...THREADS, 'interruption.ts', 'quarantine'],
  export: [...GROUND, 'sources'], // A format is written as it is read.
  drafts: [...GROUND, 'quarantine', 'sources'], // A draft is a file as a source is, and cites from files that sources read.
  embedding: [...GROUND, ...THREADS, 'no-telemetry.ts', 'interruption.ts'],
  library: [...GROUND, ...THREADS, 'embedding'],
  map: [...GROUND, 'threads', 'library'],
  search: [...GROUND, 'drafts', 'embedding', 'library'],
  evaluation: [...GROUND, 'sources', 'library', 'search'],
  // The floor.
  session: [...GROUND, 'threads', 'sources', 'drafts', 'embedding', 'library', 'map', 'search', 'evaluation', 'export'],
  client: [], // It knows the API by its types alone.
  // The doors know the floor, and the types of what is asked and answered.
  web: [...GROUND, 'library', 'map', 'search', 'session'],
  mcp: [...GROUND, 'drafts', 'export', 'search', 'session'],
  // The page and the agents' door are served by the HTTP door; the page is a door of its own only to the eye.
  http: [...GROUND, 'drafts', 'export', 'library', 'search', 'session', 'web', 'mcp'],
  cli: [...GROUND, 'drafts', 'embedding', 'evaluation', 'export', 'map', 'search', 'session', 'http', 'mcp'],
};

/** Packages that may be used in more than one place, and why. */
const SHARED_PACKAGES = new Map([
  ['zod', 'whatever comes from outside is validated where it comes in'],
  ['hono', 'http mounts the page of web'],
  ['better-sqlite3', 'a library is kept in SQLite, and Zotero keeps its own there'],
  ['saxes', 'records come in XML, and so do the drafts of Word'],
  ['yaml', 'CITATION.cff is written in it, and so is the front matter of drafts'],
  ['markdown-it', 'drafts come in Markdown, and the manual is written in it'],
]);

/** What engines are made of; who asks a library knows nothing of it. */
const ENGINE_PACKAGES = ['better-sqlite3', 'hnswlib-node'];

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
const files = (readdirSync(SRC, { recursive: true }) as string[]).filter((file) => /\.(tsx?|js)$/.test(file)).sort();

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

  it('opens the HTTP door in cli/serve.ts alone', () => {
    const wiring = inside.filter(({ from, to }) => place(from) === 'cli' && place(to) === 'http');
    expect(new Set(wiring.map(({ from }) => from))).toEqual(new Set(['cli/serve.ts']));
  });

  it('knows engines of libraries in library/open.ts alone', () => {
    const isEngine = (file: string) => /^library\/[^/]+\//.test(file);
    const known = inside.filter(({ from, to }) => isEngine(to) && path.dirname(from) !== path.dirname(to));
    expect(new Set(known.map(({ from }) => from))).toEqual(new Set(['library/open.ts']));
    const parts = packages.filter(({ from, to }) => ENGINE_PACKAGES.includes(to) && !isEngine(from));
    expect(parts.map(({ from, to }) => `${from} uses ${to}`)).toEqual(['sources/zotero.ts uses better-sqlite3']);
  });

  it('reads the environment in one file, beside the one that keeps the runtime silent', () => {
    const readers = files.filter((file) => /\bprocess\.env\b/.test(readFileSync(path.join(SRC, file), 'utf8')));
    expect(readers).toEqual(['cli/main.ts', 'no-telemetry.ts']);
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
