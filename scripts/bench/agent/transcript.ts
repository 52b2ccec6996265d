/**
 * Ten questions as a person asks an agent about the sample library, the calls that an agent makes of each, and what an answer
 * has to hold for the question to be answered. Who plays the agent here follows the tools' own descriptions.
 */
import type { CallToolResult, Client } from '@modelcontextprotocol/client';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

interface Call {
  name: string;
  arguments: Record<string, unknown>;
}

interface Turn {
  asked: string;
  /** The calls; each is told what those before it answered. */
  calls: (((before: CallToolResult[]) => Call) | Call)[];
  /** What the last answer holds. */
  answer: RegExp;
}

/** What was asked and answered, and what it took. */
export interface Told {
  asked: string;
  calls: { call: Call; result: CallToolResult; tokens: Tokens }[];
  /** What of the last answer answers the question; undefined where it does not. */
  answer: string | undefined;
}

/** Tokens of a call as JSON; and of its answer, as content (text and links) and as structured content. */
export interface Tokens {
  sent: number;
  content: number;
  structured: number;
}

const idsIn = ({ structuredContent }: CallToolResult): string[] =>
  (structuredContent as { papers: { id: string }[] }).papers.map(({ id }) => id);
const search = (args: Record<string, unknown>): Call => ({ name: 'search_papers', arguments: args });
const read = (count: number) => (before: CallToolResult[]) => ({
  name: 'get_paper',
  arguments: { ids: idsIn(before.at(-1)!).slice(0, count) },
});

const TURNS: Turn[] = [
  {
    asked: 'How long was the network trained that translates with attention only, and on what?',
    calls: [search({ query: 'translation with attention only, without recurrence' }), read(2)],
    answer: /three and a half days on eight GPUs/,
  },
  {
    asked: 'What did Turing show about deciding whether a machine goes on printing?',
    calls: [search({ query: 'author:turing computable numbers', limit: 3 }), read(1)],
    answer: /no machine can decide in general/,
  },
  {
    asked: 'Which are the newest papers I have on language models?',
    calls: [search({ query: 'language models', sort: 'newest', detail: 'titles', limit: 5 })],
    answer: /LoRA/,
  },
  {
    asked: 'Ten papers on how people remember and forget, please.',
    calls: [search({ query: 'human memory and forgetting' })],
    answer: /10\. \[/,
  },
  {
    asked: 'Something like the transformer paper, but not about language.',
    calls: [search({ like: ['arxiv:1706.03762'], unlike: ['doi:10.18653/v1/n19-1423'], limit: 5 })],
    answer: /Image/,
  },
  {
    asked: 'BibTeX for BERT and for the transformer.',
    calls: [
      {
        name: 'get_paper',
        arguments: { ids: ['arxiv:1706.03762', 'doi:10.18653/v1/n19-1423'], bibtex: true, detail: 'brief' },
      },
    ],
    answer: /@inproceedings\{devlin/i,
  },
  {
    asked: 'What should this paragraph of mine cite?',
    calls: [
      {
        name: 'related_work',
        arguments: {
          text:
            'Very deep networks are hard to train, for the gradient fades on its way through many layers. Connections that pass ' +
            'over layers let it through, and networks of more than a hundred layers recognise what is in an image.',
          limit: 5,
        },
      },
    ],
    answer: /Deep Residual Learning/,
  },
  {
    asked: "What is nearest to Stroop's experiments?",
    calls: [
      search({ query: 'Stroop 1935', limit: 1, detail: 'titles' }),
      (before) => ({ name: 'similar_papers', arguments: { id: idsIn(before[0]!)[0], limit: 5 } }),
    ],
    answer: /5\. \[/,
  },
  {
    asked: 'Do I have anything on baking sourdough bread?',
    calls: [search({ query: 'baking sourdough bread at home' })],
    answer: /nothing relevant/,
  },
  {
    asked: 'How large is my library, and how do I look for an exact phrase?',
    calls: [{ name: 'library_info', arguments: {} }],
    answer: /"graph neural network"/,
  },
];

/** Asks all ten. */
export async function transcript(client: Client): Promise<Told[]> {
  const told: Told[] = [];
  for (const { asked, calls, answer } of TURNS) {
    const made: Told['calls'] = [];
    for (const each of calls) {
      const call = typeof each === 'function' ? each(made.map(({ result }) => result)) : each;
      const result = await client.callTool(call);
      made.push({ call, result, tokens: tokensOf(call, result) });
    }
    told.push({ asked, calls: made, answer: answer.exec(textIn(made.at(-1)!.result))?.[0] });
  }
  return told;
}

export const textIn = ({ content }: CallToolResult): string =>
  content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');

/** By the tokenizer of GPT-4o (o200k). */
function tokensOf(call: Call, { content, structuredContent }: CallToolResult): Tokens {
  const shown = content.map((block) => (block.type === 'text' ? block.text : JSON.stringify(block)));
  return {
    sent: countTokens(JSON.stringify(call)),
    content: shown.reduce((sum, each) => sum + countTokens(each), 0),
    structured: countTokens(JSON.stringify(structuredContent ?? {})),
  };
}

/** Tokens of what is listed of the tools: names, descriptions and schemas. */
export async function tokensOfTools(client: Client): Promise<Map<string, number>> {
  const { tools } = await client.listTools();
  return new Map(
    tools.map(({ name, description, inputSchema, outputSchema }) => [
      name,
      countTokens(JSON.stringify({ name, description, inputSchema, outputSchema })),
    ]),
  );
}
