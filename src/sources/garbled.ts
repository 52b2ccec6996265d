/**
 * Text whose bytes were once read in the wrong encoding: replacement characters, and the pairs that UTF-8 turns into
 * when it is taken for Windows-1252 ("Ã©" for "é", "â€™" for an apostrophe). It can't be mended safely, only told.
 */
const GARBLED = /\ufffd|[ÃÂ][\u0080-\u00bf]|Ã[€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[\u0080-\u009f™œ“”¦˜–]/;

export const looksGarbled = (text: string): boolean => GARBLED.test(text);
