/** Removes the authenticator app. */
import type { Router } from '@koa/router'
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

function ask(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const page = { view: 'security-remove', action: PATHS.remove }
  return askBefore(services, ctx, member, page)
}

async function remove(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const { id } = member.account
  const removed = await removeTotp(services, id, { actor: id, ip: requestState(ctx).clientIp })
  const provenAtMs = services.clock()
  backWith(services, ctx, member, removed ? 'removed' : 'off-already', { provenAtMs })
}
