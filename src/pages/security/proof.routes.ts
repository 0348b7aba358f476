/** Asks for the password or a passkey again before factors change: a browser that was left open is not enough. */
import type { Router } from '@koa/router'
import { z } from 'zod'
import { signInAgainPath } from '../../accounts/account-pages.ts'
import { ACCOUNT_PATHS } from '../../accounts/account-mail.ts'
import { hasPasskey } from '../../accounts/second-factor-needed.ts'
import { confirmPassword } from '../../accounts/journeys/sign-in.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { FormErrors } from '../../http/request/validate.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { redirect } from '../../interaction/page.ts'
import { browserOf, PASSKEY_REFUSED, passkeyForm, sentPasskey } from '../../passkeys/passkey-form.ts'
import { passkeysOf } from '../../accounts/passkeys/passkey.ts'
import { confirmWithPasskey } from '../../passkeys/sign-in.ts'
import { browserName } from '../../sessions/browser-name.ts'
import { isPageWithProof } from '../../interaction/proof/recent-proof.ts'
import { lacksFactor } from './proven.ts'
import { nextPageOf, pathOf, PATHS, proofPath } from './paths.ts'
import { openSetUp } from './set-up.ts'
import { requestLocals, requestPath, withRequest } from './security-page.ts'
import type { SecurityServices } from './security-page.ts'

const schema = z.object({ password: z.string().min(1, 'security-proof-missing') })

export function proofRoutes(services: SecurityServices): Router {
  return memberRoutes(
    services,
    'security',
    [
      ['get', '/account/security/confirm', show],
      ['post', '/account/security/confirm', submit],
    ],
    (ctx) => requestPath(services, ctx),
  )
}

async function show(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const hasPassword = await isPasswordEnough(services, ctx, member)
  if (!hasPassword && !(await hasPasskey(services.db, member.account.id)))
    return redirect(ctx, signInAgainPath('security'))
  const locals = {
    action: withRequest(services, ctx, proofPath(nextOf(ctx))),
    backHref: PATHS.overview,
    forgotHref: withRequest(services, ctx, ACCOUNT_PATHS.forgot),
    account: { email: member.account.email },
    hasPassword,
    passkey: await passkeyOf(services, ctx, member),
    errors: {},
    ...(await requestLocals(services, ctx, member)),
    ...services.nextPage.take(ctx, member),
  }
  services.render(ctx, 'security-confirm', locals)
}

/** Without a password, the way in is another provider. Factors change only in a session that gave one. */
async function isPasswordEnough(
  services: SecurityServices,
  ctx: AnyContext,
  member: Member,
): Promise<boolean> {
  if (member.account.passwordHash === null) return false
  return isPageWithProof(nextOf(ctx)) || !(await lacksFactor(services, member))
}

async function passkeyOf(services: SecurityServices, ctx: AnyContext, member: Member) {
  const { account } = member
  const passkeys = await passkeysOf(services.db, account.id)
  const place = { purpose: 'confirm', browser: browserOf(ctx), subject: account.id } as const
  const action = withRequest(services, ctx, proofPath(nextOf(ctx)))
  const look = { action, label: 'passkey-use', plain: await isPasswordEnough(services, ctx, member) }
  return passkeys.length > 0 ? passkeyForm(services, place, look, passkeys) : undefined
}

async function submit(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const response = sentPasskey(ctx)
  return response === undefined
    ? submitPassword(services, ctx, member)
    : submitPasskey(services, ctx, member, response)
}

async function submitPasskey(
  services: SecurityServices,
  ctx: AnyContext,
  member: Member,
  response: string,
): Promise<void> {
  const confirmed = await confirmWithPasskey(services, member.account.id, {
    response,
    browser: browserOf(ctx),
    ip: requestState(ctx).clientIp ?? '',
    from: { browser: browserName(ctx.get('User-Agent')) },
  })
  if (confirmed.ok) return goOn(services, ctx, member, { verifiedAtMs: services.clock() })
  const reason = confirmed.reason === 'over' ? 'refused' : confirmed.reason
  const errors = { '': PASSKEY_REFUSED[reason] }
  services.nextPage.lead(ctx, withRequest(services, ctx, proofPath(nextOf(ctx))), { errors }, member)
}

async function submitPassword(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const form = validateForm(schema, formOf(ctx))
  const refuse = (errors: FormErrors) =>
    services.nextPage.lead(ctx, withRequest(services, ctx, proofPath(nextOf(ctx))), { errors }, member)
  if (!form.ok) return refuse(form.errors)
  if (!(await isPasswordEnough(services, ctx, member))) return redirect(ctx, signInAgainPath('security'))
  const confirmed = await confirmPassword(services, member.account.id, {
    ...form.value,
    ip: requestState(ctx).clientIp ?? '',
    deviceCookie: services.deviceCookie.read(ctx),
    from: { browser: browserName(ctx.get('User-Agent')) },
  })
  if (!confirmed.ok) return refuse({ password: WRONG })
  services.deviceCookie.write(ctx, confirmed.account)
  if (!(await lacksFactor(services, member))) return goOn(services, ctx, member)
  // This password is no proof for the pages of factors.
  services.recentProof.keep(ctx, member)
  redirect(ctx, pathOf(nextOf(ctx)))
}

async function goOn(
  services: SecurityServices,
  ctx: AnyContext,
  member: Member,
  verified: { verifiedAtMs?: number } = {},
): Promise<void> {
  const kept = { ...services.memory.read(ctx, member), provenAtMs: services.clock(), ...verified }
  const next = nextOf(ctx)
  if (next === 'app') return openSetUp(services, ctx, member, kept)
  services.memory.keep(ctx, member, kept)
  redirect(ctx, withRequest(services, ctx, pathOf(next)))
}

const WRONG = 'security-proof-wrong'

function nextOf(ctx: AnyContext) {
  return nextPageOf(ctx.query['next'])
}
