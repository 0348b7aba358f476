/** A session as the API shows it. */
import { z } from 'zod'
import type { AccountSession } from '../sessions/account-sessions.ts'
import { browserName } from '../sessions/browser-name.ts'
import { timeOf } from './shown-account.ts'

export const shownSession = z
  .object({
    id: z.string().describe('Names the session, and opens nothing.'),
    browser: z.string().describe('As people know it: Firefox on Linux.'),
    user_agent: z.string(),
    ip: z.string(),
    amr: z
      .array(z.string())
      .describe('How the person signed in, as RFC 8176 names it. Empty where that is not known.'),
    created_at: z.iso.datetime(),
    last_seen_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    current: z.boolean().describe('The token belongs to this session.'),
  })
  .meta({ title: 'Session' })

export function showSession(one: AccountSession): Omit<z.output<typeof shownSession>, 'current'> {
  return {
    id: one.uid,
    browser: browserName(one.userAgent),
    user_agent: one.userAgent,
    ip: one.ip,
    amr: one.amr?.split(' ') ?? [],
    created_at: timeOf(one.createdAtMs),
    last_seen_at: timeOf(one.lastSeenAtMs),
    expires_at: timeOf(one.expiresAtMs),
  }
}
