/** Removes the authenticator app. */
import type { Router } from '@koa/router'
import { factorsOf, hasSecondFactor } from '../../factors/factors.ts'
import { removeTotp } from '../../factors/totp-set-up.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { PATHS } from './paths.ts'
import { withProof } from './proven.ts'
import { askBefore, backWith } from './security-page.ts'
import type { SecurityServices } from './security-page.ts'

export function removalRoutes(services: SecurityServices): Router {
  return memberRoutes(services, 'security', [
    ['get', '/account/security/app/remove', withProof('remove', ask)],
    ['post', '/account/security/app/remove', withProof('remove', remove)],
  ])
}

async function ask(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const { totp, passkeyAddedAtMs } = await factorsOf(services.db, member.account.id)
  if (!totp) return backWith(services, ctx, member, 'off-already')
  const page = { view: 'security-remove', action: PATHS.remove, keepsPasskeys: passkeyAddedAtMs !== null }
  return askBefore(services, ctx, member, page)
}

async function remove(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const { id } = member.account
  const removed = await removeTotp(services, id, { actor: id, ip: requestState(ctx).clientIp })
  const provenAtMs = services.clock()
  const done = (await hasSecondFactor(services.db, id)) ? 'app-removed' : 'removed'
  backWith(services, ctx, member, removed ? done : 'off-already', { provenAtMs })
}
