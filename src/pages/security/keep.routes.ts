/** The page of the mail about a planned reset: it stops the reset by a button. Nobody is signed in here. */
import { Router } from '@koa/router'
import { ACCOUNT_PATHS } from '../../accounts/account-mail.ts'
import { accountOfLink, stopByLink } from '../../factors/factor-resets.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { SecurityServices } from './security-page.ts'

const PATH = ACCOUNT_PATHS.keepFactors
const DONE = 'done'
const LONGEST_TOKEN = 200

export function keepRoutes(services: SecurityServices): Router {
  const router = new Router()
  router.get('/keep-second-factor', (ctx) => show(services, ctx, tokenOf(ctx.query['token'])))
  router.post('/keep-second-factor', async (ctx) => {
    const token = tokenOf(formOf(ctx)['token'])
    const ip = requestState(ctx).clientIp ?? ''
    const stopped = await stopByLink(services, { token, ip })
    const about = { state: stopped ? DONE : '' }
    services.nextPage.lead(ctx, `${PATH}?${new URLSearchParams({ token })}`, { about })
  })
  return router
}

async function show(services: SecurityServices, ctx: AnyContext, token: string): Promise<void> {
  const { about } = services.nextPage.take(ctx)
  const state = (await accountOfLink(services, token)) ? 'live' : about?.['state'] === DONE ? 'done' : 'over'
  const locals = { state, action: PATH, token, forgotHref: ACCOUNT_PATHS.forgot }
  const title = `factor-reset-title-${state}`
  services.render(ctx, 'keep-factors', { title, ...locals }, state === 'over' ? 410 : 200)
}

function tokenOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_TOKEN) : ''
}
