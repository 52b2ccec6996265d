/**
 * What the README and its chapters say of errors, exit codes, commands, options, formats and requests is what the code does,
 * and where they lead there is something. The tables at the end of src/cli/README.md and src/http/README.md are made here:
 *
 *     npx vitest run --config test/vitest.config.ts test/readme.test.ts --update
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { askingCommands } from '../src/cli/asking.ts';
import { completionCommand } from '../src/cli/completion.ts';
import { intakeCommands } from '../src/cli/intake.ts';
import { keepingCommands } from '../src/cli/keeping.ts';
import { keyCommand } from '../src/cli/key.ts';
import { mcpCommand } from '../src/cli/mcp.ts';
import { newProgram } from '../src/cli/program.ts';
import { serveCommand } from '../src/cli/serve.ts';
import { upkeepCommands } from '../src/cli/upkeep.ts';
import { ERROR_CODES } from '../src/errors.ts';
import { EXPORT_NAMES } from '../src/export/registry.ts';
import { createApp } from '../src/http/app.ts';
import { HAS_FIELDS } from '../src/library/filter.ts';
import { configurationOf, VARIABLES } from '../src/session/configuration.ts';
import { Session } from '../src/session/session.ts';
import { FORMAT_NAMES } from '../src/sources/registry.ts';
import { akin, ROOT } from './akin.ts';

const SRC = readdirSync(path.join(ROOT, 'src'), { withFileTypes: true });
const CHAPTERS = SRC.filter((entry) => entry.isDirectory())
  .map(({ name }) => `src/${name}/README.md`)
  .filter((file) => existsSync(path.join(ROOT, file)));
const FILES = ['README.md', ...CHAPTERS, 'scripts/README.md'];

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const texts = new Map(FILES.map((file) => [file, read(file)]));
const README = texts.get('README.md')!;
const ALL = [...texts.values()].join('\n');

/** Those of `names` that a chapter does not hold as inline code. */
const unnamed = (names: Iterable<string>, chapter: string) =>
  [...names].filter((name) => !texts.get(chapter)!.includes(`\`${name}\``));

/** A chapter with everything behind a heading made anew; what is there has to be the same. */
const expectMade = (chapter: string, heading: string, made: string[]) => {
  const text = texts.get(chapter)!;
  const end = text.indexOf(`\n## ${heading}\n`) + `\n## ${heading}\n`.length;
  return expect(`${text.slice(0, end)}\n${made.join('\n\n')}\n`).toMatchFileSnapshot(path.join(ROOT, chapter));
};
const row = (...cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const table = (head: string[], rows: string[]) => [row(...head), row(...head.map(() => '---')), ...rows].join('\n');
const code = (value: unknown) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

describe('the README', () => {
  it('is read in five minutes', () => {
    expect(README.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });

  it('leads to every chapter, and says what each place of src is for', () => {
    for (const chapter of FILES.slice(1)) expect(README).toContain(`](${chapter})`);
    for (const entry of SRC) expect(README).toContain(`\`${entry.name}${entry.isDirectory() ? '/' : ''}\``);
  });
});

describe.each(FILES)('%s', (file) => {
  const text = texts.get(file)!;
  const folder = path.join(ROOT, path.dirname(file));

  it('leads only to what is there', () => {
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const [to, anchor] = target!.split('#') as [string, string?];
      const there = to === '' ? path.join(ROOT, file) : path.join(folder, to);
      expect(existsSync(there), target).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(readFileSync(there, 'utf8')), target).toContain(anchor);
    }
    for (const [, place] of text.matchAll(/`((?:src|scripts|test|models|\.ci)\/[\w./-]*)`/g)) {
      expect(existsSync(path.join(ROOT, place!)), place).toBe(true);
    }
  });

  it('starts only scripts and benchmarks that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const [, name] of text.matchAll(/\bnpm run ([\w:-]*\w)/g)) expect(Object.keys(scripts)).toContain(name);
    for (const [, name] of text.matchAll(/\bbench -- ([\w-]*\w)/g)) {
      expect(existsSync(path.join(ROOT, `scripts/bench/${name}.ts`)), name).toBe(true);
    }
  });
});

it('names every script', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const silent = Object.keys(scripts).filter(
    (name) => !ALL.includes(`npm run ${name}`) && !ALL.includes(`npm ${name}`),
  );
  expect(silent).toEqual(['prepare']); // npm ci runs it.
});

const CLI = 'src/cli/README.md';

