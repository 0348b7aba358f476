/**
 * What spares a person the app or the passkey at the second step: a browser that they trust, and a code by mail. Neither
 * reaches a level, so neither is there where the app or a rule of the operator asks for one.
 */
import type { Account } from '../../accounts/account.ts'
import type { PasswordProof } from '../../factors/finish-sign-in.ts'
import { finishByMail, mayUseMailedFactor, requestMailedFactor } from '../../factors/spared/mailed-factor.ts'
import type { FinishedByMail } from '../../factors/spared/mailed-factor.ts'
import type { MailedCode } from '../../factors/mailed-codes.ts'
import { finishTrusted, mayTrust, trustBrowser } from '../../factors/spared/trusted-browsers.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import { originOf } from '../../interaction/signed-in-browser.ts'
import { DAY_MS } from '../../platform/clock.ts'
import { browserName } from '../../sessions/browser-name.ts'
import type { SignInServices } from './browser-memory.ts'
import { fromThere } from './code-place.ts'
import type { Place } from './code-place.ts'

export type Proven = { proof: PasswordProof; account: Account }

/** Finishes the sign-in where this browser is trusted. Answers whether it did. */
export async function finishInTrusted(
  services: SignInServices,
  place: Place,
  proof: PasswordProof,
): Promise<boolean> {
  const { ctx, of, client } = place
  const secret = services.trustedCookie.read(ctx)
  if (secret === undefined || services.config.factors.trustedBrowserMs === 0) return false
  if (await place.wantsLevel()) return false
  const given = { proof, secret, ip: requestState(ctx).clientIp ?? '', from: originOf(ctx, client) }
  const finished = await finishTrusted(services, given)
  if (!finished) return false
  services.pending.clear(ctx, of)
  await place.finish(fromThere(proof, finished))
  return true
}

/** For how many days the person may trust this browser; nothing where that would spare nothing. */
export async function trustDays(
  services: SignInServices,
  place: Place,
  account: Account,
): Promise<number | undefined> {
  if (!(await mayTrust(services, account)) || (await place.wantsLevel())) return undefined
  return services.config.factors.trustedBrowserMs / DAY_MS
}

/** After a code of the app, or a passkey. */
export async function trustIfTicked(
  services: SignInServices,
  place: Place,
  { proof, account }: Proven,
): Promise<void> {
  const { ctx } = place
  if (formOf(ctx)['trust'] !== 'yes' || (await trustDays(services, place, account)) === undefined) return
  const secret = services.trustedCookie.ensure(ctx)
  const browser = browserName(ctx.get('User-Agent'))
  await trustBrowser(services, { proof, secret, browser, ip: requestState(ctx).clientIp ?? '' })
}

/** Whether a code by mail is offered. */
export async function offersMail(
  services: SignInServices,
  place: Place,
  { proof, account }: Proven,
): Promise<boolean> {
  return (await mayUseMailedFactor(services, proof, account)) && !(await place.wantsLevel())
}

/** The code that was mailed to this person for this request. */
export function mailedFor(
  services: SignInServices,
  { ctx, of }: Place,
  { accountId }: PasswordProof,
): MailedCode | undefined {
  const kept = services.mailed.read(ctx, of)
  return kept?.purpose === 'second_factor' && kept.accountId === accountId ? kept : undefined
}

/** Mails a code. `refused`: this sign-in takes none. Throws `AppError('too_many_requests', 429)`. */
export async function mailCode(
  services: SignInServices,
  place: Place,
  proven: Proven,
): Promise<'mailed' | 'limited' | 'refused'> {
  if (!(await offersMail(services, place, proven))) return 'refused'
  const { ctx, of } = place
  const ip = requestState(ctx).clientIp ?? ''
  const mailed = await requestMailedFactor(services, { proof: proven.proof, ip })
  if (mailed === undefined) return 'refused'
  if (mailed === 'limited') return mailed
  services.mailed.write(ctx, of, mailed)
  return 'mailed'
}

/** Checks the code of the mail. */
export async function finishWithMail(
  services: SignInServices,
  place: Place,
  proven: Proven,
  code: string,
): Promise<FinishedByMail> {
  const { ctx, of, client } = place
  const kept = mailedFor(services, place, proven.proof)
  if (!(await offersMail(services, place, proven))) return { ok: false, reason: 'over' }
  if (!kept) return { ok: false, reason: 'used_up' }
  const ip = requestState(ctx).clientIp ?? ''
  const from = originOf(ctx, client)
  const result = await finishByMail(services, { proof: proven.proof, kept, code, ip, from })
  if (result.ok || result.reason === 'used_up') services.mailed.clear(ctx, of)
  return result
}
