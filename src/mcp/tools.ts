/**
 * What an agent can ask: five tools, each declared once with what it takes and what it answers. What has a declaration already
 * (search/question.ts, search/related.ts) is taken from there.
 */
import { getPaper } from './get-paper.ts';
import { libraryInfo } from './library-info.ts';
import { relatedWork } from './related-work.ts';
import { searchPapers, similarPapers } from './search-papers.ts';
import type { Tool } from './tool.ts';

/** @param isLocal whether whoever asks is at this machine; see `Asking`. */
export const toolsFor = (isLocal: boolean): Tool[] => [
  searchPapers,
  getPaper,
  similarPapers,
  relatedWork(isLocal),
  libraryInfo(isLocal),
];
