/** Begins a browser's sign-in, and ends the previous one. */
import { SECOND_MS } from '../../platform/clock.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Oidc } from '../../provider/contract/current-provider.ts'
import { lifetimesOf, sessionSeconds } from '../../provider/grants/lifetimes.ts'
import { readSession, startSession } from '../../provider/sessions/browser-session.ts'
import { noteSignOut, recordSignIn } from '../../provider/sessions/recorded-sign-ins.ts'
import type { Services } from '../../services.ts'
import { endSessionAndGrants } from '../../grant-store/access-endings.ts'

export function sessionChanges({ clock, db, store, config }: Services, oidc: Oidc) {
  const lifetimes = lifetimesOf(config)
  const record = { db, clock, store, lifetimes, maxActiveSessions: config.sessions.maxActiveSessions }
  const leaveSession = async (ctx: AnyContext) => {
    const session = await readSession(oidc.current(), ctx)
    if (!session.accountId) return
    await noteSignOut(record, session.uid, session.accountId)
    await endSessionAndGrants({ store, clock }, session.uid)
  }
  return {
    leaveSession,
    async startSession(ctx: AnyContext, { id: accountId }: { id: string }) {
      const previous = await readSession(oidc.current(), ctx)
      if (previous.accountId && previous.accountId !== accountId) await leaveSession(ctx)
      const nowMs = clock()
      const ttlSeconds = sessionSeconds(lifetimes, Math.floor(nowMs / SECOND_MS), nowMs)
      const session = await startSession(oidc.current(), ctx, { accountId, ttlSeconds, nowMs })
      await recordSignIn(record, ctx, session.uid, accountId)
    },
  }
}
