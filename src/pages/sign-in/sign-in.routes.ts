/** Sign-in without an app, for the person's own account page. */
import { Router } from '@koa/router'
import type { SignInPage } from './sign-in-page.ts'

export function signInRoutes(page: SignInPage): Router {
  const router = new Router()
  router.get('/sign-in', (ctx) => page.show(ctx))
  router.post('/sign-in', (ctx) => page.submit(ctx))
  return router
}
