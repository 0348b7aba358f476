/**
 * A form of a page that was open for too long, or of a browser that lost its cookies: nothing of it was done. Its page is
 * shown again, with what was typed. A browser without cookies reads that, and gets a link to the app.
 */
import { Router } from '@koa/router'
import { z } from 'zod'
import type { Render } from '../../http/render.ts'
import { cookieName, cookieOf } from '../../http/request/cookies.ts'
import { formOf } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import { wantsPage } from '../../http/request/wants-page.ts'
import type { Oidc } from '../../provider/contract/current-provider.ts'
import type { Services } from '../../services.ts'
import type { NextPage } from '../../interaction/next-page.ts'
import { shownClient } from '../../interaction/open-interaction.ts'
import { ownPath, redirect } from '../../interaction/page.ts'
import { returnPathOf } from '../../interaction/return-path.ts'
import { showCookiesBlocked } from '../../interaction/start-again.ts'
import type { TypedAddress } from '../../interaction/typed-address.ts'

const PATH = '/form-again'
/** Forms with the address of the person who wants to sign in. */
const SIGNS_IN = /^(?:\/interaction\/[\w-]+)?\/(?:sign-in|email-code)$/
/** Its link opens the page as well. The token of a link is a field of its form. */
const OF_LINKS = ['/reset', '/activate', '/not-me']

/** False for a program, which reads the refusal. */
export function showFormAgain({ nextPage, typedAddress }: Memory, ctx: AnyContext): boolean {
  if (!wantsPage(ctx)) return false
  const { values } = validateForm(z.object({}), formOf(ctx))
  // A request that restarts has its pages at another address.
  if (SIGNS_IN.test(ctx.path)) typedAddress.write(ctx, values['email'] ?? '')
  nextPage.leave(ctx, ctx.path, { errors: { '': 'page-too-late' }, values }, 'page-too-late-elsewhere')
  redirect(ctx, `${PATH}?${new URLSearchParams({ to: pageOf(ctx) })}`)
  return true
}

type Memory = { nextPage: NextPage; typedAddress: TypedAddress }

function pageOf(ctx: AnyContext): string {
  const { token } = formOf(ctx)
  if (!OF_LINKS.includes(ctx.path) || !token) return ctx.path + ctx.search
  return `${ctx.path}?${new URLSearchParams({ token })}`
}

export function lostFormRoutes(
  services: Pick<Services, 'config' | 'sealer' | 'clock'> & { render: Render; oidc: Oidc },
): Router {
  const router = new Router()
  const returnPath = returnPathOf(services)
  const name = cookieName('csrf', services.config.secure)
  router.get(PATH, async (ctx) => {
    const page = ownPath(ctx.query['to'])
    // The redirect that led here set it.
    if (cookieOf(ctx, name) !== undefined) return redirect(ctx, page)
    const clientId = returnPath.clientIdOf(page)
    const client = clientId === undefined ? undefined : await shownClient(services.oidc.current(), clientId)
    showCookiesBlocked(services.render, ctx, { tryHref: page, client })
  })
  return router
}
