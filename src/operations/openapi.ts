/** The OpenAPI 3.1 document, made of the same operations and schemas that the server runs. */
import { z } from 'zod'
import { COMMON_PROBLEMS, PROBLEM_TYPE } from './problem.ts'
import type { Operation, Problem, Shape } from './operation.ts'
import { API_SCOPES } from './scopes.ts'

type Json = Record<string, unknown>

export type DocumentNeeds = {
  serverName: string
  /** The API's address. */
  server: string
  authorizationUrl: string
  tokenUrl: string
}

export function openApiDocument(needs: DocumentNeeds, operations: readonly Operation[]): Json {
  const paths: Record<string, Json> = {}
  for (const one of operations) (paths[one.path] ??= {})[one.method] = described(one)
  return {
    openapi: '3.1.0',
    info: { title: `${needs.serverName} API`, version: 'v1', description: INTRODUCTION },
    servers: [{ url: needs.server }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: PROBLEM_SCHEMA },
      securitySchemes: { oauth2: { type: 'oauth2', flows: flowsOf(needs) } },
    },
  }
}

const INTRODUCTION = [
  'Send an access token whose `resource` is the address of this API.',
  'Every failure is a problem (RFC 9457) with a stable `code`.',
  'A creation takes `Idempotency-Key`: sent again with the same key, it answers the same and does nothing twice.',
].join(' ')

function flowsOf({ authorizationUrl, tokenUrl }: DocumentNeeds): Json {
  const scopes = API_SCOPES
  return {
    authorizationCode: { authorizationUrl, tokenUrl, refreshUrl: tokenUrl, scopes },
    clientCredentials: { tokenUrl, scopes },
  }
}

function described(one: Operation): Json {
  return {
    operationId: one.id,
    tags: [one.tag],
    summary: one.summary,
    ...(one.description !== undefined && { description: one.description }),
    security: [{ oauth2: [one.scope] }],
    parameters: [
      ...parametersOf(one.params, 'path'),
      ...parametersOf(one.query, 'query'),
      ...(one.creates ? [IDEMPOTENCY_KEY] : []),
      ...(takesIfMatch(one) ? [IF_MATCH] : []),
    ],
    ...(one.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemaOf(one.body, 'input') } },
      },
    }),
    responses: { [one.answer.status]: answerOf(one), ...problemsOf(one) },
    'x-caller': one.caller,
  }
}

function takesIfMatch({ method }: Operation): boolean {
  return method === 'patch' || method === 'put' || method === 'delete'
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Any text of 1 to 255 characters. The answer is kept for a day.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}
const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The ETag that was read. When it was changed since, nothing happens and the answer is 412.',
  schema: { type: 'string' },
}

function parametersOf(shape: Shape | undefined, place: 'path' | 'query'): Json[] {
  if (!shape) return []
  const { properties = {}, required = [] } = schemaOf(shape, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }))
}

function answerOf({ answer, creates }: Operation): Json {
  const { description, schema, etag } = answer
  const headers = {
    ...(etag && { ETag: { schema: { type: 'string' } } }),
    ...(creates && answer.status === 201 && { Location: { schema: { type: 'string' } } }),
  }
  return {
    description,
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(schema && { content: { 'application/json': { schema: schemaOf(schema, 'output') } } }),
  }
}

/** By status; each names the codes that it may have. */
function problemsOf(one: Operation): Json {
  const all: Record<string, Problem> = { ...COMMON_PROBLEMS, ...ownProblems(one), ...one.problems }
  const byStatus = Map.groupBy(Object.entries(all), ([, { status }]) => status)
  const answers = [...byStatus].map(([status, problems]) => [
    String(status),
    {
      description: problems.map(([code, { when }]) => `\`${code}\`: ${when}`).join(' '),
      content: {
        [PROBLEM_TYPE]: {
          schema: {
            allOf: [
              { $ref: '#/components/schemas/Problem' },
              { properties: { code: { enum: problems.map(([code]) => code) } } },
            ],
          },
        },
      },
    },
  ])
  return Object.fromEntries(answers) as Json
}

/** Problems that follow from what the operation is. */
function ownProblems(one: Operation): Record<string, Problem> {
  const callers = {
    person: { person_required: { status: 403, when: 'The token is a client’s own.' } },
    program: { client_token_required: { status: 403, when: 'A person gave the token.' } },
    administrator: {
      administrator_required: { status: 403, when: 'The person who gave the token lacks the role admin.' },
    },
  }
  return {
    ...callers[one.caller],
    origin_not_allowed: { status: 403, when: 'A page called whose origin the client has not registered.' },
    ...(one.body && {
      unsupported_media_type: { status: 415, when: 'The body is not application/json in UTF-8.' },
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

const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'error_id'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'A sentence for the developer.' },
    code: { type: 'string', description: 'Stable: what a program decides by.' },
    error_id: { type: 'string', description: 'The operator finds the failure in the log by it.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
  })
  return json
}