describe(CLI, () => {
  const program = newProgram('akin', '', configurationOf({}));
  for (const add of [
    intakeCommands,
    askingCommands,
    keepingCommands,
    upkeepCommands,
    serveCommand,
    keyCommand,
    mcpCommand,
    completionCommand,
  ])
    add(program);
  const { commands } = program.program;
  const COMMON = ['--index', '--json'];

  it('describes every command', async () => {
    const { stdout } = await akin(['--help']);
    const listed = [...stdout.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name!);
    const names = commands.map((command) => command.name());
    expect(listed.filter((name) => name !== 'help')).toEqual(names);
    const described = [...texts.get(CLI)!.matchAll(/^\| `akin (\w+)/gm)].map(([, name]) => name!);
    expect(described.toSorted()).toEqual(names.toSorted());
  });

  it('describes every option', async () => {
    const own = commands.map((command) => ({
      title: `### akin ${command.name()}`,
      options: command.options.filter(({ long }) => !COMMON.includes(long!)),
    }));
    const described = own.map(({ title, options }) =>
      options.length === 0
        ? `${title}\n\nNo others.`
        : `${title}\n\n${table(
            ['option', 'meaning'],
            options.map(({ flags, description, argChoices, presetArg, defaultValue }) => {
              const preset = presetArg === undefined ? '' : `; alone ${code(presetArg)}`;
              const isTold = ['string', 'number'].includes(typeof defaultValue);
              const notes = [
                argChoices && `${argChoices.map(code).join(', ')}${preset}`,
                isTold && `default ${code(defaultValue)}`,
              ].filter(Boolean);
              return row(code(flags), [description, ...(notes.length > 0 ? [`(${notes.join('; ')})`] : [])].join(' '));
            }),
          )}`,
    );
    await expectMade(CLI, 'Options', [
      'Besides `--index` and `--json`. This part is made from the code, by `test/readme.test.ts`.',
      ...described,
    ]);
  });

  it.each(FILES)('is right about the options in what %s shows', (file) => {
    const known = new Map(commands.map((command) => [command.name(), command.options.map(({ long }) => long)]));
    for (const [shown, name, rest] of texts.get(file)!.matchAll(/\bakin ([a-z]+)( [^`#\n]*)/g)) {
      if (!known.has(name!)) continue; // "akin reads", in prose.
      for (const [option] of rest!.matchAll(/--[a-z-]+/g)) expect(known.get(name!), shown).toContain(option);
    }
    for (const [, name] of texts.get(file)!.matchAll(/\bnpx akin ([a-z]+)/g)) expect([...known.keys()]).toContain(name);
    if (file === 'scripts/README.md') return; // Scripts have options of their own.
    const all = [...known.values()].flat();
    for (const [, option] of texts.get(file)!.matchAll(/`(--[a-z-]+)/g)) expect(all).toContain(option);
  });

  it('explains every exit code', () => {
    const explained = [...texts.get(CLI)!.matchAll(/^\| (\d+) \| .+ \|$/gm)].map(([, exit]) => Number(exit));
    expect(explained).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130]);
    for (const { exit } of Object.values(ERROR_CODES)) expect(explained).toContain(exit);
  });

  it('names every variable and every format that is written', () => {
    expect(unnamed([...Object.keys(VARIABLES), ...EXPORT_NAMES], CLI)).toEqual([]);
  });
});

it('names every format that is read', () => {
  expect(unnamed(FORMAT_NAMES, 'src/sources/README.md')).toEqual([]);
});

it('names what has: can be asked of', () => {
  const [, list] = /^\| `has:doi`.* have it: (.+) \|$/m.exec(texts.get('src/search/README.md')!)!;
  for (const field of HAS_FIELDS) expect(list).toContain(field);
});

const HTTP = 'src/http/README.md';

