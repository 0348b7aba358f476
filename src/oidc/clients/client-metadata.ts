/**
 * What a client may register: OpenID Connect Dynamic Registration 1.0 and RFC 7591 names, checked once, here, for the
 * command line, the pages and the API alike. Owns the rules; the table is `clients.ts`.
 */
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import {
  absoluteUriFault,
  guessApplicationType,
  httpsUriFault,
  redirectUriFault,
  webUriFault,
} from './client-uri.ts'

/** The scopes that belong to the provider itself; every other scope belongs to a resource server. */
export const OPENID_SCOPES = ['openid', 'profile', 'email', 'offline_access'] as const
export const GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials'] as const
export const CLIENT_AUTH_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
] as const
/** The first is what a new client gets. */
export const ID_TOKEN_ALGS = ['ES256', 'RS256'] as const
/** Our own metadata, to be named in the library's `extraClientMetadata.properties`. */
export const EXTRA_CLIENT_METADATA = [
  'first_party',
  'profile',
  'allowed_resources',
  'resource_scope',
] as const

export type ClientAuthMethod = (typeof CLIENT_AUTH_METHODS)[number]

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: ({ input }) => `takes ${values.join(', ')}; got ${JSON.stringify(input)}` })

/** A string in which `fault` finds nothing wrong; what it finds is reported with the address itself. */
export const uri = (fault: (value: string) => string | undefined) =>
  z.string().check((ctx) => {
    const message = fault(ctx.value)
    if (message) ctx.issues.push({ code: 'custom', input: ctx.value, message: `"${ctx.value}": ${message}` })
  })

const scopeCharacters = /^[\x20\x21\x23-\x5B\x5D-\x7E]*$/

/** Space-separated scopes (RFC 6749 §3.3), each kept once. */
export const scopeList = z
  .string()
  .max(4000)
  .regex(
    scopeCharacters,
    'takes scopes separated by spaces, without quotes, backslashes or non-ASCII characters',
  )
  .transform((value) => [...new Set(value.split(' ').filter(Boolean))].join(' '))

const jwkSchema = z
  .looseObject({ kty: z.enum(['EC', 'RSA', 'OKP'], { error: 'takes public EC, RSA and OKP keys' }) })
  .refine((jwk) => !('d' in jwk), { error: 'must be a public key; this one holds the private part' })

const clientInput = z.strictObject({
  client_name: z.string().trim().min(1).max(255),
  application_type: oneOf(['web', 'native']).optional(),
  redirect_uris: z.array(uri(absoluteUriFault)).max(100).default([]),
  post_logout_redirect_uris: z.array(uri(absoluteUriFault)).max(100).default([]),
  scope: scopeList.optional(),
  grant_types: z.array(oneOf(GRANT_TYPES)).optional(),
  response_types: z.array(oneOf(['code'])).optional(),
  token_endpoint_auth_method: oneOf(CLIENT_AUTH_METHODS).default('client_secret_basic'),
  id_token_signed_response_alg: oneOf(ID_TOKEN_ALGS).default(ID_TOKEN_ALGS[0]),
  jwks: z.strictObject({ keys: z.array(jwkSchema).min(1).max(20) }).optional(),
  jwks_uri: uri(webUriFault).optional(),
  client_uri: uri(webUriFault).optional(),
  logo_uri: uri(webUriFault).optional(),
  policy_uri: uri(webUriFault).optional(),
  tos_uri: uri(webUriFault).optional(),
  initiate_login_uri: uri(httpsUriFault).optional(),
  contacts: z.array(z.email()).max(10).optional(),
  default_max_age: z.int().nonnegative().optional(),
  require_auth_time: z.boolean().optional(),
  first_party: z.boolean().default(false),
  profile: oneOf(['default']).default('default'),
  allowed_resources: z.array(uri(absoluteUriFault)).max(100).default([]),
})

/** What a caller hands in; every field but `client_name` may be left out. */
export type ClientInput = z.input<typeof clientInput>
export type ClientMetadata = ReturnType<typeof complete>

const clientMetadata = clientInput.transform(complete).superRefine(checkTogether)

/**
 * Checks and completes what a client registers.
 * @throws AppError 400 `invalid_redirect_uri` or `invalid_client_metadata` (RFC 7591 §3.2.2) naming every mistake
 */
export function parseClientMetadata(input: unknown): ClientMetadata {
  const result = clientMetadata.safeParse(input)
  if (result.success) return result.data
  const { issues } = result.error
  const onlyRedirects = issues.every(({ path }) => path[0] === 'redirect_uris')
  throw new AppError(
    onlyRedirects ? 'invalid_redirect_uri' : 'invalid_client_metadata',
    400,
    issues.map(({ path, message }) => `${path.join('.') || 'client'}: ${message}`).join('; '),
  )
}

export function isOpenidScope(scope: string): boolean {
  return OPENID_SCOPES.some((own) => own === scope)
}

function complete(input: z.output<typeof clientInput>) {
  const grantTypes = [...new Set(input.grant_types ?? (['authorization_code', 'refresh_token'] as const))]
  const code = grantTypes.includes('authorization_code')
  return {
    ...input,
    application_type: input.application_type ?? guessApplicationType(input.redirect_uris),
    grant_types: grantTypes,
    response_types: input.response_types ?? (code ? (['code'] as const) : []),
    scope: input.scope ?? (code ? defaultScope(grantTypes.includes('refresh_token')) : ''),
  }
}

function defaultScope(offline: boolean): string {
  return OPENID_SCOPES.filter((scope) => offline || scope !== 'offline_access').join(' ')
}

function checkTogether(client: ClientMetadata, ctx: z.RefinementCtx): void {
  const refuse = (path: (string | number)[], message: string) =>
    ctx.addIssue({ code: 'custom', path, message })
  const code = client.grant_types.includes('authorization_code')
  checkRedirects(client, refuse)
  if (code && client.redirect_uris.length === 0) {
    refuse(['redirect_uris'], 'at least one is needed for the authorization_code grant')
  }
  if (code !== client.response_types.length > 0) {
    refuse(['response_types'], "is ['code'] with the authorization_code grant and empty without it")
  }
  if (!code && client.grant_types.includes('refresh_token')) {
    refuse(['grant_types'], 'refresh_token is of use only beside authorization_code')
  }
  checkAuthentication(client, refuse)
}

type Refuse = (path: (string | number)[], message: string) => void

function checkRedirects(client: ClientMetadata, refuse: Refuse): void {
  for (const field of ['redirect_uris', 'post_logout_redirect_uris'] as const) {
    client[field].forEach((value, index) => {
      const fault = redirectUriFault(value, client.application_type)
      if (fault) refuse([field, index], `"${value}": ${fault}`)
    })
  }
}

function checkAuthentication(client: ClientMetadata, refuse: Refuse): void {
  const method = client.token_endpoint_auth_method
  if (method === 'none' && client.grant_types.includes('client_credentials')) {
    refuse(['grant_types'], 'client_credentials needs a client that authenticates; this one is public')
  }
  if (client.jwks && client.jwks_uri) refuse(['jwks_uri'], 'give either jwks or jwks_uri, not both')
  if (method === 'private_key_jwt' && !client.jwks && !client.jwks_uri) {
    refuse(['jwks_uri'], 'private_key_jwt needs the public keys, as jwks or jwks_uri')
  }
}
