/** YAML from outside: what it says, read within bounds. */
import { Composer, Parser, type CST } from 'yaml';

/** Lists and mappings in each other. */
const MAX_DEPTH = 20;

/**
 * What a text in YAML says, or why it can't be read. In memory it takes a hundred times as much as the text: callers bound it.
 * @param schema `failsafe` makes every value a text: volume 010 is not 10, version 1.10 is not 1.1.
 */
export function parseYaml(
  yaml: string,
  schema: 'core' | 'failsafe' = 'core',
): { value: unknown; problem: string | undefined } {
  const tokens = [...new Parser().parse(yaml)];
  if (isDeeper(tokens, MAX_DEPTH)) return { value: undefined, problem: `more than ${MAX_DEPTH} levels of nesting` };
  const composer = new Composer({ schema, strict: false, uniqueKeys: false, logLevel: 'silent' });
  const [document] = composer.compose(tokens);
  try {
    return { value: document?.toJS({ maxAliasCount: 10 }), problem: document?.errors[0]?.message.split('\n')[0] };
  } catch (error) {
    return { value: undefined, problem: (error as Error).message }; // An alias of what is not there, or of too much.
  }
}

/** Whether there are more levels than may be followed. */
function isDeeper(tokens: CST.Token[], levels: number): boolean {
  let level: (CST.Token | null | undefined)[] = tokens;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((token) => {
      if (token?.type === 'document') return [token.value];
      if (!token || !('items' in token)) return [];
      return token.items.flatMap(({ key, value }) => [key, value]);
    });
  }
  return false;
}
