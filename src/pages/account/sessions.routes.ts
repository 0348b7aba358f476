/** The page of the signed-in person's sessions. */
import type { Router } from '@koa/router'
import { signOutEverywhere } from '../../accounts/account-state.ts'
import type { PageServices } from '../../feature.ts'
import { endSessionAndGrants } from '../../grant-store/access-endings.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { redirect } from '../../interaction/page.ts'
import { endSession, listSessions } from '../../sessions/account-sessions.ts'
import { browserName } from '../../sessions/browser-name.ts'

export function sessionsRoutes(services: PageServices): Router {
  return memberRoutes(services, 'sessions', [
    ['get', '/account/sessions', show],
    ['post', '/account/sessions/end', endOne],
    ['post', '/account/sessions/end-all', endAll],
  ])
}

async function show(services: PageServices, ctx: AnyContext, member: Member, notice?: string): Promise<void> {
  const sessions = await listSessions(services.db, member.account.id, services.clock())
  services.render(ctx, 'account-sessions', {
    title: 'Sessions',
    signOutHref: SIGN_OUT_PATH,
    endAction: '/account/sessions/end',
    endAllAction: '/account/sessions/end-all',
    sessions: sessions.map(({ uid, userAgent, ip, lastSeenAtMs }) => ({
      id: uid,
      label: browserName(userAgent),
      ip,
      lastSeenAtMs,
      current: uid === member.sessionUid,
    })),
    notice,
  })
}

async function endOne(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const uid = formOf(ctx)['id'] ?? ''
  const ended = await endSession(services, member.account.id, uid)
  if (ended) await endSessionAndGrants(services, uid)
  if (ended && uid === member.sessionUid) return redirect(ctx, '/')
  await show(services, ctx, member, ended ? 'Signed out there.' : 'That session had ended already.')
}

async function endAll(services: PageServices, ctx: AnyContext, { account }: Member): Promise<void> {
  await signOutEverywhere(services, account.id, { actor: account.id, ip: requestState(ctx).clientIp })
  redirect(ctx, '/')
}
