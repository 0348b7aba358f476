/** The OpenAPI document as a test reads it: its operations, and whether an answer is one that they describe. */
import addFormats from 'ajv-formats'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Answer } from '../provider/send.ts'
import type { Stage } from '../provider/stage.ts'

export type Json = Record<string, unknown>
export type Parameter = { name: string; in: 'path' | 'query' | 'header'; required: boolean; schema: Json }
type Response = { headers?: Record<string, Json>; content?: Record<string, { schema: Json }> }

export type DescribedOperation = {
  id: string
  method: string
  path: string
  summary: string
  /** Absent where no token is needed. */
  scope?: string | undefined
  /** Names of the OAuth flows that have its scope. */
  flows: string[]
  caller?: 'person' | 'program' | 'administrator'
  parameters: Parameter[]
  /** Of its body, with references. */
  body?: Json | undefined
  responses: Record<string, Response>
  /** The codes of its problems by status. */
  codes: Record<string, string[]>
}

export type Described = Awaited<ReturnType<typeof readDocument>>

type Raw = {
  operationId: string
  summary: string
  security: { oauth2: string[] }[]
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: Json }> }
  responses: Record<string, Response>
  'x-caller'?: DescribedOperation['caller']
}
type Components = {
  schemas: Record<string, Json>
  securitySchemes: { oauth2: { flows: Record<string, { scopes: Json }> } }
}

const NAME = 'document'

export async function readDocument(stage: Pick<Stage, 'send'>) {
  const document = (await stage.send({ to: '/api/v1/openapi.json' })).json()
  const paths = document['paths'] as Record<string, Record<string, Raw>>
  const components = document['components'] as Components
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(document, NAME)
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => operationOf(path, method, raw, components)),
  )

  /** The schema that a reference means; any other schema as it is. */
  function resolved(schema: Json): Json {
    const { $ref = '' } = schema as { $ref?: string }
    const name = /^#\/components\/schemas\/(\w+)$/.exec($ref)?.[1]
    return name === undefined ? schema : resolved(components.schemas[name] ?? {})
  }

  /** What is undocumented in an answer of the operation; nothing when all of it is described. */
  function faultOf({ path, method, responses }: DescribedOperation, answer: Answer): string | undefined {
    const response = responses[String(answer.status)]
    if (!response) return `the status ${answer.status} is not in the document: ${answer.text.slice(0, 300)}`
    const type = answer.headers['content-type']?.split(';')[0]
    const [documented] = Object.keys(response.content ?? {})
    if (documented === undefined)
      return answer.text === '' ? undefined : `a body without a schema: ${answer.text.slice(0, 300)}`
    if (type !== documented) return `the type ${type}, not ${documented}`
    const pointer = [
      'paths',
      path,
      method,
      'responses',
      String(answer.status),
      'content',
      documented,
      'schema',
    ]
    const check = ajv.getSchema(`${NAME}#/${pointer.map(escaped).join('/')}`)
    if (!check) return `no schema at ${pointer.join('/')}`
    if (check(answer.json())) return undefined
    return `${ajv.errorsText(check.errors)} in ${answer.text.slice(0, 500)}`
  }

  return { document, schemas: components.schemas, operations, resolved, faultOf }
}

function operationOf(path: string, method: string, raw: Raw, components: Components): DescribedOperation {
  const scope = raw.security[0]?.oauth2[0]
  const { flows } = components.securitySchemes.oauth2
  return {
    id: raw.operationId,
    method,
    path,
    summary: raw.summary,
    scope,
    flows: Object.keys(flows).filter((name) => scope !== undefined && scope in (flows[name]?.scopes ?? {})),
    ...(raw['x-caller'] && { caller: raw['x-caller'] }),
    parameters: raw.parameters ?? [],
    body: raw.requestBody?.content['application/json']?.schema,
    responses: raw.responses,
    codes: Object.fromEntries(
      Object.entries(raw.responses).map(([status, { content }]) => [status, codesOf(content)]),
    ),
  }
}

function codesOf(content: Response['content']): string[] {
  const all = content?.['application/problem+json']?.schema['allOf']
  const parts = Array.isArray(all) ? (all as { properties?: { code?: { enum: string[] } } }[]) : []
  return parts.flatMap(({ properties }) => properties?.code?.enum ?? [])
}

/** RFC 6901 in a URI fragment. */
function escaped(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))
}
