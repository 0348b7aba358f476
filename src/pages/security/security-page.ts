/**
 * What the pages of one's security share: the services, what this browser remembers, and the redirect with a notice. The
 * pages of a set-up may be a step of an app's request. The query of their addresses then leads back to it.
 */
import { accountPath, isAccountPage } from '../../accounts/account-pages.ts'
import type { PageServices } from '../../feature.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { createDeviceCookie } from '../../interaction/known-browser-cookie.ts'
import type { DeviceCookie } from '../../interaction/known-browser-cookie.ts'
import { createRecentProof } from '../../interaction/proof/recent-proof.ts'
import type { RecentProof } from '../../interaction/proof/recent-proof.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import { shownClient } from '../../interaction/open-interaction.ts'
import { redirect } from '../../interaction/page.ts'
import { returnPathOf } from '../../interaction/return-path.ts'
import type { ReturnPath } from '../../interaction/return-path.ts'
import { SECURITY_PATH } from '../../factors/factor-changes.ts'
import { hasSecondFactor } from '../../factors/factors.ts'
import { noticeMessage } from './notices.ts'
import type { NoticeName } from './notices.ts'
import { PATHS } from './paths.ts'
import { createPageMemory } from './page-memory.ts'
import type { Memory, PageMemory } from './page-memory.ts'

export type SecurityServices = PageServices & {
  memory: PageMemory
  recentProof: RecentProof
  deviceCookie: DeviceCookie
  returnPath: ReturnPath
}

export type Work = (services: SecurityServices, ctx: AnyContext, member: Member) => Promise<void> | void

export function securityServices(services: PageServices): SecurityServices {
  const recentProof = createRecentProof(services)
  const memory = createPageMemory(services)
  return {
    ...services,
    // Every proof that these pages take counts for the pages beside them as well.
    memory: {
      ...memory,
      keep(ctx, member, kept) {
        memory.keep(ctx, member, kept)
        if (kept.provenAtMs !== undefined) recentProof.keep(ctx, member, kept.provenAtMs)
      },
    },
    recentProof,
    deviceCookie: createDeviceCookie(services),
    returnPath: returnPathOf(services),
  }
}

/**
 * What this page leads on to: the step of the app's request that it belongs to, or the page of the account that opens only
 * after a set-up.
 */
export function requestPath({ returnPath }: SecurityServices, ctx: AnyContext): string | undefined {
  const { for: page } = ctx.query
  return returnPath.path(ctx, '') ?? (isAccountPage(page) ? accountPath(page) : undefined)
}

/** The address of a page, which leads on to the same as this page. */
export function withRequest({ returnPath }: SecurityServices, ctx: AnyContext, path: string): string {
  const { for: page } = ctx.query
  const query = returnPath.query(ctx) || (isAccountPage(page) ? `?for=${page}` : '')
  return path + (path.includes('?') ? query.replace('?', '&') : query)
}

/** What the templates need to know of the app's request. A step of one shows no navigation of the account. */
export async function requestLocals(
  services: SecurityServices,
  ctx: AnyContext,
  member: Member,
): Promise<Record<string, unknown>> {
  const { oidc, returnPath } = services
  const laterAction = returnPath.path(ctx, '/set-up/later')
  const required = member.due === 'second_factor'
  const password = passwordOf(member)
  if (laterAction === undefined) return { signOutHref: SIGN_OUT_PATH, required, password }
  const id = returnPath.clientId(ctx)
  return { laterAction, required, password, client: id && (await shownClient(oidc.current(), id)) }
}

/** For texts: an account without a password is signed in another way, such as by another provider. */
export function passwordOf({ account }: Member): 'yes' | 'none' {
  return account.passwordHash === null ? 'none' : 'yes'
}

/**
 * Leads to the page of one's security, which shows the notice once. On the way to an app it leads to the app's request
 * instead. `kept`: what this browser remembers from now on. `values`: for that page.
 */
export function backWith(
  services: SecurityServices,
  ctx: AnyContext,
  member: Member,
  notice: NoticeName,
  kept?: Memory,
  values?: Record<string, string>,
): void {
  const { memory, nextPage } = services
  if (kept) memory.keep(ctx, member, kept)
  const request = requestPath(services, ctx)
  if (request !== undefined) return redirect(ctx, request)
  nextPage.lead(
    ctx,
    SECURITY_PATH,
    { notice: noticeMessage(notice, passwordOf(member)), ...(values && { values }) },
    member,
  )
}

/** Asks before a change of a factor that is on. Where it is off already, the page of one's security says so. */
export async function askBefore(
  services: SecurityServices,
  ctx: AnyContext,
  member: Member,
  { view, ...locals }: { view: string; action: string; keepsPasskeys?: boolean },
): Promise<void> {
  if (!(await hasSecondFactor(services.db, member.account.id)))
    return backWith(services, ctx, member, 'off-already')
  const shared = { signOutHref: SIGN_OUT_PATH, backHref: PATHS.overview, password: passwordOf(member) }
  services.render(ctx, view, { ...shared, ...locals })
}
