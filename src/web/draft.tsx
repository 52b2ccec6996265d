/**
 * Related work of a draft, for people: a form that takes one, and what was suggested for it, passage by passage, each suggestion
 * to be added or dismissed.
 */
import type { Child, FC } from 'hono/jsx';
import { byline } from '../paper.ts';
import type { PassageSuggestions, RelatedAnswer, Suggestion } from '../search/answer.ts';
import { DEFAULT_SUGGESTIONS, MAX_SUGGESTIONS } from '../search/related.ts';
import { nameOf } from '../session/suggested.ts';
import { count, excerpt } from '../text.ts';
import type { View } from './page.tsx';
import { addressOfPaper } from './state.ts';
import { papersIn } from './wording.ts';

/** What was suggested for a draft, and what became of it. */
export interface DraftShown {
  id: string;
  /** What its file was called; empty where there was none. */
  name: string;
  answer: RelatedAnswer;
  /** Ids of papers. */
  added: Set<string>;
  dismissed: Set<string>;
}

/** Works of a list of cited ones that are shown; and characters of one. */
const CITED_SHOWN = 300;
const CITED_CHARACTERS = 200;
/** Characters of a sentence. */
const SENTENCE = 400;

export const suggestionsOf = ({ passages }: RelatedAnswer): Suggestion[] =>
  passages.flatMap(({ suggestions }) => suggestions);

/** Where on the page a suggestion is, by its number. */
export const placeOf = (number: number): string => `s${number}`;

/** An answer with what was added alone; as long as nothing was, with all that was not dismissed. */
export function chosenOf({ answer, added, dismissed }: DraftShown): RelatedAnswer {
  const isChosen = ({ id }: Suggestion) => (added.size > 0 ? added.has(id) : !dismissed.has(id));
  const passages = answer.passages.map((each) => ({ ...each, suggestions: each.suggestions.filter(isChosen) }));
  return { ...answer, passages: passages.filter(({ suggestions }) => suggestions.length > 0) };
}

/** The page of a draft; without one, the form that takes it. */
export function draftView(home: string, draft?: DraftShown): View {
  if (!draft) {
    const said =
      'Which papers of this library belong to a draft, and where? It is read here, and kept for a week at most.';
    return { title: 'Draft', said, results: <DraftForm home={home} /> };
  }
  return {
    title: calledOf(draft),
    said: saidOf(draft),
    results: <Related draft={draft} home={home} />,
    isForReading: true,
  };
}

const calledOf = ({ answer: { title }, name }: DraftShown): string => title || name || 'Your text';

export const DraftForm: FC<{ home: string }> = ({ home }) => (
  <form class="draft-form" method="post" enctype="multipart/form-data" action={`${home}draft`}>
    <label class="drop">
      The draft: LaTeX, Markdown, Typst, Org, reStructuredText, text, PDF or Word. Choose it, or drop it here
      <input type="file" name="file" />
    </label>
    <label>
      or paste it
      <textarea name="text" rows={8} spellcheck={false}></textarea>
    </label>
    <label>
      What it cites, if you have that as a file (BibTeX, RIS, CSL-JSON, …)
      <input type="file" name="bib" />
    </label>
    <div class="fields">
      <label>
        Suggestions
        <input type="number" name="limit" min="1" max={MAX_SUGGESTIONS} value={DEFAULT_SUGGESTIONS} />
      </label>
      <label>
        Years, such as 2019..
        <input name="year" autocomplete="off" />
      </label>
      <button>Find related work</button>
    </div>
  </form>
);

function saidOf({ answer, added }: DraftShown): Child {
  const { cited, notes, library } = answer;
  const suggestions = suggestionsOf(answer).length;
  const sentences = [
    suggestions === 0 ? 'No paper is suggested' : `${papersIn(suggestions)} might belong to this draft`,
    added.size === 0 ? '' : `${count(added.size)} added`,
    cited.length === 0 ? 'What it cites is not known: give a bibliography beside it' : '',
    ...notes,
    library.embedded < library.papers
      ? `${count(library.embedded)} of ${papersIn(library.papers)} are embedded so far`
      : '',
  ];
  return sentences
    .filter(Boolean)
    .map((sentence) => excerpt(sentence, SENTENCE))
    .join('. ');
}

/** Passages of one section that stand together. */
interface Section {
  name: string;
  passages: { passage: PassageSuggestions; first: number }[];
}

/** The sections of a draft in their order. `first` is the number of a passage's first suggestion. */
function sectionsOf({ passages }: RelatedAnswer): Section[] {
  const sections: Section[] = [];
  let first = 0;
  for (const passage of passages) {
    const name = nameOf(passage);
    if (sections.at(-1)?.name !== name) sections.push({ name, passages: [] });
    sections.at(-1)!.passages.push({ passage, first });
    first += passage.suggestions.length;
  }
  return sections;
}

