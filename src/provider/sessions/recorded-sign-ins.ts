/** Keeps the account's list of sessions up to date with the protocol endpoints, which can begin and end sign-ins. */
import { cancelDeletion } from '../../accounts/life/deletion.ts'
import { markEnded, recordSession } from '../../sessions/account-sessions.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { bindUpstreamSession } from '../../upstreams/upstream-sessions.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import { endSessionAndGrants } from '../../grant-store/access-endings.ts'
import type { AfterHook } from '../contract/protocol-part.ts'
import type { Services } from '../../services.ts'

/** The endpoints that may end a sign-in. */
export const END_SESSION_ROUTES = ['end_session', 'end_session_confirm', 'end_session_success'] as const

/** Records sign-ins that requests of apps begin and end. */
export function recordEndings(
  services: Pick<Services, 'db' | 'clock' | 'store' | 'config' | 'outbox'>,
): readonly AfterHook[] {
  return [
    {
      at: ['resume'],
      async run(ctx) {
        const { session, result } = ctx.oidc
        if (result?.login && session?.accountId && ctx.status < 400)
          await recordSignIn(services, ctx, {
            uid: session.uid,
            accountId: session.accountId,
            amr: session.amr,
            upstreamSession: textOf(result.login['upstreamSession']),
          })
      },
    },
    {
      at: END_SESSION_ROUTES,
      async run({ oidc: { session } }) {
        if (session?.accountId && isDestroyed(session))
          await noteSignOut(services, session.uid, session.accountId)
      },
    },
  ]
}

/** Records the end of a session that is gone from the grant store, or goes in this moment. */
export async function noteSignOut(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  uid: string,
  accountId: string,
): Promise<void> {
  await inTransaction(db, (trx) => markEnded(trx, accountId, uid, clock()))
}

/** `upstreamSession`: of a person who came from another provider. */
type SignInRecord = {
  uid: string
  accountId: string
  amr?: string[] | undefined
  upstreamSession?: string | undefined
}

/** Records a new session, and ends the account's oldest ones beyond the limit. A deletion that waits is cancelled. */
export async function recordSignIn(
  services: Pick<Services, 'db' | 'clock' | 'store' | 'config' | 'outbox'>,
  ctx: AnyContext,
  { uid, accountId, amr, upstreamSession }: SignInRecord,
): Promise<void> {
  const { db, clock, config } = services
  const { sessions } = config
  const nowMs = clock()
  const ip = requestState(ctx).clientIp ?? ''
  await cancelDeletion(services, accountId, { actor: accountId, ip })
  const session = {
    uid,
    accountId,
    userAgent: ctx.get('User-Agent'),
    ip,
    amr,
    expiresAtMs: nowMs + sessions.sessionAbsoluteSeconds * SECOND_MS,
  }
  const surplus = await recordSession(db, session, sessions.maxActiveSessions, nowMs)
  if (upstreamSession !== undefined) await bindUpstreamSession(db, upstreamSession, session)
  await Promise.all(surplus.map((ended) => endSessionAndGrants(services, ended)))
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

// Set by the library on a session that it has removed. Left out of its published types.
export function isDestroyed(session: object): boolean {
  return (session as { destroyed?: boolean }).destroyed === true
}
