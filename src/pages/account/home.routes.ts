/** The front page, and the well-known address of the password page. */
import { Router } from '@koa/router'
import { takesStrangers } from '../../accounts/registrations/registration-mode.ts'
import type { PageServices } from '../../feature.ts'
import { isAdministrator } from '../../interaction/member.ts'
import { redirect } from '../../interaction/page.ts'

export function homeRoutes({ config, db, render, findMember }: PageServices): Router {
  const router = new Router()
  router.get('/', async (ctx) => {
    const member = await findMember(ctx)
    const showsDocs = config.docs && (await isAdministrator(db, member))
    const registerHref = takesStrangers(config) ? '/register' : undefined
    render(ctx, 'home', { account: member?.account, registerHref, showsDocs })
  })
  // W3C "A Well-Known URL for Changing Passwords": password managers send people here.
  router.get('/.well-known/change-password', (ctx) => {
    redirect(ctx, '/account/password')
  })
  return router
}
