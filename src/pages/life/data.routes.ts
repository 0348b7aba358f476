/** The page on which the signed-in person downloads what is kept about them. */
import { Readable } from 'node:stream'
import type { Router } from '@koa/router'
import { exportPersonalData } from '../../accounts/life/personal-data.ts'
import { takeDataExport } from '../../attempts/account-limits.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { withRecentProof } from '../../interaction/proof/recent-proof.ts'
import type { LifeServices } from './life-page.ts'

const PATH = '/account/data'

export function dataRoutes(services: LifeServices): Router {
  return memberRoutes(services, 'data', [
    ['get', '/account/data', withRecentProof('data', show)],
    ['get', '/account/data/file', withRecentProof('data', download)],
  ])
}

function show({ nextPage, render }: LifeServices, ctx: AnyContext, member: Member): void {
  const locals = { fileHref: `${PATH}/file`, backHref: '/account', signOutHref: SIGN_OUT_PATH, errors: {} }
  render(ctx, 'account-data', { ...locals, ...nextPage.take(ctx, member) })
}

async function download(services: LifeServices, ctx: AnyContext, member: Member): Promise<void> {
  const { id: accountId } = member.account
  if (!(await takeDataExport(services, accountId, services.clock())))
    return services.nextPage.lead(ctx, PATH, { errors: { form: 'data-too-often' } }, member)
  const { clientIp: ip } = requestState(ctx)
  const data = await exportPersonalData(services, accountId, { actor: accountId, ip })
  ctx.set('Cache-Control', 'no-store')
  ctx.attachment('your_data.json')
  ctx.type = 'json'
  ctx.body = Readable.from(data, { highWaterMark: 16 })
}
