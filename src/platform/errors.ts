/** An error that may be shown: a stable code, a status and a safe sentence. Its cause stays hidden. */
export class AppError extends Error {
  readonly code: string
  readonly status: number
  /** Seconds after which the caller may try again; becomes `Retry-After` (RFC 9110 §10.2.3). */
  readonly retryAfterSeconds: number | undefined

  /**
   * @param code stable, dotted or snake case, e.g. `account_exists`
   * @param message a sentence for the person or developer who caused it; never a secret
   */
  constructor(
    code: string,
    status: number,
    message: string,
    options: { cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.status = status
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

export type OverloadCode = 'too_many_attempts' | 'too_many_requests' | 'hashing_busy'

/**
 * Refused before any work, because there were too many requests. A fixed page answers it. It is counted and not logged
 * one by one.
 */
export class Overload extends AppError {
  declare readonly code: OverloadCode

  constructor(code: OverloadCode, retryAfterSeconds: number) {
    super(code, code === 'hashing_busy' ? 503 : 429, 'There are too many requests. Please try again later.', {
      retryAfterSeconds,
    })
    this.name = 'Overload'
  }
}

const BUSY: ReadonlySet<string> = new Set(['hashing_busy', 'pictures_busy'])

/** A limit refused it for now. Any other 503 says that something is away. */
export function isLimit({ status, code }: { status: number; code: string }): boolean {
  return status === 429 || BUSY.has(code)
}

/** A dependency (database, Redis) did not answer: 503 with `Retry-After`. */
export function unavailable(cause: unknown, retryAfterSeconds = 2): AppError {
  return new AppError(
    'temporarily_unavailable',
    503,
    'The service is briefly unavailable. Please try again.',
    {
      cause,
      retryAfterSeconds,
    },
  )
}
