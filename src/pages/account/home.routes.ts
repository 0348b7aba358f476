/** The front page, and the well-known address of the password page. */
import { Router } from '@koa/router'
import type { Render } from '../../http/render.ts'
import type { FindMember } from '../../interaction/member.ts'

export function homeRoutes({ render, findMember }: { render: Render; findMember: FindMember }): Router {
  const router = new Router()
  router.get('/', async (ctx) => {
    const member = await findMember(ctx)
    render(ctx, 'home', { title: '', account: member?.account })
  })
  // W3C "A Well-Known URL for Changing Passwords": password managers send people here.
  router.get('/.well-known/change-password', (ctx) => {
    ctx.redirect('/account/password')
    ctx.status = 303
  })
  return router
}
