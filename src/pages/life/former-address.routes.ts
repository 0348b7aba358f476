/** The page behind the link that takes a change of address back. It acts by its button only. Nobody has to be signed in. */
import { Router } from '@koa/router'
import { ACCOUNT_PATHS } from '../../accounts/account-mail.ts'
import { takeBackAddress, wayBackOf } from '../../accounts/journeys/former-address.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { tokenOf } from './life-page.ts'
import type { LifeServices } from './life-page.ts'

export function formerAddressRoutes(services: LifeServices): Router {
  const router = new Router()
  router.get('/undo-email', (ctx) => show(services, ctx, tokenOf(ctx.query['token'])))
  router.post('/undo-email', (ctx) => takeBack(services, ctx, tokenOf(formOf(ctx)['token'])))
  return router
}

/** The state of the link decides what is shown, so that a reload after the form is harmless. */
async function show(services: LifeServices, ctx: AnyContext, token: string): Promise<void> {
  const way = await wayBackOf(services, token)
  const forgotHref = ACCOUNT_PATHS.forgot
  if (way.state === 'live') {
    const locals = { action: ACCOUNT_PATHS.formerAddress, token, email: way.email, errors: {} }
    return services.render(ctx, 'undo-email', { ...locals, ...services.nextPage.take(ctx) })
  }
  if (way.state === 'used') {
    return services.render(ctx, 'email-undone', { forgotHref })
  }
  const locals = { purpose: 'former-address', resendHref: forgotHref }
  services.render(ctx, 'link-expired', locals, 410)
}

async function takeBack(services: LifeServices, ctx: AnyContext, token: string): Promise<void> {
  const member = await services.findMember(ctx)
  const done = await takeBackAddress(services, {
    token,
    browser: services.browserSecret.ensure(ctx),
    sessionUid: member?.sessionUid,
    ip: requestState(ctx).clientIp ?? '',
  })
  const taken = 'new-email-undo-taken'
  const said = !done.ok && done.reason === 'taken' ? { errors: { form: taken } } : {}
  services.nextPage.lead(ctx, `${ACCOUNT_PATHS.formerAddress}?${new URLSearchParams({ token })}`, said)
}
