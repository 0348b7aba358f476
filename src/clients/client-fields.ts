/**
 * The metadata that a client may leave out, field by field: OpenID Connect (Registration, Logout, CIBA, JARM), RFC 7591,
 * 8705, 9101, 9126, 9396, 9449 and 9701 names. What must fit together is checked in `client-metadata.ts`.
 */
import { createPublicKey } from 'node:crypto'
import { z } from 'zod'
import {
  CLIENT_SIGNING_ALGS,
  CONTENT_ENCRYPTIONS,
  DECRYPTION_ALGS,
  ENCRYPTION_ALGS,
  SIGNING_ALGS,
} from '../platform/algorithms.ts'
import { shownAddress, shownChoice } from '../platform/shown.ts'
import { inEach } from '../words/tagged.ts'
import { REACHABLE_LEVELS } from '../accounts/levels.ts'
import { absoluteUriFault, httpsUriFault, originFault, webUriFault } from './addresses/client-uri.ts'

/** What this server signs with. */
export const ID_TOKEN_ALGS = SIGNING_ALGS
const RESPONSE_MODES = [
  'query',
  'fragment',
  'form_post',
  'jwt',
  'query.jwt',
  'fragment.jwt',
  'form_post.jwt',
  'web_message',
] as const

export const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: ({ input }) => `takes ${values.join(', ')}; got ${shownInput(input, values)}` })

function shownInput(input: unknown, values: readonly string[]): string {
  if (typeof input !== 'string')
    return Array.isArray(input) ? 'a list' : `a value of the type ${typeof input}`
  return `"${shownChoice(input, values)}"`
}

// Of a client that wants another by default, nobody could sign in.
const reachableLevel = z.string().refine((value) => REACHABLE_LEVELS.some((level) => level === value), {
  error: `takes ${REACHABLE_LEVELS.join(', ')}`,
})

/** What the longest address of a browser holds with room for what is added to it. */
const LONGEST_URI = 2048

/** A string in which `fault` finds nothing wrong; what it finds is reported with the address itself. */
export const uri = (fault: (value: string) => string | undefined) =>
  z
    .string()
    .max(LONGEST_URI, { abort: true })
    .check((ctx) => {
      const message = fault(ctx.value)
      if (!message) return
      ctx.issues.push({
        code: 'custom',
        input: ctx.value,
        message: `"${shownAddress(ctx.value)}": ${message}`,
      })
    })

const scopeCharacters = /^[\x20\x21\x23-\x5B\x5D-\x7E]*$/

/** Space-separated scopes (RFC 6749 §3.3), each kept once. */
export const scopeList = z
  .string()
  .max(4000, { abort: true })
  .regex(
    scopeCharacters,
    'takes scopes separated by spaces, without quotes, backslashes or non-ASCII characters',
  )
  // RFC 6749 §3.3 allows a comma in a scope, but people who type one mean two scopes.
  .refine((value) => !value.includes(','), { error: 'separate scopes by spaces, not by commas' })
  .transform((value) => [...new Set(value.split(' ').filter(Boolean))].join(' '))

const shortText = z.string().max(255, { abort: true }).trim().min(1)
const words = (max: number) => z.array(shortText).max(max)
// Its length first: the pattern of an address is not looked for in more.
const mailAddress = z.string().max(254, { abort: true }).pipe(z.email())

const jwkSchema = z
  .looseObject({ kty: z.enum(['EC', 'RSA', 'OKP'], { error: 'takes public EC, RSA and OKP keys' }) })
  .refine((jwk) => !('d' in jwk), {
    error: 'must be a public key; this one holds the private part',
    abort: true,
  })
  .refine(isComplete, { error: 'is not a complete public key: check kty, and crv, x and y or n and e' })

function isComplete(jwk: Record<string, unknown>): boolean {
  try {
    createPublicKey({ key: jwk, format: 'jwk' })
    return true
  } catch {
    return false
  }
}

const pages = {
  client_uri: uri(webUriFault).optional(),
  logo_uri: uri(webUriFault).optional(),
  policy_uri: uri(webUriFault).optional(),
  tos_uri: uri(webUriFault).optional(),
  initiate_login_uri: uri(httpsUriFault).optional(),
  contacts: z.array(mailAddress).max(10).optional(),
  software_id: shortText.optional(),
  software_version: shortText.optional(),
  software_statement: z.string().min(1).max(16_384).optional(),
}

const keys = {
  jwks: z.strictObject({ keys: z.array(jwkSchema).min(1).max(20) }).optional(),
  jwks_uri: uri(webUriFault).optional(),
  token_endpoint_auth_signing_alg: oneOf([...CLIENT_SIGNING_ALGS, 'HS256']).optional(),
  tls_client_auth_subject_dn: z.string().min(1).max(1000).optional(),
  tls_client_auth_san_dns: shortText.optional(),
  tls_client_auth_san_uri: uri(absoluteUriFault).optional(),
  tls_client_auth_san_ip: z.union([z.ipv4(), z.ipv6()]).optional(),
  tls_client_auth_san_email: mailAddress.optional(),
  tls_client_certificate_bound_access_tokens: z.boolean().optional(),
  use_mtls_endpoint_aliases: z.boolean().optional(),
  dpop_bound_access_tokens: z.boolean().optional(),
}

