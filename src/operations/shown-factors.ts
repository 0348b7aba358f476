/** The second factors of an account as the API shows them. */
import { z } from 'zod'
import { pendingReset } from '../factors/factor-resets.ts'
import { factorsOf } from '../factors/factors.ts'
import { passkeysOf } from '../accounts/passkeys/passkey.ts'
import type { Passkey } from '../accounts/passkeys/passkey.ts'
import type { Sql } from '../platform/sql/database.ts'
import { timeOf } from './shown-account.ts'

export const shownFactors = z
  .object({
    totp: z
      .object({ confirmed_at: z.iso.datetime(), last_used_at: z.iso.datetime().nullable() })
      .nullable()
      .describe('The authenticator app.'),
    passkeys: z
      .array(
        z.object({
          id: z.string(),
          name: z.string(),
          synced: z.boolean().describe('Can be on several devices of the person.'),
          created_at: z.iso.datetime(),
          last_used_at: z.iso.datetime().nullable(),
        }),
      )
      .describe('The oldest first.'),
    recovery_codes: z
      .object({ left: z.int().describe('How many are unused.'), made_at: z.iso.datetime() })
      .nullable(),
    reset: z
      .object({ requested_at: z.iso.datetime(), due_at: z.iso.datetime() })
      .nullable()
      .describe('The reset of all factors that waits, so that the owner can stop it.'),
  })
  .meta({ title: 'Factors' })

export async function showFactors(sql: Sql, accountId: string): Promise<z.output<typeof shownFactors>> {
  const reset = await pendingReset(sql, accountId)
  const { totp, recoveryCodesLeft: left, recoveryCodesMadeAtMs: madeAtMs } = await factorsOf(sql, accountId)
  return {
    totp: totp
      ? { confirmed_at: timeOf(totp.confirmedAtMs), last_used_at: timeOrNull(totp.lastUsedAtMs) }
      : null,
    passkeys: (await passkeysOf(sql, accountId)).map(showPasskey),
    recovery_codes: madeAtMs === null ? null : { left, made_at: timeOf(madeAtMs) },
    reset: reset ? { requested_at: timeOf(reset.requestedAtMs), due_at: timeOf(reset.dueAtMs) } : null,
  }
}

export function showPasskey({ id, name, synced, createdAtMs, lastUsedAtMs }: Passkey) {
  return {
    id,
    name,
    synced,
    created_at: timeOf(createdAtMs),
    last_used_at: timeOrNull(lastUsedAtMs),
  }
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : timeOf(ms)
}
