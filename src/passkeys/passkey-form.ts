/** The form that asks a browser for a passkey, as the partial `passkey` shows it, and what it sends back. */
import { formOf, requestState } from '../http/request/request-state.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import type { ChallengePlace } from './challenges.ts'
import { requestOptions } from './options.ts'
import type { CreationOptions } from './options.ts'
import type { Passkey } from '../accounts/passkeys/passkey.ts'
import type { Refusal } from './using.ts'
import type { Services } from '../services.ts'

export type PasskeyForm = {
  kind: 'get' | 'create'
  action: string
  /** JSON, for the script. */
  options: string
  state?: string
  /** A text of the catalogue. */
  label: string
  autofill?: boolean
  plain?: boolean
  /** For how many days this browser may be trusted, where that is asked here. */
  trust?: number | undefined
}

/** The passkey button inside a larger form, as the partial `passkey-part` shows it. */
export type PasskeyPart = Pick<PasskeyForm, 'kind' | 'options' | 'state' | 'label'>

type Look = Pick<PasskeyForm, 'action' | 'label' | 'autofill' | 'plain' | 'trust'>

/** Nothing where this server has no passkeys. Without `passkeys` any passkey of this server will do. */
export function passkeyForm(
  services: Pick<Services, 'config' | 'clock'>,
  place: ChallengePlace,
  look: Look,
  passkeys?: readonly Passkey[],
): PasskeyForm | undefined {
  const options = requestOptions(services, place, passkeys)
  return options && { ...look, kind: 'get', options: JSON.stringify(options) }
}

export function newPasskeyForm({ options, state }: CreationOptions, look: Look): PasskeyForm {
  return { ...look, kind: 'create', options: JSON.stringify(options), state }
}

/** What the form sent: undefined for another form of the same page. */
export function sentPasskey(ctx: AnyContext): string | undefined {
  return formOf(ctx)['passkey'] || undefined
}

/** What the passkey button of a larger form sent: undefined where its other button was pressed. */
export function passkeyPartOf(ctx: AnyContext): string | undefined {
  const { with: way, passkey = '' } = formOf(ctx)
  return way === 'passkey' ? passkey : undefined
}

/** What binds a challenge to this browser. */
export function browserOf(ctx: AnyContext): string {
  return requestState(ctx).csrfToken ?? ''
}

/** The text for a passkey that was refused. */
export const PASSKEY_REFUSED: Record<Refusal, string> = {
  expired: 'passkey-expired',
  unknown: 'passkey-unknown',
  disabled: 'passkey-disabled',
  waits: 'register-waiting-sign-in',
  unconfirmed: 'passkey-waits-for-email',
  refused: 'passkey-refused',
}
