/** The problems of an operation in the OpenAPI document: by status, each with the codes that it may have. */
import type { Json } from './openapi-schemas.ts'
import { changesAccount } from './operation.ts'
import type { Operation, Problem } from './operation.ts'
import { COMMON_PROBLEMS, LIMITED, PROBLEM_TYPE } from './problem.ts'

/** The responses of all statuses that are problems. */
export function problemResponses(one: Operation): Json {
  const byStatus = Map.groupBy(Object.entries(problemsOf(one)), ([, { status }]) => status)
  const answers = [...byStatus].toSorted(([a], [b]) => a - b)
  return Object.fromEntries(
    answers.map(([status, problems]) => [String(status), responseOf(status, problems)]),
  )
}

export function takesIfMatch({ method, params, creates, answer }: Operation): boolean {
  if (method === 'post') return params !== undefined && !creates && answer.etag === true
  return method === 'patch' || method === 'put' || method === 'delete'
}

/** Every problem that the operation may answer with, by its code. */
function problemsOf(one: Operation): Record<string, Problem> {
  return { ...COMMON_PROBLEMS, ...ownProblems(one), ...one.problems }
}

export const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'code', 'error_id'],
  properties: {
    type: { type: 'string', format: 'uri', examples: ['urn:account-server:problem:invalid_request'] },
    title: { type: 'string', examples: ['Invalid request'] },
    status: { type: 'integer', examples: [400] },
    detail: {
      type: 'string',
      description: 'A sentence for the developer.',
      examples: ['limit: Too big: expected number to be <=200'],
    },
    code: {
      type: 'string',
      description: 'Stable: what a program decides by.',
      examples: ['invalid_request'],
    },
    error_id: {
      type: 'string',
      description: 'The operator finds the failure in the log by it.',
      examples: ['7K3M-Q9TX'],
    },
    errors: {
      type: 'array',
      description: 'Each field that is not valid.',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
}

function responseOf(status: number, problems: [code: string, problem: Problem][]): Json {
  const codes = problems.map(([code]) => code)
  return {
    description: problems.map(([code, { when }]) => `\`${code}\`: ${when}`).join(' '),
    ...(HEADERS[status] && { headers: HEADERS[status] }),
    content: {
      [PROBLEM_TYPE]: {
        schema: {
          allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }],
        },
      },
    },
  }
}

const text = (description: string) => ({ description, schema: { type: 'string' } })
const RETRY_AFTER = {
  'Retry-After': { description: 'When to try again, in seconds.', schema: { type: 'integer' } },
}
const HEADERS: Readonly<Record<number, Json>> = {
  401: {
    'WWW-Authenticate': text('What the request lacks (RFC 6750 §3, RFC 9449 §7.1).'),
    'DPoP-Nonce': text('With `use_dpop_nonce`: for the next proof.'),
  },
  429: RETRY_AFTER,
  503: RETRY_AFTER,
}

/** By who calls. */
const OF_CALLERS = {
  person: { person_required: { status: 403, when: 'The token is a client’s own.' } },
  program: { client_token_required: { status: 403, when: 'A person gave the token.' } },
  administrator: {
    administrator_required: {
      status: 403,
      when: 'No role of the person who gave the token has the scope.',
    },
    insufficient_user_authentication: {
      status: 401,
      when: 'The person signed in too long ago. Ask for a token with the max_age of the header (RFC 9470).',
    },
  },
}

/** Problems that follow from what the operation is. */
function ownProblems(one: Operation): Record<string, Problem> {
  return {
    ...OF_CALLERS[one.caller],
    ...(changesAccount(one) && {
      beyond_your_roles: {
        status: 403,
        when: 'The roles of the account allow more than those of the person who calls.',
      },
    }),
    ...(one.limited && LIMITED),
    origin_not_allowed: {
      status: 403,
      when: 'The client has not registered the origin of the page that called.',
    },
    ...((one.body ?? one.upload) && {
      unsupported_media_type: {
        status: 415,
        when: `The body is not ${one.upload ? one.upload.types.join(', ') : 'application/json in UTF-8'}.`,
      },
      body_too_large: { status: 413, when: 'The body is too large.' },
      request_timeout: { status: 408, when: 'The body took too long to arrive.' },
    }),
    ...(one.creates && {
      request_in_progress: { status: 409, when: 'A request with this Idempotency-Key is still running.' },
      idempotency_key_reused: { status: 422, when: 'This Idempotency-Key came with another request before.' },
    }),
    ...(takesIfMatch(one) && {
      precondition_failed: { status: 412, when: 'If-Match names an earlier state.' },
    }),
  }
}
