/**
 * npm run fetch-model -- NAME [--into DIR] [--upstream URL], or -- --list: puts a model's files in place.
 *
 * Needs a network, or a mirror that --upstream names. The files go to models/NAME/, or DIR/NAME/; carry that folder to a
 * machine without a network.
 */
import { parseArgs } from 'node:util';
import { fetchModel, UPSTREAM, type FetchEvent } from '../src/embedding/fetch-model.ts';
import {
  BUNDLED_MODELS,
  CROSS_ENCODER_NAMES,
  DEFAULT_MODEL,
  findCrossEncoder,
  findModel,
  MODEL_NAMES,
  verifiedModelFolder,
} from '../src/embedding/models.ts';
import { AkinError } from '../src/errors.ts';
import { refusalOf } from '../src/faults.ts';

const USAGE = `npm run fetch-model -- NAME [--into DIR] [--upstream URL]
npm run fetch-model -- --list [--into DIR]
  --into DIR       the folder of model folders; models/ of this checkout unless given
  --upstream URL   a mirror; ${UPSTREAM} unless given
  --list           the models akin knows, and whether their files are in place`;

/** On a terminal, takes the bar away. */
const CLEARED_LINE = process.stderr.isTTY ? '\r\x1b[K' : '';

try {
  const { into, upstream, list, name } = readArguments();
  if (list) await showModels(into);
  else {
    const model = CROSS_ENCODER_NAMES.includes(name) ? findCrossEncoder(name) : findModel(name);
    await fetchModel(model, into, { upstream, report: process.stderr.isTTY ? drawBar() : writeLines() });
    process.stderr.write(`${model.name} is in place in ${await verifiedModelFolder(model, [into])}\n`);
  }
} catch (error) {
  const { message, hint, exitCode } = refusalOf(error) ?? (error as Partial<AkinError>);
  process.stderr.write(`${CLEARED_LINE}fetch-model: ${message}\n${hint ? `${hint}\n` : ''}`);
  process.exitCode = exitCode ?? 1;
}

function readArguments(): { into: string; upstream: string; list: boolean; name: string } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        into: { type: 'string', default: BUNDLED_MODELS },
        upstream: { type: 'string', default: UPSTREAM },
        list: { type: 'boolean', default: false },
      },
    });
    const expected = values.list ? 0 : 1;
    if (positionals.length !== expected) throw new Error(`expected ${expected} names, found ${positionals.length}`);
    return { ...values, name: positionals[0] ?? '' };
  } catch (error) {
    throw new AkinError('invalid-argument', (error as Error).message, { hint: USAGE });
  }
}

/** One line a model, on stdout, columns parted by tabs. */
async function showModels(into: string): Promise<void> {
  const embedding = MODEL_NAMES.map((name) => ({
    ...findModel(name),
    gives: `${findModel(name).dimensions} dimensions`,
  }));
  const scoring = CROSS_ENCODER_NAMES.map((name) => ({ ...findCrossEncoder(name), gives: 're-ranks' }));
  for (const model of [...embedding, ...scoring]) {
    const { name, licence, gives, maxTokens } = model;
    const state = await verifiedModelFolder(model, [into]).then(
      (folder) => `in place: ${folder}`,
      (error: AkinError) => error.code.replace('model-', ''),
    );
    const facts = [licence, gives, `${maxTokens} tokens`, state];
    process.stdout.write(`${[name, ...facts, ...(name === DEFAULT_MODEL ? ['(default)'] : [])].join('\t')}\n`);
  }
}

/** For a terminal: a bar that is drawn over itself, and a line for everything else. */
function drawBar(): (event: FetchEvent) => void {
  let drawn = 0;
  return (event) => {
    if (event.kind !== 'received') return void process.stderr.write(`${CLEARED_LINE}${sentence(event)}\n`);
    if (Date.now() - drawn < 100) return;
    drawn = Date.now();
    const filled = Math.floor((event.bytes / event.total) * 30);
    process.stderr.write(`${CLEARED_LINE}[${'#'.repeat(filled)}${' '.repeat(30 - filled)}] ${sentence(event)}`);
  };
}

/** For a log: a line whenever another quarter of a file has come. */
function writeLines(): (event: FetchEvent) => void {
  let shown = '';
  return (event) => {
    const quarter = event.kind === 'received' ? `${event.file} ${Math.floor((event.bytes / event.total) * 4)}` : '';
    if (quarter === '' || quarter !== shown) process.stderr.write(`${sentence(event)}\n`);
    shown = quarter;
  };
}

function sentence(event: FetchEvent): string {
  switch (event.kind) {
    case 'in-place':
      return `${event.file}: already in place`;
    case 'received':
      return `${event.file}: ${megabytes(event.bytes)} of ${megabytes(event.total)} MB`;
    case 'retry':
      return `${event.file}: ${event.reason}; trying again in ${event.seconds} s`;
    case 'fetched':
      return `${event.file}: fetched, ${megabytes(event.bytes)} MB, hash as expected`;
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
