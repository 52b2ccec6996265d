/**
 * `/v1/libraries`: the libraries of this server, which of them is the default one, and whether each can be asked. One that can not
 * be opened any more is told of here, and keeps nobody from asking the others.
 */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { refusalOf } from '../faults.ts';
import { fromTexts } from '../search/parameters.ts';
import { LIBRARIES, libraryNamed, type Libraries } from './addressed.ts';
import type { Gate } from './admission.ts';
import { inJson } from './answering.ts';
import { ANY_PROBLEM, BUSY_PROBLEM, json, problem, toldOf } from './problem.ts';
import { NOTHING } from './search.ts';

const servedSchema = z
  .object({
    name: z.string(),
    default: z.boolean().meta({ description: 'Whether it is the one that is asked where an address names none' }),
    ready: z.boolean().meta({ description: 'Whether it can be asked' }),
    papers: z.int().nullable().meta({ description: 'Papers there are; null, as what follows, where it is not ready' }),
    embedded: z.int().nullable().meta({ description: 'Those that have a vector' }),
    model: z.string().nullable(),
    fingerprint: z.string().nullable().meta({ description: 'What its vectors can be compared with is of the same' }),
    problem: z
      .object({ code: z.string(), detail: z.string(), hint: z.string().optional() })
      .nullable()
      .meta({ description: 'Why it is not ready' }),
  })
  .openapi('ServedLibrary');
const listSchema = z
  .object({ libraries: z.array(servedSchema).meta({ description: 'The default one first' }) })
  .openapi('Libraries');

const AT = 'Whatever is at `/v1/…` and `/mcp` is for each of them at `/v1/libraries/{name}/…` as well';
const listRoute = createRoute({
  method: 'get',
  path: LIBRARIES,
  summary: 'The libraries of this server',
  description: `${AT}: \`/v1/libraries/{name}/search\`, \`/v1/libraries/{name}/mcp\`.`,
  responses: { 200: json(listSchema, 'The libraries'), ...ANY_PROBLEM, ...BUSY_PROBLEM },
});
const oneRoute = createRoute({
  method: 'get',
  path: `${LIBRARIES}/{name}`,
  summary: 'One of the libraries of this server',
  description: `${AT}.`,
  request: { params: z.object({ name: z.string().openapi({ description: 'What the library is called' }) }) },
  responses: {
    200: json(servedSchema, 'The library'),
    ...ANY_PROBLEM,
    ...BUSY_PROBLEM,
    404: problem('No such library'),
  },
});

/** Adds the routes to the app. A library that nobody has asked yet is opened by them. */
export function answerLibraries(app: OpenAPIHono, libraries: Libraries, gate: Gate): void {
  const [first] = libraries.keys();
  const told = async (name: string): Promise<z.input<typeof servedSchema>> => {
    const unknown = { papers: null, embedded: null, model: null, fingerprint: null };
    const about = { name, default: name === first };
    try {
      const { model, papers, embedded } = await libraries.get(name)!.standing();
      const known = { papers, embedded, model: model.name, fingerprint: model.fingerprint };
      return { ...about, ready: true, ...known, problem: null };
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      const { message: detail, hint } = toldOf(refusal);
      const why = { code: refusal.code, detail, ...(hint !== undefined && { hint }) };
      return { ...about, ready: false, ...unknown, problem: why };
    }
  };
  // What one library holds does not tell when another one changes: nothing of it is to be kept.
  const answer = (c: Context, what: () => Promise<object>) => {
    fromTexts(NOTHING, c.req.queries());
    c.header('Cache-Control', 'no-store');
    return gate.pass(async () => inJson(c, await what()), c.req.raw.signal);
  };
  app.openAPIRegistry.registerPath(listRoute);
  app.get(LIBRARIES, (c) => answer(c, async () => ({ libraries: await Promise.all([...libraries.keys()].map(told)) })));
  app.openAPIRegistry.registerPath(oneRoute);
  app.get(`${LIBRARIES}/:name`, (c) => {
    const name = c.req.param('name');
    libraryNamed(name, libraries); // Said before it waits for its turn.
    return answer(c, () => told(name));
  });
}