describe(HTTP, () => {
  let documented: OpenApi;

  beforeAll(async () => {
    const configuration = configurationOf({});
    const session = new Session({ address: 'nowhere', configuration }); // Nobody asks it anything.
    const app = createApp({ session, log: pino({ level: 'silent' }) });
    documented = (await (await app.request('/openapi.json')).json()) as OpenApi;
  });

  it('names every request, and what its answer holds', () => {
    const text = texts.get(HTTP)!;
    for (const { request, responses } of requestsOf(documented)) {
      expect(text).toMatch(new RegExp(`^\\| \`${request.replace(/[{}/]/g, '\\$&')}(?:\\?q=…)?\` \\|`, 'm'));
      const schema = responses['200']?.content?.['application/json']?.schema;
      if (schema === undefined) continue; // Nothing is left to say of what was removed.
      const answer = schemaOf(documented, schema);
      for (const name of Object.keys(answer.properties!)) expect(text, request).toContain(`"${name}"`);
    }
  });

  it('describes every parameter', async () => {
    const described = requestsOf(documented).flatMap(({ request, summary, parameters = [], requestBody }) => {
      const ofAddress = parameters.map(({ name, required, schema, description }) =>
        parameterRow(documented, name, required === true, { description, ...schema }),
      );
      const tables = ofAddress.length > 0 ? [table(HEAD, ofAddress)] : [];
      for (const [type, { schema }] of Object.entries(requestBody?.content ?? {})) {
        const { properties = {}, required = [] } = schemaOf(documented, schema);
        const rows = Object.entries(properties).map(([name, part]) =>
          parameterRow(documented, name, required.includes(name), part),
        );
        tables.push(`As \`${type}\`:\n\n${table(HEAD, rows)}`);
      }
      return tables.length > 0 ? [`### ${request}`, `${summary}.`, ...tables] : [];
    });
    await expectMade(HTTP, 'Parameters', [
      'This part is made from `/openapi.json`, by `test/readme.test.ts`.',
      ...described,
    ]);
  });

  it('names every error code, with its status', () => {
    const rows = [...texts.get(HTTP)!.matchAll(/^\| ((?:`[a-z-]+`(?:, )?)+) \| (\d{3}) \|/gm)];
    const stated = new Map(
      rows.flatMap(([, codes, status]) => codes!.split(', ').map((each) => [each.slice(1, -1), Number(status)])),
    );
    for (const [name, { status }] of Object.entries(ERROR_CODES)) {
      if (stated.has(name)) expect(stated.get(name), name).toBe(status);
      else expect(unnamed([name], HTTP)).toEqual([]);
    }
  });
});

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  type?: string | string[] | undefined;
  anyOf?: Schema[];
  description?: string | undefined;
  enum?: string[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  maxLength?: number;
  maxItems?: number;
  format?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}
type Content = Record<string, { schema: Schema }>;
interface Operation {
  summary: string;
  parameters?: { name: string; required?: boolean; schema: Schema; description?: string }[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}
interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const HEAD = ['parameter', 'value', 'meaning'];

const requestsOf = ({ paths }: OpenApi) =>
  Object.entries(paths).flatMap(([address, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      request: `${method.toUpperCase()} ${address}`,
      ...operation,
    })),
  );

const schemaOf = ({ components }: OpenApi, schema: Schema): Schema =>
  schema.$ref === undefined ? schema : components.schemas[schema.$ref.split('/').at(-1)!]!;

function parameterRow(document: OpenApi, name: string, isRequired: boolean, part: Schema): string {
  const schema = schemaOf(document, part.allOf?.[0] ?? part);
  const value = [
    valueText(document, schema),
    isRequired && 'required',
    'default' in schema && `default ${code(schema.default)}`,
  ];
  return row(code(name), value.filter(Boolean).join(', '), part.description ?? schema.description ?? '');
}

function valueText(document: OpenApi, schema: Schema): string {
  const [isNull, choices] = [[schema.type].flat().includes('null'), schema.anyOf ?? [schema]];
  const given = choices.filter(({ type }) => type !== 'null').map((each) => schemaOf(document, each));
  const texts = given.map((each) => valueOfType(document, each));
  return [...texts, ...(isNull || given.length < choices.length ? ['`null`'] : [])].join(', or ');
}

function valueOfType(document: OpenApi, schema: Schema): string {
  const { enum: choices, minimum, maximum, exclusiveMinimum, maxLength, maxItems, format } = schema;
  if (choices) return choices.map(code).join(', ');
  if (format === 'binary') return 'a file';
  const type = [schema.type].flat().find((each) => each !== 'null');
  if (type === 'array') {
    const items = schemaOf(document, schema.items ?? {});
    const kinds = (items.anyOf ?? [items]).map((each) =>
      each.format === 'binary' ? 'files' : each.type === 'string' ? 'texts' : 'objects',
    );
    return `${[...new Set(kinds)].join(' or ')}${maxItems === undefined ? '' : `, at most ${maxItems}`}`;
  }
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'integer' || type === 'number') {
    const least = minimum ?? (exclusiveMinimum === undefined ? undefined : exclusiveMinimum + 1);
    const range = least === undefined ? '' : maximum === undefined ? `, at least ${least}` : `, ${least} to ${maximum}`;
    return `${type === 'integer' ? 'a whole number' : 'a number'}${range}`;
  }
  if (type === 'string') return `a text${maxLength === undefined ? '' : `, at most ${maxLength} characters`}`;
  return 'an object';
}

/** Where a heading can be led to, as GitHub names it. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
