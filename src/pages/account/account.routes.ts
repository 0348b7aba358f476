/** The profile page of the signed-in person, with the confirmation of the address. */
import { Router } from '@koa/router'
import { z } from 'zod'
import { activateSignedIn } from '../../accounts/journeys/activation.ts'
import { codeProblemText } from '../../accounts/code-problem.ts'
import type { TokenRefusal } from '../../accounts/one-time-token.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import { profileSchema, updateProfile } from '../../accounts/profile.ts'
import { resendActivation } from '../../accounts/journeys/sign-up.ts'
import { AppError } from '../../platform/errors.ts'
import type { Render } from '../../http/render.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import { asMember, SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { FindMember, Member } from '../../interaction/member.ts'
import type { Services } from '../../services.ts'

type Needs = { services: Services; render: Render; findMember: FindMember }

const { name, givenName, familyName, username } = profileSchema.shape
const emptied = z.preprocess((typed) => (typed === '' ? null : typed), username)
const schema = z.object({ name: name.unwrap(), givenName, familyName, username: emptied })

export function accountRoutes(needs: Needs): Router {
  const router = new Router()
  const member = asMember(needs.findMember, 'account')
  router.get(
    '/account',
    member((ctx, who) => show(needs, ctx, who)),
  )
  router.post(
    '/account',
    member((ctx, who) => save(needs, ctx, who)),
  )
  router.post(
    '/account/verify',
    member((ctx, who) => verify(needs, ctx, who)),
  )
  router.post(
    '/account/resend',
    member((ctx, who) => resend(needs, ctx, who)),
  )
  return router
}

type Form = { values?: Record<string, string>; errors?: Record<string, string>; notice?: string }

function show(needs: Needs, ctx: AnyContext, { account }: Member, form: Form = {}, status = 200): void {
  const { createdAtMs, emailVerifiedAtMs, ...shown } = account
  const { name, givenName, familyName, email, username } = shown
  needs.render(
    ctx,
    'account',
    {
      title: 'Your account',
      account: {
        name,
        givenName,
        familyName,
        email,
        username,
        createdAtMs,
        emailVerified: emailVerifiedAtMs !== null,
      },
      profileAction: '/account',
      resendAction: '/account/resend',
      verifyAction: '/account/verify',
      signOutHref: SIGN_OUT_PATH,
      errors: {},
      ...form,
    },
    status,
  )
}

const NAME_REFUSED = 'Use a plain name: no links, no control characters, at most 100 characters.'
const USERNAME_REFUSED = 'Use at most 64 letters, digits, dots, dashes and underscores.'

async function save(needs: Needs, ctx: AnyContext, member: Member): Promise<void> {
  const form = validateForm(schema, formOf(ctx))
  if (!form.ok) {
    const errors = Object.fromEntries(
      Object.keys(form.errors).map((field) => [
        field,
        field === 'username' ? USERNAME_REFUSED : NAME_REFUSED,
      ]),
    )
    return show(needs, ctx, member, { values: form.values, errors }, 400)
  }
  const { db, clock } = needs.services
  const { id } = member.account
  const by = { actor: id, ip: requestState(ctx).clientIp }
  try {
    await inTransaction(db, (trx) => updateProfile(trx, id, form.value, clock(), by))
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'username_taken') throw error
    return show(needs, ctx, member, { values: form.values, errors: { username: error.message } }, 409)
  }
  show(needs, ctx, { ...member, account: { ...member.account, ...form.value } }, { notice: 'Saved.' })
}

const codeSchema = z.object({
  code: z
    .string()
    .max(100, 'This is not the code from the mail.')
    .trim()
    .min(1, 'Enter the code from the mail.'),
})

async function verify(needs: Needs, ctx: AnyContext, member: Member): Promise<void> {
  const form = validateForm(codeSchema, formOf(ctx))
  if (!form.ok) return show(needs, ctx, member, { errors: form.errors }, 400)
  const { id: accountId } = member.account
  const { code } = form.value
  const done = await activateSignedIn(needs.services, { accountId, code, ip: requestState(ctx).clientIp })
  if (!done.ok && done.reason !== 'used') {
    const errors = { code: codeProblemText[done.reason as TokenRefusal] }
    return show(needs, ctx, member, { errors }, 400)
  }
  const account = { ...member.account, emailVerifiedAtMs: needs.services.clock() }
  show(needs, ctx, { ...member, account }, { notice: 'Your address is confirmed.' })
}

async function resend(needs: Needs, ctx: AnyContext, member: Member): Promise<void> {
  await resendActivation(needs.services, {
    email: member.account.email,
    ip: requestState(ctx).clientIp ?? '',
  })
  show(needs, ctx, member, { notice: 'Another mail is on its way.' })
}
