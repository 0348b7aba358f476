/** How long accounts and mailed links live. */
import type { z } from 'zod'
import { DAY_MS, MINUTE_MS } from '../platform/clock.ts'
import { flag, integer } from './kinds/setting-kinds.ts'

export const accountLifeSettings = {
  activation_expire_minutes: integer(5, 2880)
    .default(2880)
    .meta({ group: 'Accounts', description: 'Lifetime of an activation link.' }),
  reset_expire_minutes: integer(5, 60)
    .default(60)
    .meta({ group: 'Accounts', description: 'Lifetime of a password reset link.' }),
  unverified_account_expire_minutes: integer(5, 525_600).default(2880).meta({
    group: 'Accounts',
    description: 'An account without a confirmed address is deleted after this long.',
  }),
  account_deletion_days: integer(1, 90).default(14).meta({
    group: 'Accounts',
    description: 'How long an account that its owner deletes can still be kept, by signing in.',
  }),
  picture_limit_mib: integer(0, 20).default(5).meta({
    group: 'Accounts',
    description:
      'The largest picture that may be uploaded, of a person or as the logo of an app, in MiB. 0: none.',
  }),
  unverified_accounts_may_authorize: flag().default(false).meta({
    group: 'Accounts',
    description: 'Lets people sign in to apps before their address is confirmed.',
  }),
}

type Life = { [Name in keyof typeof accountLifeSettings]: z.output<(typeof accountLifeSettings)[Name]> }

export function accountLife(given: Life) {
  return {
    activationExpireMs: given.activation_expire_minutes * MINUTE_MS,
    resetExpireMs: given.reset_expire_minutes * MINUTE_MS,
    unverifiedAccountExpireMs: given.unverified_account_expire_minutes * MINUTE_MS,
    accountDeletionMs: given.account_deletion_days * DAY_MS,
    pictureLimitBytes: given.picture_limit_mib * 1024 * 1024,
    unverifiedAccountsMayAuthorize: given.unverified_accounts_may_authorize,
  }
}
