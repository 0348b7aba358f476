/** Sign-in without an app, for the person's own account page. */
import { Router } from '@koa/router'
import type { OwnPage } from './own-page.ts'

export function signInRoutes(page: OwnPage, codePage: OwnPage, mailPage: OwnPage): Router {
  const router = new Router()
  router.get('/sign-in', (ctx) => page.show(ctx))
  router.post('/sign-in', (ctx) => page.submit(ctx))
  router.get('/sign-in/code', (ctx) => codePage.show(ctx))
  router.post('/sign-in/code', (ctx) => codePage.submit(ctx))
  router.get('/sign-in/email-code', (ctx) => mailPage.show(ctx))
  router.post('/sign-in/email-code', (ctx) => mailPage.submit(ctx))
  return router
}
