/** Asks for the password again before factors change: a browser that was left open is not enough. */
import type { Router } from '@koa/router'
import { z } from 'zod'
import { signInAgainPath } from '../../accounts/account-pages.ts'
import { ACCOUNT_PATHS } from '../../accounts/account-mail.ts'
import { confirmPassword } from '../../accounts/journeys/sign-in.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { FormErrors } from '../../http/request/validate.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { isPageWithProof } from '../../interaction/proof/recent-proof.ts'
import { redirect } from '../../interaction/page.ts'
import { browserName } from '../../sessions/browser-name.ts'
import { PATHS, proofPath } from './paths.ts'
import type { NextPage } from './paths.ts'
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
  // Without a password, the way in is another provider.
  if (member.account.passwordHash === null) return redirect(ctx, signInAgainPath('security'))
  const locals = {
    action: withRequest(services, ctx, proofPath(nextOf(ctx))),
    backHref: PATHS.overview,
    forgotHref: withRequest(services, ctx, ACCOUNT_PATHS.forgot),
    account: { email: member.account.email },
    errors: {},
    ...(await requestLocals(services, ctx, member)),
    ...services.nextPage.take(ctx, member),
  }
  services.render(ctx, 'security-confirm', locals)
}

async function submit(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const form = validateForm(schema, formOf(ctx))
  const refuse = (errors: FormErrors) =>
    services.nextPage.lead(ctx, withRequest(services, ctx, proofPath(nextOf(ctx))), { errors }, member)
  if (!form.ok) return refuse(form.errors)
  const confirmed = await confirmPassword(services, member.account.id, {
    ...form.value,
    ip: requestState(ctx).clientIp ?? '',
    deviceCookie: services.deviceCookie.read(ctx),
    from: { browser: browserName(ctx.get('User-Agent')) },
  })
  if (!confirmed.ok) return refuse({ password: WRONG })
  services.deviceCookie.write(ctx, confirmed.account)
  const kept = { ...services.memory.read(ctx, member), provenAtMs: services.clock() }
  const next = nextOf(ctx)
  if (next === 'app') return openSetUp(services, ctx, member, kept)
  services.memory.keep(ctx, member, kept)
  services.recentProof.keep(ctx, member)
  redirect(ctx, PATHS[next])
}

const WRONG = 'security-proof-wrong'

/** From a closed list, so that no address from outside is followed. */
function nextOf(ctx: AnyContext): NextPage | 'overview' {
  const { next } = ctx.query
  if (next === 'app' || next === 'codes' || next === 'remove') return next
  return isPageWithProof(next) ? next : 'overview'
}
