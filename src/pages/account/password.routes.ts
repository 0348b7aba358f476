/** The page on which the signed-in person changes their password. */
import type { Router } from '@koa/router'
import { z } from 'zod'
import { changePassword } from '../../accounts/journeys/password-change.ts'
import type { PasswordChanged } from '../../accounts/journeys/password-change.ts'
import type { PageServices } from '../../feature.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import { createDeviceCookie } from '../../interaction/known-browser-cookie.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import type { Said } from '../../interaction/next-page.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { passwordProblemText } from '../../passwords/password-policy.ts'
import { browserName } from '../../sessions/browser-name.ts'

const schema = z.object({
  currentPassword: z.string().min(1, 'Enter your current password.'),
  newPassword: z.string().min(1, 'Choose a new password.'),
})

export function passwordRoutes(services: PageServices): Router {
  return memberRoutes(services, 'password', [
    ['get', '/account/password', show],
    ['post', '/account/password', submit],
  ])
}

function show(services: PageServices, ctx: AnyContext, member: Member): void {
  const { passwordMinLength: minLength } = services.config.accounts
  const locals = {
    action: '/account/password',
    account: { email: member.account.email },
    minLength,
    errors: {},
    ...services.nextPage.take(ctx, member),
  }
  services.render(ctx, 'account-password', { title: 'Password', signOutHref: SIGN_OUT_PATH, ...locals })
}

async function submit(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const deviceCookie = createDeviceCookie(services)
  const form = validateForm(schema, formOf(ctx))
  const lead = (said: string | Said) => services.nextPage.lead(ctx, '/account/password', said, member)
  if (!form.ok) return lead({ errors: form.errors })
  const outcome = await changePassword(services, {
    accountId: member.account.id,
    ...form.value,
    sessionUid: member.sessionUid,
    ip: requestState(ctx).clientIp ?? '',
    deviceCookie: deviceCookie.read(ctx),
    from: { browser: browserName(ctx.get('User-Agent')) },
  })
  if (!outcome.ok) return lead({ errors: errorsOf(services, outcome) })
  // The password change has ended the old session, like all others.
  deviceCookie.write(ctx, outcome.account)
  lead('Password changed. You are signed out on every other device.')
}

function errorsOf(
  services: PageServices,
  refused: Exclude<PasswordChanged, { ok: true }>,
): Record<string, string> {
  if (refused.reason === 'password_refused')
    return { newPassword: passwordProblemText(refused.problem, services.config) }
  return {
    currentPassword:
      'This is not your current password. After too many attempts this pauses for a few minutes.',
  }
}
