/** The way in without a password: the passkey button of the sign-in page, and what it sends. */
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Said } from '../../interaction/next-page.ts'
import type { Interaction } from '../../interaction/open-interaction.ts'
import { browserOf, PASSKEY_REFUSED, passkeyForm } from '../../passkeys/passkey-form.ts'
import type { PasskeyForm } from '../../passkeys/passkey-form.ts'
import type { FinishedSignIn } from '../../interaction/session-changes.ts'
import { readAssertion } from '../../passkeys/answers.ts'
import { unknownPasskey } from '../../passkeys/signals.ts'
import { signInWithPasskey } from '../../passkeys/sign-in.ts'
import { wantsPasskey } from '../../provider/requests/authentication-levels.ts'
import { originOf } from '../../interaction/signed-in-browser.ts'
import type { SignInServices } from './browser-memory.ts'

/** `refused`: for the form. `check`: a code by mail comes first. With none of them, the browser remembers the password, and the code is next. */
export type Attempt = { finished?: FinishedSignIn; refused?: Said; check?: Said }

/** Offered in the field of the address as well, where the browser can. */
export function signInPasskey(
  services: SignInServices,
  ctx: AnyContext,
  action: string,
): PasskeyForm | undefined {
  const look = { action, label: 'passkey-sign-in', autofill: true, plain: true }
  return passkeyForm(services, { purpose: 'sign-in', browser: browserOf(ctx) }, look)
}

/** `response`: what the form sent. */
export async function attemptPasskey(
  services: SignInServices,
  ctx: AnyContext,
  { response, client }: { response: string; client?: string | undefined },
): Promise<Attempt> {
  const done = await signInWithPasskey(services, {
    response,
    browser: browserOf(ctx),
    ip: requestState(ctx).clientIp ?? '',
    from: originOf(ctx, client),
  })
  if (done.ok) return { finished: done }
  const reason = done.reason === 'over' ? 'refused' : done.reason
  const errors = { '': PASSKEY_REFUSED[reason] }
  const values = unknownPasskey(reason === 'unknown' ? readAssertion(response)?.id : undefined)
  return { refused: { errors, ...(values.unknownPasskey && { values }) } }
}

/** The person signed in, and the app asks for more than that: only a passkey is enough. */
export function needsPasskey({ prompt, params, session }: Interaction): boolean {
  const isAgain = session?.accountId !== undefined && prompt.reasons.includes('authentication_level')
  return isAgain && wantsPasskey(params)
}
