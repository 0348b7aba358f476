/** The profile page of the signed-in person, with the confirmation of the address. */
import type { Router } from '@koa/router'
import { z } from 'zod'
import { activateSignedIn } from '../../accounts/journeys/activation.ts'
import { codeProblemMessage } from '../../accounts/code-problem.ts'
import type { TokenRefusal } from '../../accounts/one-time-token.ts'
import { PICTURES } from '../../accounts/picture-address.ts'
import { passkeysOf } from '../../accounts/passkeys/passkey.ts'
import { signalsOf } from '../../passkeys/signals.ts'
import { pictureOf } from '../../pictures/pictures.ts'
import { groupsOf } from '../../groups/members.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import { broughtUsername, profileSchema, updateProfile } from '../../accounts/profile.ts'
import { resendActivation } from '../../accounts/journeys/sign-up.ts'
import { AppError } from '../../platform/errors.ts'
import type { PageServices } from '../../feature.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { Message } from '../../words/message.ts'
import { ZONES_BY_AREA } from '../../words/time-zone.ts'
import { isOneWriting } from '../../words/writing.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import type { Member } from '../../interaction/member.ts'

const MIXED = 'account-username-mixed'

const { name, givenName, familyName, locale, zoneinfo } = profileSchema.shape
const username = broughtUsername.refine(isOneWriting, MIXED).nullable().optional()
const emptied = z.preprocess((typed) => (typed === '' ? null : typed), username)
const chosenLocale = z.preprocess((chosen) => (chosen === '' ? null : chosen), locale)
const chosenZone = z.preprocess((chosen) => (chosen === '' ? null : chosen), zoneinfo)
const schema = z.object({
  name: name.unwrap(),
  givenName,
  familyName,
  username: emptied,
  locale: chosenLocale,
  zoneinfo: chosenZone,
})

export function accountRoutes(services: PageServices): Router {
  return memberRoutes(services, 'account', [
    ['get', '/account', show],
    ['post', '/account', save],
    ['post', '/account/verify', verify],
    ['post', '/account/resend', resend],
  ])
}

async function show(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const { account } = member
  const groups = await groupsOf(services.db, account.id)
  const kept = await pictureOf(services.db, account.id)
  const { createdAtMs, emailVerifiedAtMs, ...shown } = account
  const { name, givenName, familyName, email, username, locale, zoneinfo } = shown
  services.render(ctx, 'account', {
    account: {
      name,
      givenName,
      familyName,
      email,
      username,
      locale,
      zoneinfo,
      createdAtMs,
      emailVerified: emailVerifiedAtMs !== null,
      groups: groups.map((group) => group.name),
    },
    zones: ZONES_BY_AREA,
    picture: {
      ...(kept && { href: `${PICTURES}${kept.id}/small` }),
      action: '/account/picture',
      removeAction: '/account/picture/remove',
      limitMib: services.config.accounts.pictureLimitBytes / (1024 * 1024),
    },
    passkeySignals: [signalsOf(services, account, await passkeysOf(services.db, account.id))],
    profileAction: '/account',
    usernameHint: services.config.factors.usernameSignIn
      ? 'account-username-hint'
      : 'account-username-hint-shown',
    resendAction: '/account/resend',
    verifyAction: '/account/verify',
    signOutHref: SIGN_OUT_PATH,
    errors: {},
    ...services.nextPage.take(ctx, member),
  })
}

const NAME_REFUSED = 'account-name-refused'
const REFUSED: Record<string, string> = {
  username: 'account-username-refused',
  zoneinfo: 'account-zone-refused',
}

async function save(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const { username: typedName, ...others } = formOf(ctx)
  // A name that came from elsewhere may be one that nobody can choose here. It stays.
  const isKept = typedName !== undefined && typedName === member.account.username
  const form = validateForm(schema, isKept ? others : formOf(ctx))
  if (!form.ok) {
    const errors = Object.fromEntries(
      Object.entries(form.errors).map(([field, problem]) => [field, refusedText(field, problem)]),
    )
    return services.nextPage.lead(ctx, '/account', { values: form.values, errors }, member)
  }
  const { db, clock } = services
  const { id } = member.account
  const by = { actor: id, ip: requestState(ctx).clientIp }
  try {
    await inTransaction(db, (trx) => updateProfile(trx, id, form.value, clock(), by))
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'username_taken') throw error
    const refused = { values: form.values, errors: { username: 'account-username-taken' } }
    return services.nextPage.lead(ctx, '/account', refused, member)
  }
  services.nextPage.lead(ctx, '/account', 'page-saved', member)
}

function refusedText(field: string, problem: Message): string {
  return problem === MIXED ? problem : (REFUSED[field] ?? NAME_REFUSED)
}

const codeSchema = z.object({
  code: z.string().max(100, 'page-mail-code-wrong').trim().min(1, 'page-mail-code-missing'),
})

async function verify(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const form = validateForm(codeSchema, formOf(ctx))
  if (!form.ok) return services.nextPage.lead(ctx, '/account', { errors: form.errors }, member)
  const { id: accountId } = member.account
  const { code } = form.value
  const done = await activateSignedIn(services, { accountId, code, ip: requestState(ctx).clientIp })
  if (!done.ok && done.reason !== 'used') {
    const errors = { code: codeProblemMessage[done.reason as TokenRefusal] }
    return services.nextPage.lead(ctx, '/account', { errors }, member)
  }
  services.nextPage.lead(ctx, '/account', 'account-verified', member)
}

async function resend(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  await resendActivation(services, {
    email: member.account.email,
    ip: requestState(ctx).clientIp ?? '',
  })
  services.nextPage.lead(ctx, '/account', 'page-sent-again', member)
}
