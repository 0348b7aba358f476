/** The routes of pages for a signed-in person. Anybody else is redirected to the sign-in page. */
import { Router } from '@koa/router'
import { accountPath, duePath, PAGES_OF_DUE, signInPath } from '../accounts/account-pages.ts'
import type { AccountPage } from '../accounts/account-pages.ts'
import { cookieName, cookieOf } from '../http/request/cookies.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import type { Services } from '../services.ts'
import type { FindMember, Member } from './member.ts'
import type { NextPage } from './next-page.ts'
import { redirect } from './page.ts'

type Work<Given> = (services: Given, ctx: AnyContext, member: Member) => Promise<void> | void

/**
 * `page`: where the person comes back to after a sign-in, and where somebody is led who opens an address that only takes
 * forms. `requestPath`: the app's request that a page is a step of, which asks for the sign-in itself.
 */
export function memberRoutes<
  Given extends { findMember: FindMember; nextPage: NextPage; config: Services['config'] },
>(
  services: Given,
  page: AccountPage,
  routes: readonly (readonly ['get' | 'post', string, Work<Given>])[],
  requestPath: (ctx: AnyContext) => string | undefined = () => undefined,
): Router {
  const router = new Router()
  const shown = new Set(routes.map(([method, path]) => method === 'get' && path))
  for (const [method, path, work] of routes) {
    router[method](path, async (ctx) => {
      const member = await services.findMember(ctx)
      if (!member) return leave(services, ctx, requestPath(ctx), signInPath(page))
      const { due } = member
      if (due && !PAGES_OF_DUE[due].includes(page)) return redirect(ctx, duePath(due, page))
      await work(services, ctx, member)
    })
    if (!shown.has(path)) router.get(path, (ctx) => redirect(ctx, requestPath(ctx) ?? accountPath(page)))
  }
  return router
}

/** Somebody who has signed in with this browser before reads that the session is over. */
function leave(
  { nextPage, config }: { nextPage: NextPage; config: Services['config'] },
  ctx: AnyContext,
  requestPath: string | undefined,
  signInHref: string,
): void {
  const hasSignedIn = cookieOf(ctx, cookieName('accounts', config.secure)) !== undefined
  if (requestPath !== undefined || !hasSignedIn) return redirect(ctx, requestPath ?? signInHref)
  nextPage.lead(ctx, signInHref, 'sign-in-ended')
}
