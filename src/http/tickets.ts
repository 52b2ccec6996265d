/**
 * What a browser shows instead of a key, which it is never given to keep: a ticket that is worth nothing when the person has
 * signed out, the key was removed, the server was started again, or a month has passed.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Keys, StoredKey } from '../session/keys.ts';
import { LIMITS } from './limits.ts';

interface Ticket extends Pick<StoredKey, 'name' | 'sha256'> {
  /** Milliseconds since 1970. */
  until: number;
}

/** Tickets are found by their hash: how long it takes to look one up says nothing of others. */
const hashOf = (ticket: string): string => createHash('sha256').update(ticket).digest('base64');

export class Tickets {
  readonly #keys: Keys;
  /** By their hashes, the oldest first. */
  readonly #given = new Map<string, Ticket>();

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  /** A new ticket of a key. Where there are too many, the oldest of all is worth nothing any more. */
  give({ name, sha256 }: StoredKey): string {
    const ticket = randomBytes(32).toString('base64url');
    if (this.#given.size >= LIMITS.tickets) this.#given.delete(this.#given.keys().next().value!);
    this.#given.set(hashOf(ticket), { name, sha256, until: Date.now() + LIMITS.signedInMs });
    return ticket;
  }

  /** The key that a ticket stands for; undefined for what is none, or none any more. */
  whose(ticket = ''): StoredKey | undefined {
    const given = this.#given.get(hashOf(ticket));
    if (!given) return undefined;
    const key = this.#keys.list().find(({ name, sha256 }) => name === given.name && sha256 === given.sha256);
    if (key && Date.now() < given.until) return key;
    this.takeBack(ticket);
    return undefined;
  }

  takeBack(ticket = ''): void {
    this.#given.delete(hashOf(ticket));
  }
}
