/** Failures of the JSON API as problem details (RFC 9457). `code` is stable; `detail` is a sentence for the developer. */
import { ZodError } from 'zod'
import { ChallengeRequired } from '../accounts/challenges/challenge-gate.ts'
import type { Puzzle } from '../attempts/puzzle.ts'
import type { ShownFailure } from '../http/request/request-state.ts'

export const PROBLEM_TYPE = 'application/problem+json'

/** What every operation may answer with. */
export const COMMON_PROBLEMS = {
  invalid_request: { status: 400, when: 'The request is malformed, or a field is not valid.' },
  unauthorized: { status: 401, when: 'There is no access token.' },
  invalid_token: { status: 401, when: 'The access token is unknown, expired, revoked or not for this API.' },
  invalid_dpop_proof: {
    status: 401,
    when: 'The token is bound to a key, and the proof in the header DPoP is missing or not valid (RFC 9449).',
  },
  use_dpop_nonce: {
    status: 401,
    when: 'The proof needs the nonce of the header DPoP-Nonce. Send the request again with it.',
  },
  insufficient_scope: { status: 403, when: 'The access token lacks the scope of the operation.' },
  temporarily_unavailable: {
    status: 503,
    when: 'A database does not answer. Retry-After says when to try again.',
  },
} as const

/** For operations that are limited. */
export const LIMITED = {
  too_many_requests: {
    status: 429,
    when: 'There are too many requests. Retry-After says when to try again.',
  },
} as const

export type Fault = { field: string; message: string }

export type ProblemBody = {
  type: string
  title: string
  status: number
  detail: string
  code: string
  /** Also in the operator's log. */
  error_id: string
  errors?: Fault[]
  /** Of `challenge_required`: what the program, or the page that it shows, has to solve. */
  challenge?: Puzzle
}

export function problemBody({ code, status, message, errorId }: ShownFailure, error: unknown): ProblemBody {
  const fields = faultsOf(error)
  return {
    type: `urn:account-server:problem:${code}`,
    title: titleOf(code),
    status,
    detail: message,
    code,
    error_id: errorId,
    ...(fields.length > 0 && { errors: fields }),
    ...(error instanceof ChallengeRequired && { challenge: error.puzzle }),
  }
}

/** RFC 9457 §3.1.4: the same for each occurrence of a code. */
function titleOf(code: string): string {
  const words = code.replaceAll(/[._]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const MOST_FIELDS = 20

/** What is wrong with single fields. */
export function faultsOf(error: unknown): Fault[] {
  const cause = error instanceof Error && !(error instanceof ZodError) ? error.cause : error
  if (!(cause instanceof ZodError)) return []
  return cause.issues
    .slice(0, MOST_FIELDS)
    .map(({ path, message }) => ({ field: path.map(String).join('.'), message }))
}
