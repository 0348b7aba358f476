/** Software statements (RFC 7591 §2.3): metadata signed by a publisher that the operator trusts. */
import { createLocalJWKSet, decodeJwt, errors as jose, jwtVerify } from 'jose'
import type { JSONWebKeySet, JWTPayload } from 'jose'
import { errors } from 'oidc-provider'
import type { GuardedFetch } from '../../platform/network/guarded-fetch.ts'
import { SIGNING_ALGS } from '../../platform/algorithms.ts'

export type StatementIssuer = { issuer: string; jwksUri: string }

/**
 * Returns the claims of the statement, which take precedence over the rest of the request, and the statement itself.
 * Without configured issuers a statement is ignored, as RFC 7591 allows.
 * @throws errors.OIDCProviderError `invalid_software_statement` or `unapproved_software_statement`
 */
export async function readStatement(
  {
    softwareStatementIssuers,
    fetch,
  }: { softwareStatementIssuers: readonly StatementIssuer[]; fetch: GuardedFetch },
  statement: unknown,
): Promise<Record<string, unknown>> {
  if (statement === undefined || softwareStatementIssuers.length === 0)
    return { software_statement: undefined }
  if (typeof statement !== 'string') throw refusal('invalid', 'software_statement takes a signed JWT')
  const trusted = softwareStatementIssuers.find(({ issuer }) => issuer === issuerOf(statement))
  if (!trusted) throw refusal('unapproved', 'the issuer of the software_statement is not accepted here')
  const claims = await verify(statement, trusted, await keysOf(fetch, trusted))
  const { iss: _iss, aud: _aud, exp: _exp, iat: _iat, nbf: _nbf, jti: _jti, sub: _sub, ...metadata } = claims
  return { ...metadata, software_statement: statement }
}

function issuerOf(statement: string): string | undefined {
  try {
    return decodeJwt(statement).iss
  } catch {
    throw refusal('invalid', 'software_statement takes a signed JWT')
  }
}

async function keysOf(fetch: GuardedFetch, { jwksUri }: StatementIssuer): Promise<JSONWebKeySet> {
  try {
    const answer = await fetch(jwksUri, { headers: { accept: 'application/json' } })
    if (answer.status !== 200) throw new Error(`the key set answered ${answer.status}`)
    return (await answer.json()) as JSONWebKeySet
  } catch (cause) {
    throw new errors.TemporarilyUnavailable('the keys of the software statement issuer cannot be fetched', {
      cause,
    })
  }
}

async function verify(
  statement: string,
  { issuer }: StatementIssuer,
  keys: JSONWebKeySet,
): Promise<JWTPayload> {
  try {
    const options = { issuer, algorithms: [...SIGNING_ALGS] }
    return (await jwtVerify(statement, createLocalJWKSet(keys), options)).payload
  } catch (cause) {
    const expired = cause instanceof jose.JWTExpired
    throw refusal(
      'invalid',
      expired ? 'the software_statement has expired' : 'the software_statement cannot be verified',
    )
  }
}

function refusal(kind: 'invalid' | 'unapproved', description: string): errors.OIDCProviderError {
  return new errors.CustomOIDCProviderError(`${kind}_software_statement`, description)
}
