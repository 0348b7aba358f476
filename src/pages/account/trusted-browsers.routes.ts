/** The browsers that the signed-in person trusts, on the page of the sessions, and how that ends. */
import type { Router } from '@koa/router'
import { endTrustedBrowsers, trustedBrowsersOf } from '../../factors/spared/trusted-browsers.ts'
import type { PageServices } from '../../feature.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { createTrustedBrowserCookie } from '../../interaction/pending/trusted-browser-cookie.ts'
import { browserMessage } from '../../sessions/browser-name.ts'

export function trustedBrowsersRoutes(services: PageServices): Router {
  return memberRoutes(services, 'sessions', [
    ['post', '/account/sessions/trusted/end', endOne],
    ['post', '/account/sessions/trusted/end-all', endAll],
  ])
}

export async function trustedLocals(
  services: PageServices,
  ctx: AnyContext,
  { account }: Member,
): Promise<Record<string, unknown>> {
  const secret = createTrustedBrowserCookie(services).read(ctx)
  const trusted = await trustedBrowsersOf(services.db, services, account.id, secret)
  return {
    trusted: trusted.map((one) => ({ ...one, browser: browserMessage(one.browser) })),
    endTrustAction: '/account/sessions/trusted/end',
    endAllTrustAction: '/account/sessions/trusted/end-all',
  }
}

async function endOne(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const id = formOf(ctx)['id'] ?? ''
  const ended = await endTrustedBrowsers(services, member.account.id, { id }, byOf(ctx, member))
  const notice = ended ? 'sessions-trusted-ended' : 'sessions-trusted-ended-before'
  services.nextPage.lead(ctx, '/account/sessions', notice, member)
}

async function endAll(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  await endTrustedBrowsers(services, member.account.id, 'all', byOf(ctx, member))
  services.nextPage.lead(ctx, '/account/sessions', 'sessions-trusted-ended-all', member)
}

function byOf(ctx: AnyContext, { account }: Member) {
  return { actor: account.id, ip: requestState(ctx).clientIp }
}
