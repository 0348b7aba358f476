/** What a request carried, as far as an answer may repeat it. The sender learns nothing that it did not send. */
import type { KoaContextWithOIDC } from 'oidc-provider'
import {
  CLOCK_TOLERANCE_SECONDS,
  CLOCKS_APART_SECONDS,
  LONGEST_LIFE_SECONDS,
} from '../binding/client-assertion.ts'
import { CLIENT_SIGNING_ALGS } from '../../platform/algorithms.ts'
import { acceptedValues, presentedCertificate } from '../library/library.ts'
import { addressOfProof } from '../binding/dpop.ts'
import { unverifiedClaims } from '../../platform/unverified-claims.ts'
import { shownAddress, shownChoice, shownNumber } from '../../platform/shown.ts'

export type AuthenticationMethod = 'basic' | 'post' | 'assertion' | 'certificate' | 'none'

/** `; got VALUE`, masked unless it is or resembles a known choice. Empty when the parameter is missing. */
export function got(ctx: KoaContextWithOIDC, parameter: string): string {
  const value = parameterOf(ctx, parameter)
  return value === undefined ? '' : `; got ${shownParameter(ctx, parameter, value)}`
}

const MEDIA_TYPES = [
  'application/json',
  'application/jwt',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'application/xml',
  'multipart/form-data',
  'text/html',
  'text/plain',
  'text/xml',
]

/** `; got TYPE` of the body. */
export function gotType(ctx: KoaContextWithOIDC): string {
  const [sent = ''] = ctx.get('Content-Type').split(';')
  return sent === '' ? '' : `; got ${shownChoice(sent.toLowerCase(), MEDIA_TYPES)}`
}

/** `; got ADDRESS` of the DPoP proof. */
export function gotProofAddress(ctx: KoaContextWithOIDC): string {
  const address = addressOfProof(ctx.get('DPoP'))
  const expected = ctx.oidc.urlFor(ctx.oidc.route)
  return address === undefined ? '' : `; got ${shownAddress(address, [expected])}`
}

/** The shown form of a parameter that takes one of a few values, or a number. */
export function shownParameter({ oidc }: KoaContextWithOIDC, parameter: string, value: string): string {
  if (parameter === 'max_age' || parameter === 'requested_expiry') return shownNumber(value)
  const { grantTypes, responseTypes, responseModes, prompts } = acceptedValues(oidc.provider)
  const known: Record<string, readonly string[]> = {
    grant_type: grantTypes,
    response_type: responseTypes,
    response_mode: responseModes,
    prompt: prompts,
    code_challenge_method: ['S256', 'plain'],
    request_object_signing_alg: CLIENT_SIGNING_ALGS,
  }
  return shownChoice(value, known[parameter] ?? [])
}

/** A parameter as it was sent, in the query, the body or a request object. */
export function parameterOf({ oidc, query, method }: KoaContextWithOIDC, name: string): string | undefined {
  const value = oidc.params?.[name] ?? (method === 'POST' ? oidc.body?.[name] : query[name])
  return typeof value === 'string' ? value : undefined
}

/** Why parameters that were sent were not read. */
export function lostParameters(ctx: KoaContextWithOIDC): string {
  if (ctx.method !== 'POST') return ''
  const body = ctx.get('Content-Length') !== '0' && ctx.get('Content-Length') !== ''
  if (body && !ctx.get('Content-Type'))
    return '; the body was not read, because Content-Type: application/x-www-form-urlencoded is missing'
  const lost = Object.keys(ctx.query).length > 0
  return lost ? '; parameters in the address are not read here, send them in the body' : ''
}

/** How the request authenticates its client. */
export function authenticationOf(ctx: KoaContextWithOIDC): AuthenticationMethod {
  const { headers, oidc } = ctx
  if (oidc.body?.['client_secret']) return 'post'
  if (headers.authorization !== undefined) return 'basic'
  if (oidc.body?.['client_assertion'] !== undefined) return 'assertion'
  return presentedCertificate(ctx) ? 'certificate' : 'none'
}

/** The `client_secret` of the request. For comparisons alone: it is never shown. */
export function presentedSecret(ctx: KoaContextWithOIDC): string | undefined {
  const method = authenticationOf(ctx)
  if (method === 'post') return parameterOf(ctx, 'client_secret')
  if (method !== 'basic') return undefined
  const pair = Buffer.from(ctx.get('authorization').split(' ')[1] ?? '', 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}

/** The kinds of client authentication in a request that has more than one. */
export function authenticationsIn({ headers, oidc }: KoaContextWithOIDC): string {
  const parts = [
    headers.authorization === undefined ? [] : 'an Authorization header',
    oidc.body?.['client_secret'] ? 'client_secret' : [],
    oidc.body?.['client_assertion'] ? 'client_assertion' : [],
  ]
  return parts.flat().join(' and ')
}

/**
 * Mistakes in a client assertion, found in the assertion alone. So the answer is the same whether or not the client
 * exists. RFC 7523 §3, FAPI 2.0 §5.3.2.1.
 */
export function assertionMistakes(assertion: unknown, issuer: string, nowSeconds: number): string[] {
  const { iss, sub, aud, jti, exp, iat, nbf } = unverifiedClaims(assertion)
  return [
    typeof iss !== 'string' || iss !== sub ? 'iss and sub have to be the client_id' : [],
    aud === issuer ? [] : `aud has to be the issuer as a string, ${issuer}`,
    typeof jti === 'string' && jti ? [] : 'jti is missing',
    typeof exp === 'number' ? expiryMistakes(exp, nowSeconds) : 'exp is missing',
    aheadOf('iat', iat, CLOCKS_APART_SECONDS, nowSeconds),
    aheadOf('nbf', nbf, CLOCK_TOLERANCE_SECONDS, nowSeconds),
  ].flat()
}

/** Reasons in the sender's clock for a refused request object. Empty when its clock is not the reason. */
export function clockMistakes(jwt: unknown, nowSeconds: number): string[] {
  const { nbf, iat, exp } = unverifiedClaims(jwt)
  // Without `exp` the library checks `iat` in the same way.
  const issued = exp === undefined ? aheadOf('iat', iat, CLOCK_TOLERANCE_SECONDS, nowSeconds) : []
  return [aheadOf('nbf', nbf, CLOCK_TOLERANCE_SECONDS, nowSeconds), issued].flat()
}

function aheadOf(claim: string, value: unknown, allowedSeconds: number, nowSeconds: number): string | [] {
  const ahead = typeof value === 'number' ? Math.ceil(value - nowSeconds) : 0
  if (ahead <= allowedSeconds) return []
  return `${claim} is ${ahead} seconds in the future, and ${allowedSeconds} are allowed: check the clock of the client`
}

function expiryMistakes(exp: number, nowSeconds: number): string | [] {
  if (exp <= nowSeconds) return 'exp has passed'
  return exp > nowSeconds + LONGEST_LIFE_SECONDS ? 'exp is more than an hour ahead' : []
}
