/**
 * Rich authorization requests (RFC 9396). Checks `authorization_details` against the registered types, describes them
 * for the consent page, and decides which of them a token carries. The person allows them for each request; no consent
 * is remembered.
 */
import { isDeepStrictEqual } from 'node:util'
import { errors } from 'oidc-provider'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { z } from 'zod'
import { TOKEN_EXCHANGE_GRANT } from '../../clients/client-choices.ts'
import type { DetailsField, DetailsType } from '../../resources/details-type.ts'
import { given } from '../../words/message.ts'
import type { Message } from '../../words/message.ts'

export type Detail = { type: string } & Record<string, unknown>
/** One entry on the consent page. */
export type DetailWords = {
  title: Message
  resource?: string
  rows: { label: Message; value: Message }[]
}

type Features = NonNullable<Configuration['features']>
type Client = { allowed_resources?: unknown; details_types?: unknown }

const MAX_TEXT = 500
const MAX_LIST = 30
/** Endpoints where a person sees and allows the details. Elsewhere they would be granted unseen. */
const ROUTES = new Set(['authorization', 'pushed_authorization_request', 'authorization_challenge', 'token'])

// Control characters, and those that change the direction of writing. They could make the page show something else.
const text = z
  .string()
  .min(1)
  .max(MAX_TEXT)
  .regex(/^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$/u, 'holds characters that are not allowed')

/** The library's feature for these types. */
export function richAuthorizationRequests(types: readonly DetailsType[]) {
  const resourceOf = new Map(types.map(({ type, resource }) => [type, resource]))
  return {
    enabled: true,
    types: Object.fromEntries(types.map((type) => [type.type, { validate: validatorOf(type) }])),
    authorizationDetailsForGrantSource: ({ oidc }: KoaContextWithOIDC) => requested(oidc.params),
    authorizationDetailsForAccessToken(
      { oidc }: KoaContextWithOIDC,
      token: { aud?: unknown },
      source: { rar?: Detail[] } | undefined,
    ) {
      const allowed = source?.rar ?? []
      const wanted = requested(oidc.params) ?? allowed
      if (!wanted.every((one) => allowed.some((other) => isDeepStrictEqual(one, other))))
        throw refused('ask only for authorization_details that the person allowed, unchanged')
      // RFC 9396 §9: a resource server sees only the details for it.
      return wanted.filter(({ type }) => resourceOf.get(type) === token.aud)
    },
    authorizationDetailsForIntrospection: (_ctx: unknown, token: { rar?: Detail[] }) => token.rar,
  } as unknown as Features['richAuthorizationRequests']
}

/** Without `resource`, the details' types decide which resource servers the token is for. */
export function withDetailsResources(
  indicators: Features['resourceIndicators'],
  types: readonly DetailsType[],
): Features['resourceIndicators'] {
  const library = indicators as { defaultResource: (...args: unknown[]) => unknown }
  return {
    ...library,
    defaultResource: (ctx: KoaContextWithOIDC, client: unknown, oneOf?: string[]) => {
      const names = new Set(requested(ctx.oidc.params)?.map(({ type }) => type))
      const own = types.filter(({ type }) => names.has(type)).map(({ resource }) => resource)
      const resources = [...new Set(own)]
      if (oneOf || resources.length === 0) return library.defaultResource(ctx, client, oneOf)
      return resources.length === 1 ? resources[0] : resources
    },
  } as Features['resourceIndicators']
}

/** The details in words, in their order. A type that was deleted meanwhile is shown as it was sent. */
export function describeDetails(types: readonly DetailsType[], details: readonly Detail[]): DetailWords[] {
  return details.map(({ type: name, ...detail }) => {
    const type = types.find((one) => one.type === name)
    if (!type)
      return { title: given(name), rows: [{ label: 'scope-details', value: given(JSON.stringify(detail)) }] }
    return { title: given(type.title), resource: type.resource, rows: rowsOf(type.fields, detail) }
  })
}

function rowsOf(
  fields: Record<string, DetailsField>,
  values: Record<string, unknown>,
  path = '',
): DetailWords['rows'] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) return []
    const label = path + field.label
    if (field.fields) return rowsOf(field.fields, value as Record<string, unknown>, `${label}: `)
    return [{ label: given(label), value: valueWords(value) }]
  })
}

function valueWords(value: unknown): Message {
  if (typeof value === 'boolean') return value ? 'scope-yes' : 'scope-no'
  return given(Array.isArray(value) ? value.join(', ') : String(value))
}

function validatorOf(type: DetailsType) {
  const schema = z.strictObject({
    type: z.literal(type.type),
    locations: z.array(z.literal(type.resource)).min(1).max(1).optional(),
    ...shapeOf(type.fields),
  })
  return ({ oidc }: KoaContextWithOIDC, detail: unknown, client: Client): void => {
    if (!ROUTES.has(oidc.route))
      throw refused('authorization_details go with the authorization endpoint only')
    // A token exchange asks for some of the details of another client's token. The exchanging client's own registration
    // does not limit them.
    if (oidc.params?.['grant_type'] !== TOKEN_EXCHANGE_GRANT) assertRegistered(type, client)
    const named = [oidc.params?.['resource'] ?? []].flat()
    if (named.length > 0 && !named.includes(type.resource))
      throw refused(`type ${type.type}: name its resource server ${type.resource} in resource`)
    const result = schema.safeParse(detail)
    if (result.success) return
    const faults = result.error.issues.map(({ path, message }) => `${path.join('.') || 'entry'}: ${message}`)
    throw refused(`type ${type.type}: ${faults.join('; ')}`)
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function assertRegistered({ type, resource }: DetailsType, client: Client): void {
  if (!listOf(client.details_types).includes(type))
    throw refused(`type ${type}: not among the authorization_details_types of this client`)
  if (!listOf(client.allowed_resources).includes(resource))
    throw refused(`type ${type}: its resource server is not among those of this client`)
}

function shapeOf(fields: Record<string, DetailsField>): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const schema = schemaOf(field)
      return [name, field.required ? schema : schema.optional()]
    }),
  )
}

function schemaOf({ kind = 'text', values, fields = {} }: DetailsField): z.ZodType {
  const one = values ? z.enum(values) : text
  if (kind === 'number') return z.number()
  if (kind === 'boolean') return z.boolean()
  if (kind === 'list') return z.array(one).min(1).max(MAX_LIST)
  return kind === 'group' ? z.strictObject(shapeOf(fields)) : one
}

/** The library has checked this value before anything here reads it. */
function requested(params: Record<string, unknown> | undefined): Detail[] | undefined {
  const value = params?.['authorization_details']
  return typeof value === 'string' ? (JSON.parse(value) as Detail[]) : undefined
}

// Limited to what an error_description may hold (RFC 6749 §4.1.2.1).
function refused(why: string): errors.OIDCProviderError {
  return new errors.InvalidAuthorizationDetails(
    why.replace(/[^\x20\x21\x23-\x5B\x5D-\x7E]/g, "'").slice(0, 500),
  )
}
