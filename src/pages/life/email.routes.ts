/** The page on which the signed-in person changes the address, and confirms the new one by its code. */
import type { Router } from '@koa/router'
import { z } from 'zod'
import { isVerified } from '../../accounts/account.ts'
import {
  cancelNewAddress,
  confirmNewAddress,
  pendingAddress,
  requestNewAddress,
} from '../../accounts/journeys/new-address.ts'
import type { AddressConfirmed, NewAddressAsked } from '../../accounts/journeys/new-address.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { withRecentProof } from '../../interaction/proof/recent-proof.ts'
import type { LifeServices } from './life-page.ts'

const PATH = '/account/email'

export function emailRoutes(services: LifeServices): Router {
  return memberRoutes(services, 'email', [
    ['get', '/account/email', show],
    ['post', '/account/email', withRecentProof('email', ask)],
    ['post', '/account/email/confirm', confirm],
    ['post', '/account/email/cancel', cancel],
  ])
}

async function show(services: LifeServices, ctx: AnyContext, member: Member): Promise<void> {
  const { account } = member
  const pending = await pendingAddress(services, account.id)
  // Asked for before the form is filled in, so that nobody types an address in vain.
  if (!pending && !(await services.recentProof.isProven(ctx, member)))
    return withRecentProof<LifeServices>('email', show)(services, ctx, member)
  const said = services.nextPage.take(ctx, member)
  services.render(ctx, 'account-email', {
    signOutHref: SIGN_OUT_PATH,
    account: { email: account.email, emailVerified: isVerified(account) },
    pending,
    action: PATH,
    confirmAction: `${PATH}/confirm`,
    cancelAction: `${PATH}/cancel`,
    errors: {},
    ...said,
    ...(pending && (await services.mailWait(ctx, said))),
  })
}

const schema = z.object({ email: z.string().trim().max(1000, 'new-email-too-long') })

async function ask(services: LifeServices, ctx: AnyContext, member: Member): Promise<void> {
  const form = validateForm(schema, formOf(ctx))
  const lead = (said: Parameters<typeof services.nextPage.lead>[2]) =>
    services.nextPage.lead(ctx, PATH, said, member)
  if (!form.ok) return lead({ errors: form.errors, values: form.values })
  const asked = await requestNewAddress(services, {
    accountId: member.account.id,
    email: form.value.email,
    browser: services.browserSecret.ensure(ctx),
    ip: requestState(ctx).clientIp ?? '',
  })
  if (asked.ok) return lead({})
  lead({ errors: { email: askProblem(asked.reason) }, values: form.values })
}

type AskRefusal = Exclude<NewAddressAsked, { ok: true }>['reason']

const ASK_PROBLEMS: Record<AskRefusal, string> = {
  unchanged: 'new-email-unchanged',
  too_many_mails: 'new-email-too-many',
  account_not_found: 'new-email-account-gone',
  missing: 'new-email-missing',
  malformed: 'new-email-malformed',
  control_character: 'new-email-character',
  too_long: 'new-email-too-long',
}

function askProblem(reason: AskRefusal): string {
  return ASK_PROBLEMS[reason]
}

export const codeSchema = z.object({
  code: z.string().max(100, 'page-mail-code-wrong').trim().min(1, 'page-mail-code-missing'),
})

async function confirm(services: LifeServices, ctx: AnyContext, member: Member): Promise<void> {
  const form = validateForm(codeSchema, formOf(ctx))
  if (!form.ok) return services.nextPage.lead(ctx, PATH, { errors: form.errors }, member)
  const { id: accountId } = member.account
  const ip = requestState(ctx).clientIp
  const done = await confirmNewAddress(services, { accountId, code: form.value.code, ip })
  if (!done.ok)
    return services.nextPage.lead(ctx, PATH, { errors: { code: confirmProblem(done.reason) } }, member)
  services.nextPage.lead(ctx, '/account', 'new-email-done-notice', member)
}

type ConfirmRefusal = Exclude<AddressConfirmed, { ok: true }>['reason']

const CONFIRM_PROBLEMS: Record<ConfirmRefusal, string> = {
  wrong_code: 'page-mail-code-wrong',
  exhausted: 'new-email-code-exhausted',
  invalid_token: 'new-email-code-expired',
  used: 'new-email-code-used',
  taken: 'new-email-taken',
}

/** The text for a code that was refused. */
export function confirmProblem(reason: ConfirmRefusal): string {
  return CONFIRM_PROBLEMS[reason]
}

async function cancel(services: LifeServices, ctx: AnyContext, member: Member): Promise<void> {
  const { id } = member.account
  await cancelNewAddress(services, id, { actor: id, ip: requestState(ctx).clientIp })
  services.nextPage.lead(ctx, '/account', 'new-email-kept', member)
}
