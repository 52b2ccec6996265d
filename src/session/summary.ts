/** What people and programs are told of a library as a whole, wherever they ask. */
import { z } from 'zod';
import { findModel } from '../embedding/models.ts';
import type { LibraryFacts } from '../library/library.ts';

export const summarySchema = z
  .object({
    library: z.string().meta({ description: 'Made with the library; a copy has the same' }),
    format: z.int().meta({ description: 'Of what is stored' }),
    model: z.string(),
    fingerprint: z.string().meta({ description: 'Of the model: vectors of one are comparable' }),
    papers: z.int(),
    embedded: z.int().meta({ description: 'Papers that have a vector; the others are found by words' }),
    truncated: z.int().meta({ description: 'Of these: longer than the model takes' }),
    language: z.string().meta({ description: 'What the model reads' }),
    works: z.int().meta({ description: 'Versions of one work count once' }),
    nameless: z.int().meta({ description: 'Papers read by an akin that kept nothing of the parts of names' }),
    settings: z.object({ lexicalWeight: z.number().optional() }).meta({ description: 'What `akin tune` has set' }),
    bytes: z.int(),
  })
  .meta({ id: 'LibrarySummary' });
export type LibrarySummary = z.infer<typeof summarySchema>;

/** Says nothing of where on its machine the library is. */
export function summaryOf(facts: LibraryFacts): LibrarySummary {
  const { library, format, spaces, papers, embedded, works, nameless, settings, bytes } = facts;
  const { model, fingerprint, truncated } = spaces.find(({ inUse }) => inUse)!;
  const { language } = findModel(model);
  return {
    ...{ library, format, model, fingerprint, papers, embedded, truncated, language },
    ...{ works, nameless, settings, bytes },
  };
}