const requests = {
  request_object_signing_alg: oneOf(CLIENT_SIGNING_ALGS).optional(),
  request_object_encryption_alg: oneOf(DECRYPTION_ALGS).optional(),
  request_object_encryption_enc: oneOf(CONTENT_ENCRYPTIONS).optional(),
  require_signed_request_object: z.boolean().optional(),
  require_pushed_authorization_requests: z.boolean().optional(),
  authorization_details_types: words(50).optional(),
  default_max_age: z.int().nonnegative().optional(),
  require_second_factor: z.boolean().optional(),
  default_acr_values: z.array(reachableLevel).min(1).max(REACHABLE_LEVELS.length).optional(),
  require_auth_time: z.boolean().optional(),
  response_modes: z.array(oneOf(RESPONSE_MODES)).min(1).max(RESPONSE_MODES.length).optional(),
}

const responses = {
  id_token_encrypted_response_alg: oneOf(ENCRYPTION_ALGS).optional(),
  id_token_encrypted_response_enc: oneOf(CONTENT_ENCRYPTIONS).optional(),
  userinfo_signed_response_alg: oneOf(ID_TOKEN_ALGS).optional(),
  userinfo_encrypted_response_alg: oneOf(ENCRYPTION_ALGS).optional(),
  userinfo_encrypted_response_enc: oneOf(CONTENT_ENCRYPTIONS).optional(),
  introspection_signed_response_alg: oneOf(ID_TOKEN_ALGS).optional(),
  introspection_encrypted_response_alg: oneOf(ENCRYPTION_ALGS).optional(),
  introspection_encrypted_response_enc: oneOf(CONTENT_ENCRYPTIONS).optional(),
  authorization_signed_response_alg: oneOf(ID_TOKEN_ALGS).optional(),
  authorization_encrypted_response_alg: oneOf(ENCRYPTION_ALGS).optional(),
  authorization_encrypted_response_enc: oneOf(CONTENT_ENCRYPTIONS).optional(),
  subject_type: oneOf(['public', 'pairwise']).optional(),
  /** False: the claims of the scopes come from userinfo alone (OpenID Connect Core §5.4). */
  scope_claims_in_id_token: z.boolean().optional(),
  sector_identifier_uri: uri(httpsUriFault).optional(),
}

const backAndFrontChannel = {
  backchannel_token_delivery_mode: oneOf(['poll', 'ping']).optional(),
  backchannel_client_notification_endpoint: uri(httpsUriFault).optional(),
  backchannel_authentication_request_signing_alg: oneOf(CLIENT_SIGNING_ALGS).optional(),
  backchannel_user_code_parameter: z.boolean().optional(),
  backchannel_logout_uri: uri(logoutUriFault).optional(),
  backchannel_logout_session_required: z.boolean().optional(),
  frontchannel_logout_uri: uri(logoutUriFault).optional(),
  frontchannel_logout_session_required: z.boolean().optional(),
  /** Origins of scripts that may call the browser endpoints directly. */
  cors_origins: z.array(uri(originFault)).max(50).optional(),
}

const localized = {
  ...inEach(['client_name'], shortText.optional()),
  ...inEach(['client_uri', 'logo_uri', 'policy_uri', 'tos_uri'], uri(webUriFault).optional()),
}

export const LOCALIZED_METADATA = Object.keys(localized)

/** The fields, to be spread into the schema of a client. */
export const optionalFields = {
  ...pages,
  ...localized,
  ...keys,
  ...requests,
  ...responses,
  ...backAndFrontChannel,
}

// OpenID Connect Back-Channel Logout 1.0 §2.2 and Front-Channel Logout 1.0 §2 both rule out a fragment.
function logoutUriFault(value: string): string | undefined {
  return webUriFault(value) ?? absoluteUriFault(value)
}

/** Fields that only an operator sets; `client-exceptions.ts` names the clients that they are for. */
export const EXCEPTIONS = ['require_pkce', 'assertion_audience'] as const

/** Metadata of a client, and of the policy of an initial access token. */
export const exceptionFields = {
  /**
   * True: needs a code challenge in any case. False: may go without challenge and nonce, which RFC 9700 §2.1.1 only
   * recommends for confidential clients. Absent: either of them.
   */
  require_pkce: z.boolean().optional(),
  /** `token_endpoint`: assertions may be made for it as well as for the issuer (OpenID Connect Core §9). */
  assertion_audience: oneOf(['issuer', 'token_endpoint']).optional(),
}
