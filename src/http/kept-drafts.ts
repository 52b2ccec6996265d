/**
 * What was suggested for drafts, and what became of it, under addresses that nobody can guess: whoever has one may read it. They
 * are in memory, so few, for a week at most, and gone when the server ends.
 */
import { randomBytes } from 'node:crypto';
import { AkinError } from '../errors.ts';
import type { RelatedAnswer } from '../search/answer.ts';
import type { Session } from '../session/session.ts';
import type { DraftShown } from '../web/draft.tsx';
import { LIMITS } from './limits.ts';

interface Kept {
  /** Of which library it was asked. */
  session: Session;
  draft: DraftShown;
  characters: number;
  /** Milliseconds since 1970. */
  until: number;
}

export class KeptDrafts {
  /** By their ids, the oldest first. */
  readonly #kept = new Map<string, Kept>();
  #characters = 0;

  /** Keeps what was suggested; of those before it the oldest go where there are too many. @returns the id. */
  keep(session: Session, name: string, answer: RelatedAnswer): string {
    const characters = JSON.stringify(answer).length;
    for (const [id, { until }] of this.#kept) {
      const isRoom = this.#kept.size < LIMITS.keptDrafts && this.#characters + characters <= LIMITS.keptDraftCharacters;
      if (isRoom && until > Date.now()) break;
      this.#forget(id);
    }
    const id = randomBytes(24).toString('base64url');
    const draft = { id, name, answer, added: new Set<string>(), dismissed: new Set<string>() };
    this.#kept.set(id, { session, draft, characters, until: Date.now() + LIMITS.keptDraftMs });
    this.#characters += characters;
    return id;
  }

  /** @throws AkinError `not-found`. */
  get(session: Session, id: string): DraftShown {
    const kept = this.#kept.get(id);
    if (kept && kept.until <= Date.now()) this.#forget(id);
    else if (kept?.session === session) return kept.draft;
    throw new AkinError('not-found', 'this draft is not here any more', {
      hint: 'a draft is kept for a week at most, and no longer than the server runs: give it again',
    });
  }

  #forget(id: string): void {
    this.#characters -= this.#kept.get(id)?.characters ?? 0;
    this.#kept.delete(id);
  }
}
