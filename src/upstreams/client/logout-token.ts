/**
 * The logout tokens of upstreams (OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6). Everything about them is checked
 * here but their single use, which goes with the end of the sessions.
 */
import { customFetch, createRemoteJWKSet, errors as jose, jwtVerify } from 'jose'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import { CLIENT_SIGNING_ALGS } from '../../platform/algorithms.ts'
import type { Clock } from '../../platform/clock.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import type { GuardedFetch } from '../../platform/network/guarded-fetch.ts'
import type { Upstream } from '../upstream.ts'
import type { SignedOutThere } from '../upstream-sessions.ts'
import { UpstreamFailure } from './upstream-failure.ts'
import type { UpstreamMetadata } from './upstream-metadata.ts'

/** @throws UpstreamFailure `invalid` with what is wrong, `down` where its keys cannot be fetched */
export type ReadLogoutToken = (upstream: Upstream, token: string) => Promise<SignedOutThere>

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** How old a token may be. Single use is remembered for longer. */
const MAX_AGE_SECONDS = 5 * 60
const TOLERANCE_SECONDS = 60
const KEYS_MS = 10 * MINUTE_MS

/** `undefined` is allowed, because the type is only recommended. Another type is another kind of token. */
const TYPES: readonly unknown[] = [undefined, 'logout+jwt', 'application/logout+jwt', 'jwt']

const claims = z
  .object({
    jti: z.string().min(1).max(1000),
    events: z.looseObject({ [EVENT]: z.looseObject({}) }),
    sub: z.string().min(1).max(255).optional(),
    sid: z.string().min(1).max(1000).optional(),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined, { error: 'it has neither sub nor sid' })

export function createLogoutTokens(
  { describe }: Pick<UpstreamMetadata, 'describe'>,
  { fetch, clock }: { fetch: GuardedFetch; clock: Clock },
): ReadLogoutToken {
  const keySets = new Map<string, JWTVerifyGetKey>()
  const keysAt = (address: string) => {
    const found = keySets.get(address) ?? remoteKeys(fetch, address)
    keySets.set(address, found)
    return found
  }
  return async (upstream, token) => {
    const { issuer, jwks_uri: address } = await describe(upstream)
    if (upstream.kind !== 'oidc' || !address)
      throw new UpstreamFailure('invalid', 'this provider has no logout tokens')
    const payload = await verified(token, keysAt(address), {
      issuer,
      audience: upstream.clientId,
      currentDate: new Date(clock()),
    })
    return namedBy(upstream, payload)
  }
}

/** Keys are fetched again for a token with an unknown one, at most every half a minute. */
function remoteKeys(fetch: GuardedFetch, address: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(address), {
    cacheMaxAge: KEYS_MS,
    [customFetch]: (url: string, { headers }: { headers: HeadersInit }) => fetch(url, { headers }),
  })
}

async function verified(
  token: string,
  keys: JWTVerifyGetKey,
  expected: { issuer: string; audience: string; currentDate: Date },
): Promise<JWTPayload> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      ...expected,
      algorithms: [...CLIENT_SIGNING_ALGS],
      clockTolerance: TOLERANCE_SECONDS,
      maxTokenAge: MAX_AGE_SECONDS,
      requiredClaims: ['iat', 'exp', 'jti', 'events'],
    })
    if (TYPES.includes(protectedHeader.typ?.toLowerCase())) return payload
    throw new UpstreamFailure('invalid', 'its typ is that of another kind of token')
  } catch (error) {
    if (error instanceof UpstreamFailure) throw error
    const message = error instanceof Error ? error.message : 'unknown'
    throw new UpstreamFailure(isOfToken(error) ? 'invalid' : 'down', message, { cause: error })
  }
}

/** Any other error is one of fetching the keys. */
function isOfToken(error: unknown): boolean {
  return (
    error instanceof jose.JOSEError &&
    !(error instanceof jose.JWKSTimeout) &&
    error.code !== 'ERR_JOSE_GENERIC'
  )
}

/** An ID token has no event, and a logout token no nonce, so neither is taken for the other (§2.6). */
function namedBy({ id }: Upstream, payload: JWTPayload): SignedOutThere {
  if ('nonce' in payload) throw new UpstreamFailure('invalid', 'it has a nonce')
  const read = claims.safeParse(payload)
  if (!read.success) {
    const [issue] = read.error.issues
    throw new UpstreamFailure('invalid', `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim())
  }
  const { jti, sub, sid } = read.data
  return { upstreamId: id, tokenId: jti, subject: sub, sid }
}
