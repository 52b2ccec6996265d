/**
 * Papers in the formats of `akin export`, wherever papers are answered: asked for by `format`, or by the media type that each
 * exporter has (`Accept`). A few are written at once; a whole library is written as fast as it is read.
 */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { AkinError } from '../errors.ts';
import type { Exporter } from '../export/exporter.ts';
import { EXPORTERS, EXPORT_NAMES, exporterNamed } from '../export/registry.ts';
import type { Paper } from '../paper.ts';
import { LEFT_ALONE } from './answering.ts';
import { LIMITS } from './limits.ts';

const JSON_TYPE = 'application/json';

/** How another format than JSON is asked for. */
export const formatShape = {
  format: z
    .enum(['json', ...EXPORT_NAMES])
    .optional()
    .meta({
      description: 'In which format, unless `Accept` says it: JSON, or papers alone as `akin export` writes them',
    }),
};

/** What a route answers besides JSON, as it documents it. */
export const inFormats = <Answer extends { content: object }>(answer: Answer) => ({
  ...answer,
  content: {
    ...answer.content,
    ...Object.fromEntries(
      EXPORTERS.map(({ mediaType }) => [
        mediaType,
        { schema: mediaType.endsWith('+json') ? z.array(z.record(z.string(), z.unknown())) : z.string() },
      ]),
    ),
  },
});

/** What papers are to be written by; undefined for JSON, which is what whoever asks for nothing that is known gets. */
export function exporterAsked(c: Context, format: string | undefined): Exporter | undefined {
  c.header('Vary', 'Accept', { append: true });
  if (format !== undefined) return format === 'json' ? undefined : exporterNamed(format);
  const type = accepts(c, {
    header: 'Accept',
    supports: [JSON_TYPE, ...EXPORTERS.map(({ mediaType }) => mediaType)],
    default: JSON_TYPE,
    match(given, { supports, default: usual }) {
      // What is wanted less than anything at all is not wanted.
      const any = given.find(({ type }) => type === '*/*')?.q ?? 0;
      const wanted = given.filter(({ q }) => q > 0 && q >= any).sort((a, b) => b.q - a.q);
      return wanted.find(({ type }) => supports.includes(type.toLowerCase()))?.type.toLowerCase() ?? usual;
    },
  });
  return EXPORTERS.find(({ mediaType }) => mediaType === type);
}

const headersOf = ({ mediaType }: Exporter) => ({ 'Content-Type': `${mediaType}; charset=utf-8` });

/** Answers with a few papers. */
export async function written(c: Context, exporter: Exporter, papers: AsyncIterable<Paper>): Promise<Response> {
  const pieces: string[] = [];
  for await (const piece of exporter.write(papers)) pieces.push(piece);
  return c.body(pieces.join(''), 200, headersOf(exporter));
}

/** Characters that are sent at once. */
const PIECE = 64 * 1024;

/** Answers with as many papers as there are: they are read as they are taken, and a few at a time are in memory. */
export class Streams {
  #running = 0;

  /** @throws AkinError `overloaded` where too many are being read; what the first paper meets. */
  async answer(c: Context, exporter: Exporter, papers: AsyncGenerator<Paper>): Promise<Response> {
    if (this.#running >= LIMITS.exportsAtOnce) {
      throw new AkinError('overloaded', `${this.#running} exports are under way`, { hint: 'try again in a second' });
    }
    this.#running++;
    let isOver = false;
    const end = () => {
      if (!isOver) this.#running--;
      isOver = true;
    };
    try {
      const first = await papers.next(); // What is refused is refused before there is an answer.
      return c.body(streamOf(exporter.write(begunWith(first, papers)), end), 200, {
        ...headersOf(exporter),
        'Cache-Control': LEFT_ALONE,
      });
    } catch (error) {
      end();
      throw error;
    }
  }
}

async function* begunWith(first: IteratorResult<Paper>, rest: AsyncGenerator<Paper>): AsyncGenerator<Paper> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

/** @param end is told once when nothing more is read: all was, nobody takes it any more, or it failed. */
function streamOf(pieces: AsyncGenerator<string>, end: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let late: NodeJS.Timeout | undefined;
  return new ReadableStream({
    async pull(controller) {
      clearTimeout(late);
      try {
        let text = '';
        while (text.length < PIECE) {
          const piece = await pieces.next();
          if (piece.done) {
            if (text !== '') controller.enqueue(encoder.encode(text));
            controller.close();
            return end();
          }
          text += piece.value;
        }
        controller.enqueue(encoder.encode(text));
        late = setTimeout(() => {
          end();
          controller.error(new Error('nobody took what was written'));
          void pieces.return(undefined);
        }, LIMITS.exportStallMs).unref();
      } catch (error) {
        end();
        throw error;
      }
    },
    async cancel() {
      clearTimeout(late);
      end();
      await pieces.return(undefined);
    },
  });
}
