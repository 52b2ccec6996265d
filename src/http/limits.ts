/**
 * What the HTTP door takes: every limit on what a request may hold and on how long it may take to come. Whatever is larger is
 * refused before it is read to its end. What a question may ask is limited by those who answer it (search/, library/filter.ts).
 */

const MEBIBYTE = 1024 * 1024;

export const LIMITS = {
  /**
   * Request line and headers together. A query of ten thousand characters is nine times as long when every one of them is
   * percent-encoded Chinese.
   */
  headerBytes: 128 * 1024,
  /** From the first byte of a request until its headers are there. */
  headersMs: 10_000,
  /** And until all of it is there: a draft of full size in a minute is half a megabyte a second. */
  requestMs: 60_000,
  /** How often it is looked which requests are late. */
  lateCheckMs: 1000,
  /** Open at the same time; a browser opens six. */
  connections: 1000,
  /** Requests over one connection that are not answered yet. Only who does not wait for answers has more than one. */
  unanswered: 4,
  /** Requests that come at once, over all connections: what comes besides is refused before it is looked at. */
  requestsAtOnce: 16,

  /** `POST /v1/search`. Every character that a question may have, each of them escaped (`\u4e2d`). */
  questionBytes: MEBIBYTE,
  /** Bodies of questions that are received or answered at the same time. */
  bodiesAtOnce: 64,
  /** Questions that are answered at the same time. More would only take longer, each of them. */
  questionsAtOnce: 4,
  /** And how long one may have to wait for its turn, by what those before it took. */
  questionWaitMs: 75,
  /** `POST /v1/search/batch`: questions, which wait for their turn one after the other. */
  batchQuestions: 32,
  batchBytes: 8 * MEBIBYTE,
  batchSigns: 50_000,
  /** Batches that are received and answered at the same time. */
  batchesAtOnce: 8,
  /** Texts that one of them may have besides its query. */
  quickTexts: 4,
  /** And conditions of its filter and its query together. */
  quickConditions: 20,
  /** The same of those that have more, or are to be re-ranked or explained at any cost: each takes seconds. */
  thoroughAtOnce: 2,
  thoroughWaitMs: 10_000,
  /** `POST /v1/related`, as a form: draft and bibliography together, which go to files as they come. */
  draftBytes: 32 * MEBIBYTE,
  /** The same as JSON, which is read in memory and at once. A book of a thousand pages has three million characters. */
  draftJsonBytes: 4 * MEBIBYTE,
  /** Drafts that are received and answered at the same time. */
  draftsAtOnce: 8,
  /** `/draft`: what was suggested for drafts, which is kept in memory: how many, characters of all of them, and for how long. */
  keptDrafts: 100,
  keptDraftCharacters: 32 * MEBIBYTE,
  keptDraftMs: 7 * 24 * 60 * 60 * 1000,

  /** `POST /mcp`: a message of an agent, a draft in it included. A thesis has a million characters. */
  agentBytes: 2 * MEBIBYTE,
  /** Messages of agents that are received or answered at the same time. */
  agentMessagesAtOnce: 32,
  /** Calls of agents that are answered at the same time; they ask several at once, and would rather wait than ask again. */
  agentCallsAtOnce: 2,
  agentWaitMs: 10_000,
  /** `/terminal`: words of a command line. */
  terminalWords: 1000,

  /** `POST /v1/embeddings`: texts, the characters of each, and of all together: the abstracts of a hundred papers. */
  embeddedTexts: 128,
  embeddedCharacters: 20_000,
  embeddedTogether: 200_000,

  /** `PUT` and `PATCH /v1/papers/{id}`: a paper with a long abstract and fifteen thousand authors. */
  paperBytes: 4 * MEBIBYTE,
  /** Brackets, commas and strings in it. */
  paperSigns: 300_000,
  authors: 15_000,
  categories: 1000,
  /** How long who writes may have to wait for those before: one paper is written at a time. */
  writeWaitMs: 10_000,

  /** `POST /v1/jobs`, as a form: files and fields together. They go to files as they come, in the time of any request. */
  jobBytes: 256 * MEBIBYTE,
  jobParts: 100,
  jobFiles: 64,
  jobMaps: 32,
  /** As JSON, which is read in memory: papers, and names for online services. */
  jobJsonBytes: 8 * MEBIBYTE,
  jobSigns: 500_000,
  jobPapers: 5000,
  jobNames: 100,
  jobNameCharacters: 1000,
  /** Jobs that are received at the same time. How many may wait, and of what size, is in session/jobs.ts. */
  jobsAtOnce: 4,
  /** `GET /v1/jobs/{id}/events`: who listens at the same time. */
  listeners: 32,
  /** The shortest time between two events of one listener, and the longest without a sign of life. */
  eventEveryMs: 250,
  signOfLifeMs: 15_000,
  /** How long an event waits for whoever takes it before the connection is given up. */
  eventStallMs: 60_000,

  /** `GET /v1/duplicates`: works that are shown. */
  works: 1000,
  /** Papers that are joined or split at once. */
  judged: 100,

  /** Whole lists that are written as they are read (`GET /v1/papers?format=…` without a limit) at the same time. */
  exportsAtOnce: 8,
  /** How long one of them waits for whoever takes it before it is broken off. */
  exportStallMs: 60_000,

  /** Arrays and objects in one another; a filter's conditions are. */
  jsonDepth: 100,
  /** Brackets, commas and strings in all of them: more than the longest lists and the largest filter have together. */
  jsonSigns: 5000,

  /** Files and fields of a form; there are names for four. */
  formParts: 8,
  /** A field's name, and its value. */
  formFieldBytes: 1000,
  /** The lines above each part. */
  formHeaderBytes: 8 * 1024,

  /** Until an answer begins, waiting and re-ranking included; only what changes the library is never broken off. */
  answerMs: 120_000,

  /** `GET /metrics`: how long it waits for the library to say how large it is. */
  metricsWaitMs: 100,

  /** Requests of one key in `rateSeconds`: a person who types asks six times a second. */
  requestsOfKey: 300,
  /** Requests of one address that show no key, or one that is none. */
  requestsOfStranger: 30,
  rateSeconds: 10,
  /** Addresses are counted in so many groups, so that it takes no memory to have many. */
  addressGroups: 4096,
  /** A form of the page: a note of Chinese letters, each of them percent-encoded, and the address to go back to. */
  pageFormBytes: 256 * 1024,
  /** The form to sign in with: a key. */
  signInBytes: 4096,
  /** Browsers that are signed in, and for how long. */
  tickets: 1000,
  signedInMs: 30 * 24 * 60 * 60 * 1000,

  /** An id that a request comes with (`X-Request-Id`); a longer one is not kept. */
  requestIdCharacters: 128,
  /** Answers of fewer bytes are sent as they are: so many arrive at once in any case (the first window of a connection, RFC 6928). */
  compressedBytes: 14_600,

  /** An error's sentence. What was sent stands in it, which may be as long as a request. */
  problemCharacters: 500,
};
