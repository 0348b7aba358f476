/** The page on which the signed-in person changes their password. It may be a step of an app's request. */
import { ACCOUNT_PATHS } from '../../accounts/account-mail.ts'
import type { Router } from '@koa/router'
import { z } from 'zod'
import { accountPath } from '../../accounts/account-pages.ts'
import { hasPasskey } from '../../accounts/second-factor-needed.ts'
import { ADD_PASSWORD_PATH } from '../../factors/factor-changes.ts'
import { changePassword } from '../../accounts/journeys/password-change.ts'
import type { PasswordChanged } from '../../accounts/journeys/password-change.ts'
import type { PageServices } from '../../feature.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { FormErrors } from '../../http/request/validate.ts'
import { createDeviceCookie } from '../../interaction/known-browser-cookie.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import type { Said } from '../../interaction/next-page.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { shownClient } from '../../interaction/open-interaction.ts'
import { redirect, resume, returnQuery } from '../../interaction/page.ts'
import type { StepPages } from '../../interaction/page.ts'
import { returnPathOf } from '../../interaction/return-path.ts'
import type { ReturnPath } from '../../interaction/return-path.ts'
import { passwordProblemMessage } from '../../passwords/password-policy.ts'
import { browserName } from '../../sessions/browser-name.ts'

const PATH = accountPath('password')

const schema = z.object({
  currentPassword: z.string().min(1, 'password-current-missing'),
  newPassword: z.string().min(1, 'password-new-missing'),
})

type PasswordServices = PageServices & { returnPath: ReturnPath }

/** The step of an app's request, and the page of the account, where a password that an operator knows is replaced. */
export function newPasswordStep(services: PageServices): Pick<StepPages, 'show'> {
  return {
    async show(page) {
      const member = await services.findMember(page.ctx)
      if (!member?.account.newPasswordDue) return resume(services.oidc, page, {})
      redirect(page.ctx, `${PATH}${returnQuery(page.uid, page.query)}`)
    },
  }
}

export function passwordRoutes(given: PageServices): Router {
  const services = { ...given, returnPath: returnPathOf(given) }
  return memberRoutes(
    services,
    'password',
    [
      ['get', '/account/password', show],
      ['post', '/account/password', submit],
    ],
    (ctx) => services.returnPath.path(ctx, ''),
  )
}

async function show(services: PasswordServices, ctx: AnyContext, member: Member): Promise<void> {
  const { returnPath, oidc } = services
  const { passwordMinLength: minLength } = services.config.accounts
  const request = returnPath.path(ctx, '')
  if (request !== undefined && !member.account.newPasswordDue) return redirect(ctx, request)
  const clientId = returnPath.clientId(ctx)
  const locals = {
    action: PATH + returnPath.query(ctx),
    account: { email: member.account.email },
    due: Boolean(member.account.newPasswordDue),
    ...(member.account.passwordHash === null && (await waysToAdd(services, member.account.id))),
    ...(request === undefined ? { signOutHref: SIGN_OUT_PATH } : { request }),
    client: clientId && (await shownClient(oidc.current(), clientId)),
    minLength,
    errors: {},
    ...services.nextPage.take(ctx, member),
  }
  services.render(ctx, 'account-password', locals)
}

/** A passkey is proof enough to add a password. Anybody else proves the mailbox. */
async function waysToAdd({ db }: PasswordServices, accountId: string) {
  const addHref = (await hasPasskey(db, accountId)) ? ADD_PASSWORD_PATH : undefined
  return { addHref, forgotHref: ACCOUNT_PATHS.forgot }
}

async function submit(services: PasswordServices, ctx: AnyContext, member: Member): Promise<void> {
  const deviceCookie = createDeviceCookie(services)
  const form = validateForm(schema, formOf(ctx))
  const { returnPath, nextPage } = services
  const lead = (said: string | Said) => nextPage.lead(ctx, PATH + returnPath.query(ctx), said, member)
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
  const request = returnPath.path(ctx, '')
  if (request !== undefined) return redirect(ctx, request)
  lead('password-changed')
}

function errorsOf(services: PageServices, refused: Exclude<PasswordChanged, { ok: true }>): FormErrors {
  if (refused.reason === 'password_refused')
    return { newPassword: passwordProblemMessage(refused.problem, services.config) }
  return {
    currentPassword: 'password-current-wrong',
  }
}
