/** Sets up an authenticator app: shows its secret, and takes the first code. */
import type { Router } from '@koa/router'
import { z } from 'zod'
import { factorsOf } from '../../factors/factors.ts'
import { SECOND_FACTOR_AMR } from '../../factors/second-factor.ts'
import { cancelTotp, confirmTotp } from '../../factors/totp-set-up.ts'
import type { ShownTotp } from '../../factors/totp-set-up.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { FormErrors } from '../../http/request/validate.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { redirect } from '../../interaction/page.ts'
import { beginSession } from '../../interaction/session-changes.ts'
import { hasPasskeys } from '../../passkeys/options.ts'
import { AppError } from '../../platform/errors.ts'
import { PATHS } from './paths.ts'
import { isProven, withProof } from './proven.ts'
import { qrCode } from './qr-code.ts'
import { backWith, requestLocals, requestPath, withRequest } from './security-page.ts'
import type { SecurityServices } from './security-page.ts'
import { beginSetUp, currentSetUp, openSetUp } from './set-up.ts'

export function setUpRoutes(services: SecurityServices): Router {
  return memberRoutes(
    services,
    'security',
    [
      ['post', '/account/security/app', withProof('app', begin)],
      ['get', '/account/security/app', withProof('app', show)],
      ['post', '/account/security/app/confirm', confirm],
      // Leads on to the set-up, not to the overview.
      [
        'get',
        '/account/security/app/confirm',
        (_, ctx) => redirect(ctx, withRequest(services, ctx, PATHS.app)),
      ],
      ['post', '/account/security/app/cancel', cancel],
    ],
    (ctx) => requestPath(services, ctx),
  )
}

function begin(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  return openSetUp(services, ctx, member, services.memory.read(ctx, member))
}

async function show(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const kept = services.memory.read(ctx, member)
  const open = await currentSetUp(services, member, kept)
  if (open) return render(services, ctx, member, open)
  // Where it is due, nobody asked for the set-up with a form.
  const isStep = requestPath(services, ctx) !== undefined || member.due === 'second_factor'
  if (!isStep || kept.newCodes) return goBack(services, ctx, member)
  const begun = await beginSetUp(services, ctx, member, kept)
  if (begun) await render(services, ctx, member, begun)
}

async function render(
  services: SecurityServices,
  ctx: AnyContext,
  member: Member,
  { uri, secret }: ShownTotp,
): Promise<void> {
  const locals = {
    passkeyHref: hasPasskeys(services) ? withRequest(services, ctx, PATHS.newPasskey) : undefined,
    confirmAction: withRequest(services, ctx, '/account/security/app/confirm'),
    cancelAction: '/account/security/app/cancel',
    qr: qrCode(uri),
    uri,
    secret: inGroups(secret),
    account: { email: member.account.email },
    issuer: services.config.serverName,
    errors: {},
    ...(await requestLocals(services, ctx, member)),
    ...services.nextPage.take(ctx, member),
  }
  services.render(ctx, 'security-app', locals)
}

const NO_CODE = 'security-app-code-missing'
const codeSchema = z.object({ code: z.string().max(100, NO_CODE).trim().min(1, NO_CODE) })
const WRONG_CODE = 'security-app-code-wrong'

/**
 * Needs no further proof: the secret was shown only to somebody who gave one, and the code shows that they have it. Where the
 * factor is due, the code is the second factor of this sign-in, while the password is minutes old.
 */
async function confirm(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const kept = services.memory.read(ctx, member)
  const open = await currentSetUp(services, member, kept)
  if (!open) return goBack(services, ctx, member)
  const form = validateForm(codeSchema, formOf(ctx))
  const refuse = (errors: FormErrors) =>
    services.nextPage.lead(ctx, withRequest(services, ctx, PATHS.app), { errors }, member)
  if (!form.ok) return refuse(form.errors)
  const { id: accountId } = member.account
  // The change itself ends what was proved before.
  const isFresh = await isProven(services, ctx, member)
  const by = { actor: accountId, ip: requestState(ctx).clientIp }
  const done = await orUndefined(confirmTotp(services, { accountId, code: form.value.code }, by))
  if (!done || (!done.ok && done.reason === 'not_begun')) return goBack(services, ctx, member)
  if (!done.ok) return refuse({ code: WRONG_CODE })
  const isDue = requestPath(services, ctx) !== undefined || member.due === 'second_factor'
  if (isFresh && isDue)
    await beginSession(services, ctx, { account: member.account, amr: withApp(member.amr) })
  const madeAtMs = services.clock()
  const newCodes = { codes: done.recoveryCodes, madeAtMs, first: true }
  services.memory.keep(ctx, member, { provenAtMs: madeAtMs, newCodes })
  redirect(ctx, withRequest(services, ctx, PATHS.newCodes))
}

/** What the session had, and the code. The code of a mail that replaced the password is no password. */
function withApp(amr: readonly string[] = []): string[] {
  return [...new Set([...amr, ...SECOND_FACTOR_AMR.totp.filter((method) => method !== 'pwd')])]
}

/** Nothing where another tab was faster. */
async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof AppError && error.code === 'totp_exists') return undefined
    throw error
  }
}

async function cancel(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const { setUpUntilMs, ...kept } = services.memory.read(ctx, member)
  const open = await currentSetUp(services, member, { setUpUntilMs })
  if (open) await cancelTotp(services, member.account.id)
  backWith(services, ctx, member, 'cancelled', kept)
}

/** From a set-up that is not open any more. */
async function goBack(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const { newCodes } = services.memory.read(ctx, member)
  if (newCodes) return redirect(ctx, withRequest(services, ctx, PATHS.newCodes))
  const { totp } = await factorsOf(services.db, member.account.id)
  backWith(services, ctx, member, totp ? 'on-already' : 'expired')
}

/** `JBSW Y3DP EHPK 3PXP`: for typing. Authenticator apps ignore the blanks. */
function inGroups(secret: string): string {
  return (secret.match(/.{1,4}/g) ?? []).join(' ')
}
