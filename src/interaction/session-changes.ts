/** Begins or raises a browser's sign-in outside an app's request, and ends the one of another account. */
import type { Account } from '../accounts/account.ts'
import { endSessionAndGrants } from '../grant-store/access-endings.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import { SECOND_MS } from '../platform/clock.ts'
import { lifetimesOf, sessionSeconds } from '../provider/grants/lifetimes.ts'
import type { Oidc } from '../provider/contract/current-provider.ts'
import { readSession, startSession } from '../provider/sessions/browser-session.ts'
import { noteSignOut, recordSignIn } from '../provider/sessions/recorded-sign-ins.ts'
import type { Services } from '../services.ts'

type Needs = Services & { oidc: Oidc }

/** Who signed in, and with which methods (RFC 8176). `upstreamSession`: of somebody who came from another provider. */
export type FinishedSignIn = { account: Account; amr: string[]; upstreamSession?: string | undefined }

/** Signs the browser in, and records the session. Answers its uid. */
export async function beginSession(
  services: Needs,
  ctx: AnyContext,
  { account: { id: accountId }, amr, upstreamSession }: FinishedSignIn,
): Promise<string> {
  const { oidc, clock, config } = services
  const previous = await readSession(oidc.current(), ctx)
  if (previous.accountId && previous.accountId !== accountId) await leaveSession(services, ctx)
  const nowMs = clock()
  const ttlSeconds = sessionSeconds(lifetimesOf(config), Math.floor(nowMs / SECOND_MS), nowMs)
  const session = await startSession(oidc.current(), ctx, { accountId, amr, ttlSeconds, nowMs })
  await recordSignIn(services, ctx, { uid: session.uid, accountId, amr, upstreamSession })
  return session.uid
}

/** Ends the grants of a browser session that another account replaces. */
export async function leaveSession(services: Needs, ctx: AnyContext): Promise<void> {
  const session = await readSession(services.oidc.current(), ctx)
  if (!session.accountId) return
  await noteSignOut(services, session.uid, session.accountId)
  await endSessionAndGrants(services, session.uid)
}
