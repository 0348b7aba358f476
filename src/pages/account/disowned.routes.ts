/** The page behind "This was not me", the link of the mail about a sign-in from a new browser. Nobody is signed in here. */
import { Router } from '@koa/router'
import { ACCOUNT_PATHS } from '../../accounts/account-mail.ts'
import type { PageServices } from '../../feature.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { createBrowserSecret } from '../../interaction/browser-secret.ts'
import { redirect } from '../../interaction/page.ts'
import { disowningState, disownSignIn } from '../../sessions/disowned-sign-in.ts'

const LONGEST_TOKEN = 200

export function disownedRoutes(services: PageServices): Router {
  const router = new Router()
  const browserSecret = createBrowserSecret(services.config)
  router.get('/not-me', (ctx) => show(services, ctx, tokenOf(ctx.query['token'])))
  router.post('/not-me', async (ctx) => {
    const token = tokenOf(formOf(ctx)['token'])
    const ip = requestState(ctx).clientIp ?? ''
    await disownSignIn(services, { token, browser: browserSecret.ensure(ctx), ip })
    redirect(ctx, `${ACCOUNT_PATHS.disown}?${new URLSearchParams({ token })}`)
  })
  return router
}

/** The state of the link decides what is shown, so that a reload after the form is harmless. */
async function show(services: PageServices, ctx: AnyContext, token: string): Promise<void> {
  const state = await disowningState(services, token)
  const forgotHref = ACCOUNT_PATHS.forgot
  if (state === 'live')
    return services.render(ctx, 'disown', {
      action: ACCOUNT_PATHS.disown,
      token,
    })
  if (state === 'used') return services.render(ctx, 'disowned', { forgotHref })
  const locals = { purpose: 'disown', resendHref: forgotHref }
  services.render(ctx, 'link-expired', locals, 410)
}

function tokenOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_TOKEN) : ''
}
