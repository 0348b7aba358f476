/** The page of the signed-in person's sessions. */
import type { Router } from '@koa/router'
import { signOutElsewhere, signOutEverywhere } from '../../accounts/account-state.ts'
import { listGrants } from '../../consents/account-grants.ts'
import type { PageServices } from '../../feature.ts'
import { endSessionAndGrants } from '../../grant-store/access-endings.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { redirect } from '../../interaction/page.ts'
import { clientNameOf } from '../../provider/clients/client-documents.ts'
import { trustedLocals } from './trusted-browsers.routes.ts'
import { endSession, listSessions } from '../../sessions/account-sessions.ts'
import { methodNames } from '../../sessions/method-names.ts'
import { browserMessage, browserName } from '../../sessions/browser-name.ts'

export function sessionsRoutes(services: PageServices): Router {
  return memberRoutes(services, 'sessions', [
    ['get', '/account/sessions', show],
    ['post', '/account/sessions/end', endOne],
    ['post', '/account/sessions/end-others', endOthers],
    ['post', '/account/sessions/end-all', endAll],
  ])
}

async function show(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const nowMs = services.clock()
  const sessions = await listSessions(services.db, member.account.id, nowMs)
  const apps = await appsBySession(services, member.account.id)
  services.render(ctx, 'account-sessions', {
    signOutHref: SIGN_OUT_PATH,
    historyHref: '/account/sessions/history',
    endAction: '/account/sessions/end',
    endOthersAction: '/account/sessions/end-others',
    endAllAction: '/account/sessions/end-all',
    ...(await trustedLocals(services, ctx, member)),
    nowMs,
    sessions: sessions.map(({ uid, userAgent, ip, amr, createdAtMs, lastSeenAtMs }) => ({
      id: uid,
      browser: browserMessage(browserName(userAgent)),
      ip,
      place: services.places.of(ip),
      methods: methodNames(amr),
      apps: apps.get(uid) ?? [],
      firstSeenAtMs: createdAtMs,
      lastSeenAtMs,
      current: uid === member.sessionUid,
    })),
    ...services.nextPage.take(ctx, member),
  })
}

async function endOne(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const uid = formOf(ctx)['id'] ?? ''
  const ended = await endSession(services, member.account.id, uid)
  if (ended) await endSessionAndGrants(services, uid)
  if (ended && uid === member.sessionUid) return redirect(ctx, '/')
  const notice = ended ? 'sessions-ended' : 'sessions-ended-before'
  services.nextPage.lead(ctx, '/account/sessions', notice, member)
}

async function endOthers(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const { id } = member.account
  await signOutElsewhere(services, id, member.sessionUid, { actor: id, ip: requestState(ctx).clientIp })
  services.nextPage.lead(ctx, '/account/sessions', 'sessions-ended-others', member)
}

async function endAll(services: PageServices, ctx: AnyContext, { account }: Member): Promise<void> {
  await signOutEverywhere(services, account.id, { actor: account.id, ip: requestState(ctx).clientIp })
  redirect(ctx, '/')
}

/** The names of the apps that each session was used for. */
async function appsBySession(
  { db, oidc }: PageServices,
  accountId: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const bySession = Map.groupBy(await listGrants(db, { accountId }), ({ sessionUid }) => sessionUid ?? '')
  const named = [...bySession].map(async ([uid, grants]) => {
    const clientIds = [...new Set(grants.map(({ clientId }) => clientId))]
    return [uid, await Promise.all(clientIds.map((id) => clientNameOf(oidc.current(), id)))] as const
  })
  return new Map(await Promise.all(named))
}
