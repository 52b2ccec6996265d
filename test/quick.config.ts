/** npm run test:quick: what needs no model and no built library, for the loop while one works. */
import { defineConfig } from 'vitest/config';
import whole from './vitest.config.ts';

export default defineConfig({
  test: {
    ...whole.test,
    globalSetup: [],
    include: [
      'test/{errors,fold,identifiers,paper,structure}.test.ts',
      'test/{export,evaluation,web}/**/*.test.ts',
      'test/http/{admission,strangers}.test.ts',
      'test/library/{candidates,facets,memory,same-work}.test.ts',
      'test/search/{query,ranking}.test.ts',
      'test/sources/{acl-xml,arxiv-*,beir,bibtex,crossref,csl-json,csv,encodings,hf-papers,input,json-*,jsonl,lines*}.test.ts',
      'test/sources/{markup,nbib,oai-pmh,openalex,paperlists,pubmed-xml,ris,semantic-scholar,tagged-lines,trec,wos}.test.ts',
    ],
  },
});
