/** The settings of second factors: part of the list in settings.ts. */
import type { z } from 'zod'
import { DAY_MS, MINUTE_MS } from '../platform/clock.ts'
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
  username_sign_in: flag().default(true).meta({
    group: 'Accounts',
    description: 'Lets people sign in by their user name as well; false: by their address alone.',
  }),
  email_sign_in: flag().default(false).meta({
    group: 'Accounts',
    description: 'Lets people sign in by a code from a mail instead of the password; never administrators.',
  }),
  email_second_factor: flag().default(false).meta({
    group: 'Accounts',
    description:
      'Lets people take a code from a mail where they have no access to their second factor; never administrators.',
  }),
  trusted_browser_days: integer(0, 30).default(0).meta({
    group: 'Accounts',
    description:
      'How long a browser that its owner trusts is not asked for the second step; 0 lets nobody trust one.',
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
  username_sign_in: boolean
  email_sign_in: boolean
  email_second_factor: boolean
  trusted_browser_days: number
}

export function factorConfig(given: FactorSettings, issuer: string) {
  return {
    passkeys: passkeyConfig(given, issuer),
    requireSecondFactor: given.require_second_factor,
    usernameSignIn: given.username_sign_in,
    emailSignIn: given.email_sign_in,
    emailSecondFactor: given.email_second_factor,
    trustedBrowserMs: given.trusted_browser_days * DAY_MS,
    factorResetDelayMs: given.factor_reset_delay_minutes * MINUTE_MS,
  }
}
