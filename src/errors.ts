/**
 * The one error class. Everything akin refuses on purpose is an `AkinError`: a stable code, a sentence with the value
 * seen and what was expected, and a hint with the next step. Anything else that is thrown is a bug.
 */

/**
 * Every code, with the HTTP status and the CLI exit code it answers with. The tables of src/http/README.md and
 * src/cli/README.md are tested against it.
 */
export const ERROR_CODES = {
  'invalid-argument': { status: 400, exit: 2 },
  'not-found': { status: 404, exit: 5 },
  'cursor-outdated': { status: 410, exit: 5 },
  'file-unreadable': { status: 400, exit: 2 },
  'format-unknown': { status: 400, exit: 2 },
  'too-large': { status: 413, exit: 2 },
  'record-invalid': { status: 422, exit: 4 },
  'id-taken': { status: 409, exit: 2 },
  'library-missing': { status: 503, exit: 3 },
  'library-foreign': { status: 503, exit: 3 },
  'library-newer': { status: 503, exit: 3 },
  'library-damaged': { status: 503, exit: 3 },
  'model-mismatch': { status: 409, exit: 3 },
  'library-locked': { status: 409, exit: 6 },
  'model-unknown': { status: 400, exit: 7 },
  'model-missing': { status: 503, exit: 7 },
  'model-damaged': { status: 503, exit: 7 },
  'embedding-failed': { status: 500, exit: 1 },
  overloaded: { status: 503, exit: 1 },
  offline: { status: 503, exit: 2 },
  'address-in-use': { status: 500, exit: 8 },
  'disk-full': { status: 507, exit: 9 },
  'access-denied': { status: 503, exit: 9 },
  'too-many-files': { status: 503, exit: 9 },
} as const satisfies Record<string, { status: number; exit: number }>;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface ErrorDetails {
  /** The next step, as a sentence or a command. */
  hint?: string;
  /** The offending parameter or field, as a JSON pointer or a parameter name. */
  field?: string;
  cause?: unknown;
}

export class AkinError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AkinError';
    this.code = code;
    this.hint = details.hint;
    this.field = details.field;
  }

  /** Message and hint, for where there is room for one text only. */
  get inOne(): string {
    return this.hint === undefined ? this.message : `${this.message}: ${this.hint}`;
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  get exitCode(): number {
    return ERROR_CODES[this.code].exit;
  }
}
