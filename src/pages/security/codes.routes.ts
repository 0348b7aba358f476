/** Recovery codes: shown once after they were made, as a page and as a file, and made anew. */
import type { Router } from '@koa/router'
import { renewRecoveryCodes } from '../../factors/factors.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { redirect } from '../../interaction/page.ts'
import { PATHS } from './paths.ts'
import { withProof } from './proven.ts'
import { askBefore, backWith, passwordOf, requestLocals, requestPath, withRequest } from './security-page.ts'
import type { SecurityServices } from './security-page.ts'

export function codesRoutes(services: SecurityServices): Router {
  return memberRoutes(
    services,
    'security',
    [
      ['get', '/account/security/codes', show],
      ['get', '/account/security/codes/file', download],
      ['post', '/account/security/codes/saved', saved],
      ['get', '/account/security/codes/renew', withProof('codes', ask)],
      ['post', '/account/security/codes/renew', withProof('codes', renew)],
    ],
    (ctx) => requestPath(services, ctx),
  )
}

async function show(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const { newCodes } = services.memory.read(ctx, member)
  if (!newCodes) return backWith(services, ctx, member, 'codes-hidden')
  services.render(ctx, 'security-codes', {
    codes: newCodes.codes,
    madeAtMs: newCodes.madeAtMs,
    account: { email: member.account.email },
    downloadHref: '/account/security/codes/file',
    savedAction: withRequest(services, ctx, '/account/security/codes/saved'),
    ...(await requestLocals(services, ctx, member)),
  })
}

function download(services: SecurityServices, ctx: AnyContext, member: Member): void {
  const { newCodes } = services.memory.read(ctx, member)
  if (!newCodes) return backWith(services, ctx, member, 'codes-hidden')
  ctx.attachment('recovery-codes.txt')
  ctx.type = 'text/plain; charset=utf-8'
  const { serverName: server, issuer } = services.config
  const t = services.render.texts(ctx)
  ctx.body = [
    t('security-codes-file', { server, issuer }),
    t('security-codes-file-account', { email: member.account.email }),
    t('security-codes-file-made', { day: new Date(newCodes.madeAtMs).toISOString().slice(0, 10) }),
    '',
    t('security-codes-file-text', { password: passwordOf(member) }),
    '',
    ...newCodes.codes,
    '',
  ].join('\r\n')
}

/** From now on nothing shows them. */
function saved(services: SecurityServices, ctx: AnyContext, member: Member): void {
  const { newCodes, ...kept } = services.memory.read(ctx, member)
  const done = newCodes?.first ? 'on' : 'saved'
  backWith(services, ctx, member, newCodes ? done : 'codes-hidden', kept)
}

function ask(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const page = { view: 'security-renew', action: PATHS.codes }
  return askBefore(services, ctx, member, page)
}

async function renew(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const { id } = member.account
  const codes = await renewRecoveryCodes(services, id, { actor: id, ip: requestState(ctx).clientIp })
  if (!codes) return backWith(services, ctx, member, 'off-already')
  const madeAtMs = services.clock()
  services.memory.keep(ctx, member, { provenAtMs: madeAtMs, newCodes: { codes, madeAtMs } })
  redirect(ctx, PATHS.newCodes)
}
