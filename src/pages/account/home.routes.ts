/** The front page, and the well-known address of the password page. */
import { Router } from '@koa/router'
import { takesStrangers } from '../../accounts/registrations/registration-mode.ts'
import { listConsents } from '../../consents/consents.ts'
import type { PageServices } from '../../feature.ts'
import { mayAdminister } from '../../interaction/member.ts'
import { redirect } from '../../interaction/page.ts'
import { openableApps } from './openable-apps.ts'

export function homeRoutes(services: PageServices): Router {
  const { config, db, render, findMember, clock } = services
  const router = new Router()
  router.get('/', async (ctx) => {
    const member = await findMember(ctx)
    const administers = await mayAdminister(db, member)
    const showsDocs = config.docs && administers
    const registerHref = takesStrangers(config) ? '/register' : undefined
    const used = member ? await listConsents(db, member.account.id) : []
    const openable = member ? await openableApps(services, member.account.id, used) : []
    const locals = { account: member?.account, registerHref, showsDocs, administers, openable }
    render(ctx, 'home', { nowMs: clock(), ...locals })
  })
  // W3C "A Well-Known URL for Changing Passwords": password managers send people here.
  router.get('/.well-known/change-password', (ctx) => {
    redirect(ctx, '/account/password')
  })
  return router
}
