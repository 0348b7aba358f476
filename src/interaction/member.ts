/** The person who is signed in on this browser, for the pages of their own account. */
import { touchSession } from '../sessions/account-sessions.ts'
import { findAccountById } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import { PICTURES } from '../accounts/picture-address.ts'
import { dueOf } from '../factors/required-factor.ts'
import type { Due } from '../accounts/account-pages.ts'
import { hasRole } from '../accounts/roles.ts'
import { administers } from '../accounts/roles/held-scopes.ts'
import { requestState } from '../http/request/request-state.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import { extendSession, readSession } from '../provider/sessions/browser-session.ts'
import { sessionSeconds } from '../provider/grants/lifetimes.ts'
import type { Lifetimes } from '../provider/grants/lifetimes.ts'
import { isEnded } from '../provider/subjects/find-account.ts'
import type { Oidc } from '../provider/contract/current-provider.ts'
import { SECOND_MS } from '../platform/clock.ts'
import type { Sql } from '../platform/sql/database.ts'
import { LIBRARY_PATHS } from '../provider/endpoints/addresses.ts'
import type { Services } from '../services.ts'

export type Member = {
  account: Account
  sessionUid: string
  signedInAtMs: number
  /** How they signed in (RFC 8176). */
  amr: string[] | undefined
  /** What comes before the pages of the account. */
  due: Due | undefined
}
/** Returns the signed-in person. Without one, the page must show nothing of an account. */
export type FindMember = (ctx: AnyContext) => Promise<Member | undefined>

/** The provider's own sign-out, which notifies apps as well. */
export const SIGN_OUT_PATH = LIBRARY_PATHS.end_session

export function createFindMember({
  db,
  clock,
  config,
  oidc,
  lifetimes,
}: Pick<Services, 'db' | 'clock' | 'config'> & { oidc: Oidc; lifetimes: Lifetimes }): FindMember {
  return async (ctx) => {
    const session = await readSession(oidc.current(), ctx)
    if (!session.accountId) return undefined
    const account = await findAccountById(db, session.accountId)
    if (!account || account.disabledAtMs !== null) return undefined
    if (isEnded(account, session.loginTs ?? 0)) return undefined
    await touchSession(db, session.uid, clock())
    await extendSession(oidc.current(), ctx, session, sessionSeconds(lifetimes, session.loginTs, clock()))
    requestState(ctx).account = { name: account.name, email: account.email }
    requestState(ctx).reader = readerOf(account)
    requestState(ctx).readerLocale = account.locale
    requestState(ctx).readerZone = account.zoneinfo
    const signedInAtMs = (session.loginTs ?? 0) * SECOND_MS
    const due = await dueOf({ db, config }, account, session.amr)
    return { account, sessionUid: session.uid, signedInAtMs, amr: session.amr, due }
  }
}

/** The name, or else the address, and the small picture. */
function readerOf({ name, email, pictureId }: Account): { name: string; pictureHref?: string } {
  return { name: name || email, ...(pictureId !== null && { pictureHref: `${PICTURES}${pictureId}/small` }) }
}

/** True of somebody with any role that allows something in the administration. */
export async function mayAdminister(sql: Sql, member: Member | undefined): Promise<boolean> {
  return member !== undefined && (await administers(sql, member.account.id))
}

/** With the role `admin`. False where nobody is signed in. */
export async function isAdministrator(sql: Sql, member: Member | undefined): Promise<boolean> {
  return member !== undefined && (await hasRole(sql, member.account.id, 'admin'))
}
