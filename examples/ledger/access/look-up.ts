/**
 * Finds the account of a recipient by an exact address or user name. The ledger asks the account server with a token of
 * its own (client credentials, scope `accounts:check`), which it keeps until shortly before the token expires. A recipient
 * that was found is kept for a few seconds. An address that moves to another person is rare, and that person has to prove
 * it first. A recipient that was not found is not cached, because the person may register at any moment.
 */
import { LRUCache } from 'lru-cache'
import * as oidc from 'openid-client'
import { outage } from './provider.ts'
import type { Provider } from './provider.ts'

export type LookUp = (recipient: string) => Promise<string | undefined>

const TIMEOUT_MS = 5000
const RENEW_BEFORE_MS = 30_000
const MOST_KEPT = 10_000

/** @throws Refusal 503 from the answered function when the account server does not answer */
export function createLookUp(
  { issuer, lookUpCacheMs }: { issuer: string; lookUpCacheMs: number },
  provider: Provider,
): LookUp {
  const api = `${issuer}/api/v1`
  let kept: { token: string; untilMs: number } | undefined

  async function token(): Promise<string> {
    if (kept && kept.untilMs > Date.now()) return kept.token
    const asked = { scope: 'accounts:check', resource: api }
    const { access_token, expires_in = 0 } = await oidc.clientCredentialsGrant(await provider(), asked)
    kept = { token: access_token, untilMs: Date.now() + expires_in * 1000 - RENEW_BEFORE_MS }
    return access_token
  }

  async function ask(recipient: string): Promise<Response> {
    return fetch(`${api}/accounts/check`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${await token()}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ login: recipient }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  }

  return keepFound(lookUpCacheMs, async (recipient) => {
    try {
      let answer = await ask(recipient)
      if (answer.status === 401) {
        // The token was revoked before its time.
        kept = undefined
        answer = await ask(recipient)
      }
      // 400: what was typed can be no address and no user name.
      if (answer.status === 404 || answer.status === 400) return undefined
      if (!answer.ok) throw new Error(`the look-up answered ${answer.status}`)
      return ((await answer.json()) as { sub: string }).sub
    } catch (cause) {
      throw outage(cause)
    }
  })
}

function keepFound(keptMs: number, lookUp: LookUp): LookUp {
  // A `ttl` of zero would keep it for ever.
  if (keptMs === 0) return lookUp
  const found = new LRUCache<string, string>({ max: MOST_KEPT, ttl: keptMs })
  return async (recipient) => {
    const known = found.get(recipient)
    if (known !== undefined) return known
    const sub = await lookUp(recipient)
    if (sub !== undefined) found.set(recipient, sub)
    return sub
  }
}
