/** The page on which the signed-in person deletes the account, and the page that says when that happens. */
import type { Router } from '@koa/router'
import { requestDeletion } from '../../accounts/life/deletion.ts'
import { accountPath } from '../../accounts/account-pages.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { redirect } from '../../interaction/page.ts'
import { withRecentProof } from '../../interaction/proof/recent-proof.ts'
import { DAY_MS } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import type { LifeServices } from './life-page.ts'

const PATH = '/account/delete'
const DONE_PATH = '/account-deleted'

export function deletionRoutes(services: LifeServices): Router {
  const router = memberRoutes(services, 'delete', [
    ['get', '/account/delete', withRecentProof('delete', show)],
    ['post', '/account/delete', withRecentProof('delete', submit)],
  ])
  router.get('/account-deleted', (ctx) => done(services, ctx))
  return router
}

function show(services: LifeServices, ctx: AnyContext, member: Member): void {
  const { config, nextPage, render } = services
  render(ctx, 'account-delete', {
    signOutHref: SIGN_OUT_PATH,
    account: { email: member.account.email },
    days: config.accounts.accountDeletionMs / DAY_MS,
    action: PATH,
    backHref: accountPath('account'),
    errors: {},
    ...nextPage.take(ctx, member),
  })
}

async function submit(services: LifeServices, ctx: AnyContext, member: Member): Promise<void> {
  const { id, email, zoneinfo } = member.account
  try {
    const by = { actor: id, ip: requestState(ctx).clientIp }
    const requested = await requestDeletion(services, id, by)
    const about = {
      email,
      deleteAtMs: String(requested?.deleteAtMs ?? services.clock()),
      zone: zoneinfo ?? '',
    }
    services.nextPage.lead(ctx, DONE_PATH, { about })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'last_admin') throw error
    const reason = 'delete-last-admin'
    services.nextPage.lead(ctx, PATH, { errors: { form: reason } }, member)
  }
}

/** Nobody is signed in any more: the notice also says the time zone. Without the notice there is nothing to say. */
function done({ nextPage, render }: LifeServices, ctx: AnyContext): void {
  const { about } = nextPage.take(ctx)
  if (!about) return redirect(ctx, '/')
  const { email, deleteAtMs, zone } = about
  requestState(ctx).readerZone = zone
  render(ctx, 'account-deleted', {
    email,
    deleteAtMs: Number(deleteAtMs),
    signInHref: '/sign-in',
  })
}
