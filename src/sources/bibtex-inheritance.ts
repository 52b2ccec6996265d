/**
 * Fields that entries take from others: with `crossref` from the whole they are part of, with `xdata` from an entry made for
 * that.
 *
 * The other may stand before or, as BibTeX wants it, after. An entry waits for those it names; of those that came, the ones
 * that may be named later are kept. Both are bounded: beyond `MAX_KEPT` characters the oldest are let go, a waiting entry
 * with what it could inherit so far.
 */
import { MAX_SHARED_VALUE, type Entry } from './bibtex-entries.ts';
import { MAX_RECORD_CHARACTERS } from './source.ts';

/** Characters kept of entries that wait, and as many of entries to inherit from. */
const MAX_KEPT = MAX_RECORD_CHARACTERS;
/** What a kept entry costs beside its characters. */
const ENTRY_COST = 1000;

/** Types of entries that others are parts of. Kept for those that name them later; every entry is for those before it. */
const CONTAINER =
  /^(?:(?:mv)?(?:book|collection|proceedings|reference)|periodical|xdata|misc|manual|report|techreport)$/;
/** What a part may take from the whole it is in. Identifiers, abstract and keywords describe the whole alone. */
const INHERITED = (
  'journal journaltitle shortjournal editor publisher series volume number month address location organization ' +
  'institution isbn issn eventtitle eventdate venue language langid edition'
).split(' ');

export class Inheritance {
  readonly #containers = new Kept<string, Entry>();
  /** Entries that wait, and the key each waits for; and the same the other way round. */
  readonly #waiting = new Kept<Entry, string>();
  readonly #awaited = new Map<string, Set<Entry>>();

  /** Takes the next entry of the file; gives back, complete, those that no longer have to wait for one. */
  add(entry: Entry): Entry[] {
    const complete: Entry[] = [];
    const arrived = [entry];
    for (let next = arrived.pop(); next; next = arrived.pop()) {
      const missing = parentsOf(next).find((key) => this.#containers.get(key) === undefined);
      if (missing !== undefined) {
        this.#wait(next, missing);
        continue;
      }
      this.#inherit(next);
      complete.push(next);
      for (const key of namesOf(next)) {
        const children = this.#awaited.get(key);
        if (children !== undefined || CONTAINER.test(next.type)) this.#keep(key, next);
        for (const child of children ?? []) {
          this.#goOn(child);
          arrived.push(child);
        }
      }
    }
    while (this.#waiting.isFull) complete.push(this.#release());
    return papersAmong(complete);
  }

  /** Those that wait for entries that never came. */
  end(): Entry[] {
    const rest: Entry[] = [];
    while (!this.#waiting.isEmpty) rest.push(this.#release());
    return papersAmong(rest);
  }

  #wait(entry: Entry, missing: string): void {
    this.#waiting.set(entry, missing, entry.size + ENTRY_COST);
    const others = this.#awaited.get(missing);
    if (others) others.add(entry);
    else this.#awaited.set(missing, new Set([entry]));
  }

  #goOn(entry: Entry): void {
    const missing = this.#waiting.get(entry)!;
    this.#waiting.delete(entry);
    const others = this.#awaited.get(missing)!;
    others.delete(entry);
    if (others.size === 0) this.#awaited.delete(missing);
  }

  /** Lets the oldest go with what it can inherit so far. */
  #release(): Entry {
    const oldest = this.#waiting.oldest();
    this.#goOn(oldest);
    this.#inherit(oldest);
    return oldest;
  }

  #inherit(entry: Entry): void {
    // Its own fields come first, then those of xdata, then those of the whole it is a part of.
    for (const key of keysIn(entry, 'xdata')) {
      for (const [name, values] of this.#containers.get(key)?.fields ?? []) give(entry, name, values);
    }
    for (const key of keysIn(entry, 'crossref')) {
      const parent = this.#containers.get(key);
      if (!parent) continue;
      for (const name of INHERITED) give(entry, name, parent.fields.get(name));
      const title = parent.fields.get('booktitle') ?? parent.fields.get('title');
      if (parent.type === 'periodical') give(entry, 'journaltitle', title);
      else if (/^(?:in|supp|conference)/.test(entry.type)) give(entry, 'booktitle', title);
      else if (entry.type !== 'article') give(entry, 'maintitle', title);
      if (entry.fields.has('year') || entry.fields.has('date')) continue;
      for (const name of ['year', 'date']) give(entry, name, parent.fields.get(name));
    }
  }

  #keep(key: string, entry: Entry): void {
    if (this.#containers.get(key)) return; // The first of two with the same key counts, as in BibTeX.
    const isShared = ([, values]: [string, string[]]): boolean =>
      values.every((value) => value.length <= MAX_SHARED_VALUE);
    this.#containers.set(
      key,
      { ...entry, fields: new Map([...entry.fields].filter(isShared)) },
      entry.size + ENTRY_COST,
    );
    while (this.#containers.isFull) this.#containers.delete(this.#containers.oldest());
  }
}

/** A map that knows how many characters it keeps in memory, and what it has kept longest. */
class Kept<Key, Value> {
  readonly #values = new Map<Key, { value: Value; size: number }>();
  // Goes on where it stopped: a new iterator would pass over all that was deleted before the oldest.
  #keys = this.#values.keys();
  #size = 0;

  get isFull(): boolean {
    return this.#size > MAX_KEPT;
  }

  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  get(key: Key): Value | undefined {
    return this.#values.get(key)?.value;
  }

  set(key: Key, value: Value, size: number): void {
    this.#values.set(key, { value, size });
    this.#size += size;
  }

  delete(key: Key): void {
    this.#size -= this.#values.get(key)?.size ?? 0;
    this.#values.delete(key);
  }

  /** The key set first; to be deleted before the next is asked for. */
  oldest(): Key {
    let next = this.#keys.next();
    if (next.done) {
      this.#keys = this.#values.keys();
      next = this.#keys.next();
    }
    return next.value!;
  }
}

function give(entry: Entry, name: string, values: string[] | undefined): void {
  if (values && !entry.fields.has(name)) entry.fields.set(name, values);
}

function keysIn(entry: Entry, name: string): string[] {
  const keys = (entry.fields.get(name) ?? []).flatMap((value) => value.split(','));
  return [...new Set(keys.map((key) => key.trim().toLowerCase()))].filter((key) => key !== '');
}

/** Other keys that an entry may go by (`ids`), at most. */
const MAX_ALIASES = 20;
const namesOf = (entry: Entry): Set<string> =>
  new Set([entry.key.toLowerCase(), ...keysIn(entry, 'ids').slice(0, MAX_ALIASES)]);

const parentsOf = (entry: Entry): string[] => [...keysIn(entry, 'xdata'), ...keysIn(entry, 'crossref')];

/** In the order of the file; `xdata` is only there to be inherited from. */
const papersAmong = (entries: Entry[]): Entry[] =>
  entries.filter(({ type }) => type !== 'xdata').sort((a, b) => a.record - b.record);