const Related: FC<{ draft: DraftShown; home: string }> = ({ draft, home }) => {
  const { answer, added, dismissed, id } = draft;
  const address = `${home}draft/${id}`;
  const sections = sectionsOf(answer);
  const leftIn = ({ passages }: Section) =>
    passages.flatMap(({ passage }) => passage.suggestions).filter((each) => !dismissed.has(each.id)).length;
  const chosen = suggestionsOf(chosenOf(draft)).length;
  const cited = citedIn(answer);
  return (
    <article class="draft">
      <form id="judge" method="post" action={address}></form>
      <h2>{calledOf(draft)}</h2>
      {chosen > 0 && (
        <p class="why">
          {added.size > 0 ? `What was added (${count(chosen)}):` : `All suggestions (${count(chosen)}):`}
          <a href={`${address}/related.bib`} download>
            BibTeX
          </a>
          <a href={`${address}/related.md`} download>
            Markdown
          </a>
          <a href={`${home}draft`}>Another draft</a>
        </p>
      )}
      <div class="sections">
        <nav aria-label="Sections">
          <ul>
            {sections.map((section, i) => (
              <li>
                <a href={`#h${i}`}>{section.name}</a> <span class="count">{count(leftIn(section))}</span>
              </li>
            ))}
            {cited.map(({ place, works }) => (
              <li>
                <a href={`#${place}`}>{NAMES[place].short}</a> <span class="count">{count(works.length)}</span>
              </li>
            ))}
          </ul>
        </nav>
        <div>
          {sections.map(({ name, passages }, i) => (
            <section>
              <h3 id={`h${i}`}>{name}</h3>
              {passages.map(({ passage, first }) => (
                <Passage passage={passage} first={first} draft={draft} home={home} />
              ))}
            </section>
          ))}
          {cited.map(({ place, works }) => (
            <CitedWorks place={place} works={works} home={home} />
          ))}
        </div>
      </div>
    </article>
  );
};

const Passage: FC<{ passage: PassageSuggestions; first: number; draft: DraftShown; home: string }> = (shown) => {
  const { passage, first, draft, home } = shown;
  const items = passage.suggestions.map((suggestion, i) => ({ suggestion, number: first + i }));
  const isDismissed = ({ suggestion }: (typeof items)[number]) => draft.dismissed.has(suggestion.id);
  const dismissed = items.filter(isDismissed);
  return (
    <>
      <ol>
        {items
          .filter((each) => !isDismissed(each))
          .map(({ suggestion, number }) => (
            <Suggested suggestion={suggestion} number={number} isAdded={draft.added.has(suggestion.id)} home={home} />
          ))}
      </ol>
      {dismissed.length > 0 && (
        <details class="dismissed">
          <summary>{count(dismissed.length)} dismissed</summary>
          <ul>
            {dismissed.map(({ suggestion, number }) => (
              <li id={placeOf(number)}>
                {suggestion.title || suggestion.id}{' '}
                <Judge what="undo" label="Take it back" number={number} of={suggestion.title} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
};

const Suggested: FC<{ suggestion: Suggestion; number: number; isAdded: boolean; home: string }> = (shown) => {
  const { suggestion, number, isAdded, home } = shown;
  const { id, title, reason, place } = suggestion;
  const about = byline(suggestion);
  return (
    <li id={placeOf(number)}>
      <h4>
        <a href={addressOfPaper(home, id)}>{title || id}</a>
      </h4>
      {about && <p class="byline">{about}</p>}
      {place && (
        <p class="fits">
          <span class="byline">Where you say</span> “{excerpt(place.sentence, SENTENCE)}”
        </p>
      )}
      {reason && (
        <p class="fits">
          <span class="byline">it says</span> “{excerpt(reason.sentence, SENTENCE)}”
        </p>
      )}
      <p class="why">
        {isAdded ? (
          <>
            <strong>Added</strong>
            <Judge what="undo" label="Take it out" number={number} of={title} />
          </>
        ) : (
          <>
            <Judge what="add" label="Add" number={number} of={title} />
            <Judge what="dismiss" label="Dismiss" number={number} of={title} />
          </>
        )}
      </p>
    </li>
  );
};

/** What is done with a suggestion. @param of its title. */
const Judge: FC<{ what: 'add' | 'dismiss' | 'undo'; label: string; number: number; of: string }> = (shown) => (
  <button form="judge" name={shown.what} value={String(shown.number)} aria-label={`${shown.label}: ${shown.of}`}>
    {shown.label}
  </button>
);

/** Cited works that the library has, and those that it has not: where it is on the page, its heading, and how it is called beside the sections. */
const NAMES = {
  found: { heading: 'Cited and found', short: 'Cited and found' },
  missing: { heading: 'Cited, and not in the library', short: 'Cited, not here' },
} as const;

/** What a draft cites: what of it the library has, and what it has not; where there is any. */
function citedIn({ cited }: RelatedAnswer): { place: keyof typeof NAMES; works: RelatedAnswer['cited'] }[] {
  const lists = [
    { place: 'found' as const, works: cited.filter(({ id }) => id !== null) },
    { place: 'missing' as const, works: cited.filter(({ id }) => id === null) },
  ];
  return lists.filter(({ works }) => works.length > 0);
}

const CitedWorks: FC<ReturnType<typeof citedIn>[number] & { home: string }> = ({ place, works, home }) => (
  <section>
    <h3 id={place}>{NAMES[place].heading}</h3>
    <ul class="cited">
      {works.slice(0, CITED_SHOWN).map(({ id, key, title }) =>
        id !== null ? (
          <li>
            <a href={addressOfPaper(home, id)}>{excerpt(title || id, CITED_CHARACTERS)}</a>
          </li>
        ) : (
          <li>
            {excerpt(title || key || '', CITED_CHARACTERS)} {key && title && <span class="byline">{key}</span>}
          </li>
        ),
      )}
    </ul>
    {works.length > CITED_SHOWN && <p class="byline">and {count(works.length - CITED_SHOWN)} others</p>}
  </section>
);
