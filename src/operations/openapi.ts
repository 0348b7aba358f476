/** The OpenAPI 3.1 document, made of the same operations and schemas that the server runs. */
import { PROBLEM_SCHEMA, problemResponses, takesIfMatch } from './openapi-problems.ts'
import { createSchemas } from './openapi-schemas.ts'
import type { Json, Schemas } from './openapi-schemas.ts'
import { scopesOf } from './operation.ts'
import type { Caller, Operation, Shape } from './operation.ts'
import { widerThan } from '../accounts/roles/admin-scopes.ts'
import { API_SCOPES } from './scopes.ts'

export type DocumentNeeds = {
  serverName: string
  /** The API's address. */
  server: string
  authorizationUrl: string
  tokenUrl: string
}

/** Where the document itself is, under the API's address. */
export const DOCUMENT_PATH = '/openapi.json'

/** @throws Error when two different schemas have one title */
export function openApiDocument(needs: DocumentNeeds, operations: readonly Operation[]): Json {
  const schemas = createSchemas({ Problem: PROBLEM_SCHEMA })
  const paths: Record<string, Json> = { [DOCUMENT_PATH]: { get: ITSELF } }
  for (const one of operations) (paths[one.path] ??= {})[one.method] = described(one, schemas)
  return {
    openapi: '3.1.0',
    info: { title: `${needs.serverName} API`, version: 'v1', description: INTRODUCTION },
    servers: [{ url: needs.server }],
    tags: tagsOf(operations),
    paths,
    components: {
      schemas: schemas.all(),
      securitySchemes: { oauth2: { type: 'oauth2', flows: flowsOf(needs, operations) } },
    },
  }
}

/** First what everybody may call for themselves. */
function tagsOf(operations: readonly Operation[]): Json[] {
  const own = operations.filter(({ caller }) => caller === 'person')
  return [...new Set([...own, ...operations].map(({ tag }) => tag)), ABOUT].map((name) => ({ name }))
}

/** Who may call, in a sentence. */
export const CALLER_WORDS: Readonly<Record<Caller, string>> = {
  person: 'Takes a token that a person gave an app. It acts on that person’s account.',
  program: 'Takes a token that a client got for itself.',
  administrator: 'Takes a client’s own token, or one of a person with a role that has the scope.',
}

const INTRODUCTION = [
  'Send an access token. To get one, name the address of this API as `resource`.',
  'Every failure is a problem (RFC 9457) with a stable `code`.',
  'A creation takes `Idempotency-Key`: sent again with the same key, it answers the same and does nothing twice.',
].join(' ')

const ABOUT = 'This document'
const ITSELF = {
  operationId: 'getOpenApi',
  tags: [ABOUT],
  summary: 'Read this document',
  security: [],
  responses: {
    200: {
      description: 'An OpenAPI 3.1 document.',
      content: { 'application/json': { schema: { type: 'object' } } },
    },
  },
}

/** A person cannot give what only programs may do, and a program has no account of its own. */
function flowsOf({ authorizationUrl, tokenUrl }: DocumentNeeds, operations: readonly Operation[]): Json {
  const takenBy =
    (other: Caller) =>
    ([scope]: [string, string]) => {
      const callers = operations.filter((one) => one.scope === scope).map(({ caller }) => caller)
      return callers.length === 0 || callers.some((caller) => caller !== other)
    }
  const scopes = Object.entries(API_SCOPES)
  return {
    authorizationCode: {
      authorizationUrl,
      tokenUrl,
      refreshUrl: tokenUrl,
      scopes: Object.fromEntries(scopes.filter(takenBy('program'))),
    },
    clientCredentials: { tokenUrl, scopes: Object.fromEntries(scopes.filter(takenBy('person'))) },
  }
}

function described(one: Operation, schemas: Schemas): Json {
  const words = [one.description, CALLER_WORDS[one.caller]].filter((text) => text !== undefined)
  const name = `${one.id.charAt(0).toUpperCase()}${one.id.slice(1)}Body`
  return {
    operationId: one.id,
    tags: [one.tag],
    summary: one.summary,
    description: words.join('\n\n'),
    security: waysOf(one).map((scopes) => ({ oauth2: scopes })),
    parameters: [
      ...parametersOf(one.params, 'path', schemas),
      ...parametersOf(one.query, 'query', schemas),
      ...(one.creates ? [IDEMPOTENCY_KEY] : []),
      ...(takesIfMatch(one) ? [IF_MATCH] : []),
      ...(isCacheable(one) ? [IF_NONE_MATCH] : []),
    ],
    ...(one.body && {
      requestBody: {
        // No body is taken for an empty object.
        required: !one.body.safeParse({}).success,
        content: { 'application/json': { schema: schemas.named(name, one.body, 'input') } },
      },
    }),
    ...(one.upload && {
      requestBody: {
        required: true,
        content: Object.fromEntries(one.upload.types.map((type) => [type, {}])),
      },
    }),
    responses: {
      [one.answer.status]: answerOf(one, schemas),
      ...(isCacheable(one) && { 304: { description: 'Unchanged: If-None-Match names this state.' } }),
      ...problemResponses(one),
    },
    'x-caller': one.caller,
  }
}

/** A wider scope does as well. */
function waysOf(one: Operation): string[][] {
  const [scope, ...others] = scopesOf(one)
  return [one.scope, ...widerThan(scope ?? '')].map((first) => [first, ...others])
}

function isCacheable({ method, answer }: Operation): boolean {
  return method === 'get' && answer.etag === true
}

const header = (name: string, description: string, schema: Json) => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string', ...schema },
})
const IDEMPOTENCY_KEY = header(
  'Idempotency-Key',
  'Any text of 1 to 255 characters. The answer is kept for a day.',
  { minLength: 1, maxLength: 255 },
)
const IF_MATCH = header(
  'If-Match',
  'The ETag that was read. When it was changed since, nothing happens and the answer is 412.',
  {},
)
const IF_NONE_MATCH = header(
  'If-None-Match',
  'The ETag that is known. The answer is 304 when it still holds.',
  {},
)

function parametersOf(shape: Shape | undefined, place: 'path' | 'query', schemas: Schemas): Json[] {
  if (!shape) return []
  const { properties = {}, required = [] } = schemas.of(shape, 'input') as {
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

function answerOf({ answer, creates }: Operation, schemas: Schemas): Json {
  const { description, schema, etag, status } = answer
  const text = (words: string) => ({ description: words, schema: { type: 'string' } })
  const headers = {
    ...(etag && { ETag: text('The state, for If-Match.') }),
    ...(creates && {
      'Idempotency-Replayed': text('`true` when this is the kept answer of an earlier request.'),
    }),
    ...(creates && status === 201 && { Location: text('The address of what was created.') }),
  }
  return {
    description,
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(schema && { content: { 'application/json': { schema: schemas.of(schema, 'output') } } }),
  }
}
