/**
 * Access tokens at the ledger's API (RFC 6750). By default the account server is asked about each (RFC 7662), which sees
 * a revocation at once. JWTs (RFC 9068) can be verified here instead, with the published keys and status lists.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import * as oidc from 'openid-client'
import { Refusal } from '../books/refusal.ts'
import { createVerifier } from '../../jwt-middleware/access-token.ts'
import type { VerifyRequest } from '../../jwt-middleware/access-token.ts'
import { presented } from '../../jwt-middleware/presented-request.ts'
import { outage } from './provider.ts'
import type { Provider } from './provider.ts'

export type Scope = 'ledger:read' | 'ledger:send'

/** Answers the `sub` of the person. @throws Refusal 401, 403 or 503 */
export type CheckToken = (request: IncomingMessage, scope: Scope) => Promise<string>

export type TokenSettings = {
  issuer: string
  /** The ledger's `resource`, as registered: the `aud` of its tokens. */
  identifier: string
  tokens: 'introspection' | 'jwt'
  /** Of introspection. */
  tokenCacheMs: number
}

type Claims = Record<string, unknown>

const MOST_KEPT = 10_000

export function createTokenCheck(settings: TokenSettings, provider: Provider): CheckToken {
  const read =
    settings.tokens === 'jwt' ? readJwt(settings, provider) : readByIntrospection(settings, provider)
  return async (request, scope) => {
    if (!request.headers.authorization) throw new Refusal('unauthorized')
    const claims = await read(request)
    if (![claims['aud']].flat().includes(settings.identifier)) throw new Refusal('invalid_token')
    const { sub, client_id: client, scope: granted } = claims
    if (typeof granted !== 'string' || !granted.split(' ').includes(scope))
      throw new Refusal('insufficient_scope', `The token lacks the scope ${scope}.`)
    if (typeof sub !== 'string' || sub === client) throw new Refusal('person_required')
    return sub
  }
}

function readByIntrospection({ tokenCacheMs }: TokenSettings, provider: Provider) {
  const active = new LRUCache<string, Claims>({ max: MOST_KEPT })
  return async ({ headers }: IncomingMessage): Promise<Claims> => {
    const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '')?.[1]
    if (!token)
      throw new Refusal('invalid_token', 'The header Authorization takes the form: Bearer ACCESS_TOKEN.')
    if (tokenCacheMs === 0) return introspect(provider, token)
    const digest = createHash('sha256').update(token).digest('base64')
    const known = active.get(digest)
    if (known) return known
    const claims = await introspect(provider, token)
    const ttl = Math.min(tokenCacheMs, (claims.exp ?? 0) * 1000 - Date.now())
    // A `ttl` of zero would keep it for ever.
    if (ttl > 0) active.set(digest, claims, { ttl })
    return claims
  }
}

async function introspect(provider: Provider, token: string): Promise<oidc.IntrospectionResponse> {
  const config = await provider()
  const answer = await oidc.tokenIntrospection(config, token).catch((cause: unknown) => {
    throw outage(cause)
  })
  // A bound token needs a proof, which introspection does not check.
  if (!answer.active || 'cnf' in answer) throw new Refusal('invalid_token')
  return answer
}

function readJwt({ issuer, identifier }: TokenSettings, provider: Provider) {
  let verify: VerifyRequest | undefined
  return async (request: IncomingMessage): Promise<Claims> => {
    const jwksUri = (await provider()).serverMetadata().jwks_uri ?? ''
    verify ??= createVerifier({ issuer, audience: identifier, jwksUri })
    const verdict = await verify(presented(request, identifier))
    if (verdict.ok) return verdict.claims
    throw verdict.status === 503 ? outage(new Error(verdict.reason)) : new Refusal('invalid_token')
  }
}
