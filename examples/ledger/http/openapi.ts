/** The OpenAPI 3.1 document, made of the operations and the schemas that the ledger runs. */
import { z } from 'zod'
import { REFUSALS } from '../books/refusal.ts'
import type { RefusalCode } from '../books/refusal.ts'
import type { Operation } from './operations.ts'
import { PROBLEM_TYPE } from './problem.ts'
import { idempotencyKey, problem } from './schemas.ts'

type Json = Record<string, unknown>

/** What each scope allows, as the consent page of the account server says it. */
export const SCOPES = {
  'ledger:read': 'See your balance and your transactions',
  'ledger:send': 'Send money for you',
}

export function openApiDocument(
  { publicUrl, issuer }: { publicUrl: string; issuer: string },
  operations: readonly Operation[],
): Json {
  const scopes = Object.entries(SCOPES)
    .map(([name, words]) => `\`${name}\`: ${words}.`)
    .join(' ')
  const paths: Record<string, Json> = {}
  for (const one of operations) (paths[one.path] ??= {})[one.method] = described(one)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ledger',
      version: 'v1',
      description:
        'Send an access token whose `resource` is the address of this API. Every failure is a problem (RFC 9457) with a stable `code`.',
    },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, 'output') },
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: `An access token of ${issuer}. Its scopes: ${scopes}`,
        },
      },
    },
  }
}

function described({ id, scope, summary, description, query, body, answer, refusals }: Operation): Json {
  return {
    operationId: id,
    summary,
    ...(description !== undefined && { description }),
    security: [{ bearer: [scope] }],
    parameters: [...(query ? queryParameters(query) : []), ...(body ? [KEY] : [])],
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    }),
    responses: {
      [answer.status]: {
        description: answer.description,
        content: { 'application/json': { schema: schemaOf(answer.schema, 'output') } },
      },
      ...problemsOf(refusals),
    },
  }
}

const KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: idempotencyKey.description,
  schema: schemaOf(idempotencyKey, 'input'),
}

function queryParameters(query: z.ZodObject): Json[] {
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    description,
    schema,
  }))
}

/** By status; each names the codes that it may have. */
function problemsOf(codes: readonly RefusalCode[]): Json {
  const byStatus = Map.groupBy(codes, (code) => String(REFUSALS[code].status))
  const answers = [...byStatus].map(([status, all]) => [
    status,
    {
      description: all.map((code) => `\`${code}\`: ${REFUSALS[code].when}`).join(' '),
      content: {
        [PROBLEM_TYPE]: {
          schema: {
            allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: all } } }],
          },
        },
      },
    },
  ])
  return Object.fromEntries(answers) as Json
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return json
}
