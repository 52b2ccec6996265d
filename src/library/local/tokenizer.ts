/** Takes texts apart exactly as the full text index does: with a full text index in memory. */
import Database from 'better-sqlite3';
import { askedWord, indexedText } from '../signs.ts';
import { TOKENIZER } from './schema.ts';

export class Tokenizer {
  readonly #db = new Database(':memory:');
  readonly #insert;
  readonly #inOrder;
  readonly #byTerm;

  constructor() {
    this.#db.exec(`CREATE VIRTUAL TABLE texts USING fts5(text, content = '', tokenize = '${TOKENIZER}');
                   CREATE VIRTUAL TABLE occurrences USING fts5vocab(texts, instance)`);
    this.#insert = this.#db.prepare<[number, string]>('INSERT INTO texts (rowid, text) VALUES (?, ?)');
    this.#inOrder = this.#db
      .prepare<[], [number, string]>('SELECT doc, term FROM occurrences ORDER BY doc, "offset"')
      .raw();
    this.#byTerm = this.#db
      .prepare<[], [string, string]>('SELECT term, json_group_array(doc) FROM occurrences GROUP BY term')
      .raw();
  }

  /** The terms of each word; mostly one. */
  termsOf(words: string[]): string[][] {
    const terms: string[][] = words.map(() => []);
    this.#hold(
      words.map((word, i) => [i, askedWord(word)]),
      () => {
        for (const [at, term] of this.#inOrder.iterate()) terms[at]!.push(term);
      },
    );
    return terms;
  }

  /** For each term of some texts the number of the text it stands in, once for each time it does, ascending. */
  occurrencesIn(texts: [number, string][]): [term: string, numbers: number[]][] {
    return this.#hold(
      texts.map(([number, text]) => [number, indexedText(text)]),
      () =>
        this.#byTerm
          .all()
          .map(([term, numbers]): [string, number[]] => [
            term,
            (JSON.parse(numbers) as number[]).sort((a, b) => a - b),
          ]),
    );
  }

  close(): void {
    this.#db.close();
  }

  #hold<T>(texts: [number, string][], read: () => T): T {
    return this.#db.transaction(() => {
      for (const text of texts) this.#insert.run(...text);
      const made = read();
      this.#db.exec("INSERT INTO texts (texts) VALUES ('delete-all')");
      return made;
    })();
  }
}
