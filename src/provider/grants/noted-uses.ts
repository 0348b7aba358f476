/**
 * Notes which apps a person uses, and that the browser behind a code was in use. Nothing waits for it, and a process notes
 * the same app of the same person once an hour: a refresh asks SQL nothing.
 */
import { LRUCache } from 'lru-cache'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { touchConsent } from '../../consents/consents.ts'
import { HOUR_MS, MINUTE_MS } from '../../platform/clock.ts'
import { loggableError } from '../../platform/logging/loggable-error.ts'
import type { Services } from '../../services.ts'
import { touchSession } from '../../sessions/account-sessions.ts'
import type { AfterHook } from '../contract/protocol-part.ts'

const MOST_NOTED = 10_000

export function noteUses({ db, clock, log }: Pick<Services, 'db' | 'clock' | 'log'>): AfterHook {
  const noted = new LRUCache<string, number>({ max: MOST_NOTED })
  const note = (key: string, everyMs: number, write: (nowMs: number) => Promise<void>): void => {
    const nowMs = clock()
    if ((noted.get(key) ?? -Infinity) > nowMs - everyMs) return
    noted.set(key, nowMs)
    write(nowMs).catch((error: unknown) => {
      noted.delete(key)
      log.warn({ err: loggableError(error) }, 'app.use_not_noted')
    })
  }
  return {
    at: ['token'],
    run({ status, oidc }: KoaContextWithOIDC) {
      const { Account: account, AuthorizationCode: code } = oidc.entities
      const clientId = oidc.client?.clientId
      if (status !== 200 || !account || !clientId) return
      const { accountId } = account
      const sessionUid = code?.sessionUid
      note(`${accountId} ${clientId}`, HOUR_MS, (nowMs) => touchConsent(db, { accountId, clientId }, nowMs))
      if (sessionUid) note(sessionUid, MINUTE_MS, (nowMs) => touchSession(db, sessionUid, nowMs))
    },
  }
}
