/** Adds a password to an account that is signed in to with a passkey. Without a passkey, it takes an email with a link. */
import type { Router } from '@koa/router'
import { z } from 'zod'
import { accountPath } from '../../accounts/account-pages.ts'
import { addPassword } from '../../accounts/journeys/password-change.ts'
import { hasPasskey } from '../../accounts/second-factor-needed.ts'
import { ADD_PASSWORD_PATH } from '../../factors/factor-changes.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { FormErrors } from '../../http/request/validate.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { redirect } from '../../interaction/page.ts'
import { passwordProblemMessage } from '../../passwords/password-policy.ts'
import { PATHS } from './paths.ts'
import { withPasskeyProof } from './proven.ts'
import { backWith } from './security-page.ts'
import type { SecurityServices, Work } from './security-page.ts'

const schema = z.object({ newPassword: z.string().min(1, 'password-new-missing') })

export function passwordRoutes(services: SecurityServices): Router {
  return memberRoutes(services, 'security', [
    ['get', '/account/security/password', whereNone(show)],
    ['post', '/account/security/password', whereNone(submit)],
  ])
}

/** The page of the password has the words for an account that has one, and for one without a passkey. */
function whereNone(work: Work): Work {
  const proven = withPasskeyProof('password', work)
  return async (services, ctx, member) => {
    const { id, passwordHash } = member.account
    const isHere = passwordHash === null && (await hasPasskey(services.db, id))
    return isHere ? proven(services, ctx, member) : redirect(ctx, accountPath('password'))
  }
}

function show(services: SecurityServices, ctx: AnyContext, member: Member): void {
  services.render(ctx, 'security-password', {
    signOutHref: SIGN_OUT_PATH,
    action: ADD_PASSWORD_PATH,
    backHref: PATHS.overview,
    account: { email: member.account.email },
    minLength: services.config.accounts.passwordMinLength,
    errors: {},
    ...services.nextPage.take(ctx, member),
  })
}

async function submit(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const form = validateForm(schema, formOf(ctx))
  const refuse = (errors: FormErrors) => services.nextPage.lead(ctx, ADD_PASSWORD_PATH, { errors }, member)
  if (!form.ok) return refuse(form.errors)
  const { account, sessionUid } = member
  const ip = requestState(ctx).clientIp ?? ''
  const { newPassword } = form.value
  const done = await addPassword(services, { accountId: account.id, newPassword, sessionUid, ip })
  if (done.ok) {
    services.deviceCookie.write(ctx, done.account)
    return backWith(services, ctx, member, 'with-password')
  }
  if (done.reason === 'password_refused')
    return refuse({ newPassword: passwordProblemMessage(done.problem, services.config) })
  // Another tab was first.
  redirect(ctx, accountPath('password'))
}
