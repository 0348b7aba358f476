/** The front page, and the well-known address of the password page. */
import { Router } from '@koa/router'
import { hasRole } from '../../accounts/roles.ts'
import type { PageServices } from '../../feature.ts'

export function homeRoutes({ db, render, findMember }: PageServices): Router {
  const router = new Router()
  router.get('/', async (ctx) => {
    const member = await findMember(ctx)
    const isAdministrator = member !== undefined && (await hasRole(db, member.account.id, 'admin'))
    render(ctx, 'home', { title: '', account: member?.account, isAdministrator })
  })
  // W3C "A Well-Known URL for Changing Passwords": password managers send people here.
  router.get('/.well-known/change-password', (ctx) => {
    ctx.redirect('/account/password')
    ctx.status = 303
  })
  return router
}
