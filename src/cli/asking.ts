/** The commands that ask: `search`, `like`, `related`, `show`, `export`. */
import { once } from 'node:events';
import { CommanderError, Option } from '@commander-js/extra-typings';
import { AkinError } from '../errors.ts';
import { embeddedText } from '../paper.ts';
import { answeringShape, checkParts, questionShape, type Question, type SearchOptions } from '../search/question.ts';
import { relatedShape } from '../search/related.ts';
import { yearsFilter } from '../search/years.ts';
import type { Configuration } from '../session/configuration.ts';
import type { Session } from '../session/session.ts';
import { declare } from './declared.ts';
import { newProgram, refuseRepeated, type Program } from './program.ts';
import { RELATED_FORMATS, relatedText, type RelatedFormat } from './related.ts';
import { print, shown, type Common } from './terminal.ts';
import { answerText, paperText } from './text.ts';

const { unlikeAbove, ...searchingShape } = answeringShape;

/** Adds the commands to the program. */
export function askingCommands({ command, sessionOf }: Program): void {
  /** Asks the library a question, and prints the answer. */
  const ask = async (question: Question, options: Common & SearchOptions) => {
    checkParts(question, options); // What can't be meant is said before a model is looked for.
    const session = sessionOf({ ...options, threads: 1 });
    try {
      if (options.rerank) await session.startScorer(); // Its start takes none of the time that it is given.
      const { timings: _, ...answer } = await session.ask(question, options); // They are for those who run a server.
      print(options, answer, answerText);
    } finally {
      await session.close();
    }
  };

  searchCommand({ command }, ask);

  const like = command('like', 'papers like these papers or texts')
    .argument('[ids...]')
    .option('--file <files...>', 'like the papers in these files: a PDF, a .bib, whatever "akin add" reads');
  const { like: _, filter: __, ...alsoAsked } = questionShape;
  declare(like, { ...alsoAsked, ...searchingShape, unlikeAbove });
  like.action(async (ids, options: Common & Question & SearchOptions & { file?: string[] }) => {
    const { query, unlike, unlikeTexts, year } = options;
    const texts = [...(options.texts ?? [])];
    if (options.file) {
      const { papersIn } = await import('../session/intake.ts');
      for await (const paper of papersIn(options.file)) texts.push(embeddedText(paper));
    }
    await ask({ query, like: ids, unlike, texts, unlikeTexts, year }, options);
  });

  const related = command('related', 'the papers a draft might cite and does not, by the passage that asks for them')
    .argument('<draft>')
    .option('--bib <file>', 'what the draft cites (default: the bibliography it names or holds)')
    .addOption(new Option('--format <name>', 'how to print').choices(RELATED_FORMATS).default('text' as const));
  declare(related, relatedShape);
  related.action(
    async (file, options: Common & { bib?: string; format: RelatedFormat; year?: string; limit?: number }) => {
      const years = options.year === undefined ? undefined : yearsFilter(options.year);
      const { readDraft } = await import('../drafts/read.ts');
      const draft = await readDraft(file, options.bib); // What is wrong with it is said before a model is loaded.
      const session = sessionOf(options);
      try {
        const answer = await session.suggest(draft, { limit: options.limit, years });
        const format = options.json ? 'json' : options.format;
        process.stdout.write(`${await relatedText(answer, format, session)}\n`);
      } finally {
        await session.close();
      }
    },
  );

  command('show', 'one paper, whole')
    .argument('<id>')
    .action((id, options) =>
      withSession(sessionOf(options), async (session) => print(options, await session.paper(id), paperText)),
    );

  command('export', 'papers for other programs: all of them, or those named')
    .argument('[ids...]')
    .option('--format <name>', 'the format', 'bibtex')
    .action((ids, options) =>
      withSession(sessionOf(options), async (session) => {
        for await (const piece of session.exported(options.json ? 'jsonl' : options.format, ids)) {
          if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
        }
      }),
    );
}

/** Adds `akin search`. @param ask answers what it is asked. */
export function searchCommand(
  { command }: Pick<Program, 'command'>,
  ask: (question: Question, options: Common & SearchOptions) => void | Promise<void>,
): void {
  const search = command(
    'search',
    'the papers that answer a query; src/search/README.md has the query language',
  ).argument('<words...>');
  declare(search, { year: questionShape.year, ...searchingShape });
  search.option('--verbose', 'say whether a server that has the library open answered', false);
  search.action((words, options: Common & Pick<Question, 'year'> & SearchOptions) =>
    ask({ query: words.join(' '), year: options.year }, options),
  );
}

/** A command line of `akin search`, read. */
interface Typed {
  question: Question;
  options: SearchOptions;
  printed: (answer: Parameters<typeof answerText>[0]) => string;
}

/** What a server is asked by a terminal (see warm.ts): read and printed as `akin search` would itself. */
export function terminalOf(configuration: Configuration) {
  return (words: string[], isColoured: boolean): Typed => {
    const { program, command } = newProgram('akin', '', configuration);
    program.configureOutput({ writeOut: () => {}, writeErr: () => {} });
    let asked: Typed | undefined;
    searchCommand({ command }, (question, options) => {
      const printed: Typed['printed'] = (answer) => shown(options, answer, () => answerText(answer, isColoured));
      asked = { question, options, printed };
    });
    program.commands.forEach(refuseRepeated);
    try {
      program.parse(words, { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
    }
    // Said better, and with its exit code, where it was typed.
    if (!asked) throw new AkinError('invalid-argument', 'this is no search that can be answered here');
    return asked;
  };
}

/** Closes the session when the work is done. */
export async function withSession<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
