/** The settings of second factors: part of the list in settings.ts. */
import type { z } from 'zod'
import { MINUTE_MS } from '../platform/clock.ts'
import { flag, integer, requiredFor } from './kinds/setting-kinds.ts'
import type { RequiredFor } from './kinds/setting-kinds.ts'
import { passkeyConfig } from './passkey-settings.ts'
import type { PasskeySettings } from './passkey-settings.ts'

export const factorSettings = {
  require_second_factor: requiredFor().default({ everybody: false, roles: [], groups: [] }).meta({
    group: 'Accounts',
    description:
      'Who needs a second factor. Anybody of them without one sets it up in the sign-in, before anything else.',
  }),
  email_sign_in: flag().default(false).meta({
    group: 'Accounts',
    description: 'Lets people sign in by a code from a mail instead of the password; never administrators.',
  }),
  factor_reset_delay_minutes: integer(0, 43_200).default(1440).meta({
    group: 'Accounts',
    description:
      'How long a reset of second factors by an operator waits, so that the owner can stop it; 0 resets at once.',
  }),
} satisfies Record<string, z.ZodType>

type FactorSettings = PasskeySettings & {
  require_second_factor: RequiredFor
  factor_reset_delay_minutes: number
  email_sign_in: boolean
}

export function factorConfig(given: FactorSettings, issuer: string) {
  return {
    passkeys: passkeyConfig(given, issuer),
    requireSecondFactor: given.require_second_factor,
    emailSignIn: given.email_sign_in,
    factorResetDelayMs: given.factor_reset_delay_minutes * MINUTE_MS,
  }
}
