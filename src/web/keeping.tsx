/** What a person keeps of a paper, and says of its versions, from the page: forms that need no script. */
import type { FC, PropsWithChildren } from 'hono/jsx';
import { z } from 'zod';
import { keptShape, MAX_NOTE, READ_STATES, type Kept } from '../library/kept.ts';
import type { WholePaper } from '../search/answer.ts';
import { checked } from '../search/checked.ts';
import type { Session } from '../session/session.ts';
import { versionName } from './hit.tsx';
import { addressOfPaper, type State } from './state.ts';

/** What a form says; each has some of it. */
const formSchema = z.strictObject({
  starred: z.enum(['true', 'false']).optional(),
  read: keptShape.read.optional(),
  note: keptShape.note.optional(),
  /** The name of another version of its work. */
  join: z.string().min(1).max(1000).optional(),
  /** Whether it is another work than those it stands with. */
  split: z.literal('true').optional(),
  /** The page to go back to. */
  back: z.string().optional(),
});

/**
 * Does what a form of the page says of a paper.
 * @returns the page to go on with, an address of this server.
 * @throws AkinError `invalid-argument`, `not-found`, and as `Session.writing`.
 */
export async function doneWith(session: Session, home: string, id: string, form: URLSearchParams): Promise<string> {
  const { starred, back, join, split, ...kept } = checked(formSchema, Object.fromEntries(form));
  const said: Partial<Kept> = { ...kept, ...(starred !== undefined && { starred: starred === 'true' }) };
  if (Object.keys(said).length > 0) await session.keep([id], said, 'the page');
  if (join !== undefined) await session.judge({ join: [id, join.trim()] });
  if (split !== undefined) await session.judge({ split: [id] });
  return back !== undefined && isOurs(back, home) ? back : addressOfPaper(home, id);
}

/** Whether an address is one of this server, under the home of a library: a form may say any. */
function isOurs(address: string, home: string): boolean {
  const here = 'http://here.invalid';
  return address.startsWith(home) && URL.canParse(address, here) && new URL(address, here).origin === here;
}

/** A button that says something of a paper; nothing for who may not. @param at the key of the keyboard that presses it. */
export const Keep: FC<
  PropsWithChildren<{ id: string; said: Partial<Kept> | { split: true }; back: string; state: State; at?: string }>
> = ({ id, said, back, state, at, children }) =>
  state.mayWrite ? (
    <form class="keep" method="post" action={addressOfPaper(state.home, id)}>
      {Object.entries(said).map(([name, value]) => (
        <input type="hidden" name={name} value={String(value)} />
      ))}
      <input type="hidden" name="back" value={back} />
      <button data-key={at}>{children}</button>
    </form>
  ) : (
    <></>
  );

const READ: Record<Kept['read'], string> = { unread: 'Unread', reading: 'Reading', read: 'Read' };

/** Star, read state and note of a paper, on its own page. */
export const KeptOf: FC<{ paper: WholePaper; state: State }> = ({ paper: { id, starred, read, note }, state }) => {
  const here = addressOfPaper(state.home, id);
  if (!state.mayWrite) {
    const marks = [starred && '★ Starred', read !== 'unread' && READ[read]].filter(Boolean).join(' · ');
    return (
      <>
        {marks && <p class="byline">{marks}</p>}
        {note && <p class="abstract">{note}</p>}
      </>
    );
  }
  return (
    <section aria-label="What you keep of it">
      <div class="actions">
        <Keep id={id} said={{ starred: !starred }} back={here} state={state} at="s">
          {starred ? '★ Starred' : '☆ Star'}
        </Keep>
        {READ_STATES.map((each) =>
          each === read ? (
            <strong>{READ[each]}</strong>
          ) : (
            <Keep id={id} said={{ read: each }} back={here} state={state}>
              {READ[each]}
            </Keep>
          ),
        )}
      </div>
      <form class="noting" method="post" action={here}>
        <label for="note">Your note</label>
        <textarea id="note" name="note" rows={4} maxlength={MAX_NOTE}>
          {note}
        </textarea>
        <button>Save the note</button>
      </form>
    </section>
  );
};

/** The other versions of a paper's work, and a person's word on them. */
export const Versions: FC<{ paper: WholePaper; state: State }> = ({ paper: { id, versions }, state }) => {
  if (versions.length === 0 && !state.mayWrite) return <></>;
  const here = addressOfPaper(state.home, id);
  return (
    <section>
      <h3>Versions</h3>
      {versions.length > 0 && (
        <>
          <ul class="plain">
            {versions.map((version) => (
              <li>
                <a href={addressOfPaper(state.home, version.id)}>{version.title || version.id}</a>{' '}
                {versionName(version)}
              </li>
            ))}
          </ul>
          <Keep id={id} said={{ split: true }} back={here} state={state}>
            This one is another work
          </Keep>
        </>
      )}
      {state.mayWrite && (
        <form class="joining" method="post" action={here}>
          <label for="join">Another version of it</label>
          <input id="join" name="join" required placeholder="an id, doi:…, arxiv:…" autocomplete="off" />
          <button>Join</button>
        </form>
      )}
    </section>
  );
};
