/**
 * What `npm ci` and `npm pack` do last: the types of the client (src/client/), made of what the server declares, by way of
 * `/openapi.json`. `api.ts` is for this checkout, and is none of its sources; the declarations beside the built client are for
 * whoever installs the package.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { pino } from 'pino';
import ts from 'typescript';
import { createApp } from '../src/http/app.ts';
import { builtOf, ROOT } from '../src/package.ts';
import { configurationOf } from '../src/session/configuration.ts';
import { Session } from '../src/session/session.ts';

const session = new Session({ address: 'none', configuration: configurationOf({}) });
const response = await createApp({ session, log: pino({ level: 'silent' }) }).request('/openapi.json');
const HEAD = '/** The types of the API, as the server declares it. Made by scripts/client-types.ts. */\n';
const api = HEAD + astToString(await openapiTS((await response.json()) as OpenAPI3));
writeFileSync(path.join(ROOT, 'src/client/api.ts'), api);
for (const [source, text] of [
  ['src/client/api.ts', api],
  ['src/client/client.ts', readFileSync(path.join(ROOT, 'src/client/client.ts'), 'utf8')],
] as const) {
  const { outputText } = ts.transpileDeclaration(text, { fileName: source });
  writeFileSync(builtOf(source).replace(/\.js$/, '.d.ts'), outputText);
}
