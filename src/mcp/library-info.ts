/** `library_info`: what the library holds, and how it is asked. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { cutShape, sizeOf, tokensShape } from './fitted.ts';
import { tool, type Tool } from './tool.ts';

/** The query language in brief; src/search/README.md has all of it. */
const LANGUAGE = [
  'plain words, a title or a whole reference: ranked by meaning and words; a surname and a year find what somebody wrote',
  '10.1145/362384.362685 or arxiv:2209.09004 alone: that paper',
  '"graph neural network", title:"neural network": these words in this order',
  'author:"yoshua bengio", venue:nature, category:cs, in:thesis (a collection)',
  'year:2019, year:2019..2022, year:>=2019',
  'has:doi, has:abstract: papers that have it',
  'author:bengio,hinton: any of the values; author:bengio OR venue:nature: either',
  '-word, -author:bengio: papers without it',
].join('\n');

/** @param isLocal whether it is said where the library is. */
export function libraryInfo(isLocal: boolean): Tool {
  return tool({
    name: 'library_info',
    description: 'How many papers the library holds, what its model reads, and the query language.',
    input: z.strictObject(tokensShape),
    output: z.object({
      papers: z.int(),
      works: z.int(),
      embedded: z.int(),
      model: z.string(),
      language: z.string(),
      ...(isLocal && { folder: z.string() }),
      query_language: z.string().optional(),
      ...cutShape,
    }),
    answer: ({ max_tokens }, { session, pass, signal }) =>
      pass(
        {},
        async () => {
          const [{ papers, works, embedded, notes, place }, { model }] = await Promise.all([
            session.facts(),
            session.library(),
          ]);
          const facts = { papers, works, embedded, model: model.name, language: model.language };
          const held = {
            ...facts,
            ...(isLocal && { folder: place }),
            ...(notes.length > 0 && { notes: notes.join('\n') }),
          };
          const whole = answerOf({ ...held, query_language: LANGUAGE, truncated: false });
          const tokens = sizeOf(whole);
          if (tokens <= max_tokens) return whole;
          return answerOf({
            ...held,
            truncated: true,
            truncation_reason: `with the query language it takes about ${tokens} tokens and max_tokens is ${max_tokens}`,
            next_call: `library_info with max_tokens ${tokens}`,
          });
        },
        signal,
      ),
  });
}

interface Info {
  papers: number;
  works: number;
  embedded: number;
  model: string;
  language: string;
  folder?: string;
  notes?: string;
  query_language?: string;
  truncated: boolean;
  truncation_reason?: string;
  next_call?: string;
}

function answerOf(info: Info): CallToolResult {
  const { papers, works, embedded, model, language, folder, notes, query_language } = info;
  const text = [
    `${papers} papers (${works} works), ${embedded} of them embedded with ${model}, which reads ${language}`,
    ...(folder === undefined ? [] : [`folder: ${folder}`]),
    ...(notes === undefined ? [] : [notes]),
    ...(query_language === undefined ? [] : ['Query language:', query_language]),
    ...(info.truncated ? [`Truncated: ${info.truncation_reason}. Next: ${info.next_call}.`] : []),
  ].join('\n');
  return { content: [{ type: 'text', text }], structuredContent: { ...info } };
}
