/** The fields that people may change themselves. This schema drops all other fields of an account. */
import { updateAccountIfDifferent } from '../account-cache/changed-account.ts'
import { z } from 'zod'
import { recordAudit } from '../audit/audit.ts'
import { isDuplicate } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import { knownTimeZone, LONGEST_TIME_ZONE } from '../words/time-zone.ts'
import { foldUsername, usernameTaken } from './folded-username.ts'
import { isOneWriting } from '../words/writing.ts'

/** One line of text, without marks that change the order of letters. The limit counts letters, not bytes. */
export const oneLine = (max: number) =>
  z
    .string()
    .max(4 * max, { error: 'too_long', abort: true })
    .trim()
    .normalize('NFC')
    .refine((text) => Array.from(text).length <= max, { error: 'too_long' })
    .refine((text) => !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(text), {
      error: 'control_character',
    })

// Names appear in mails to addresses that are not proven yet: with an address in them they would carry spam.
const name = oneLine(100).refine((text) => !/:\/\/|\bwww\./i.test(text), { error: 'contains_link' })

/** Also of people who had it elsewhere: their names come as they are. */
export const broughtUsername = oneLine(64).refine((text) => /^[\p{L}\p{M}\p{N}._-]+$/u.test(text), {
  error: 'malformed',
})

const username = broughtUsername.refine(isOneWriting, { error: 'mixed_scripts' })

const locale = z
  .string()
  .max(35, { abort: true })
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'malformed')

const zoneinfo = z
  .string()
  .max(LONGEST_TIME_ZONE, { abort: true })
  .transform((name, context) => {
    const known = knownTimeZone(name)
    if (known === undefined) context.addIssue({ code: 'custom', message: 'unknown_time_zone' })
    return known ?? z.NEVER
  })

export const profileSchema = z.object({
  name: name.optional(),
  givenName: name
    .transform((text) => text || null)
    .nullable()
    .optional(),
  familyName: name
    .transform((text) => text || null)
    .nullable()
    .optional(),
  username: username.nullable().optional(),
  locale: locale.nullable().optional(),
  zoneinfo: zoneinfo.nullable().optional(),
})

export type Profile = z.infer<typeof profileSchema>

/** More UTF-16 units than any name that is accepted: a limit for forms, before the name is looked at. */
export const LONGEST_NAME = 400

/** What a page says of a name that is refused. */
export const NAME_PROBLEM_MESSAGE = 'problem-name'

/** The same in English, for programs. */
export const NAME_PROBLEM_TEXT = 'Use a plain name without links, up to 100 characters.'

/** The fields that are refused, each with the reason, in English. */
export function profileFaults({ issues }: z.ZodError): string {
  const faults = issues.map(({ path, message }) => `${path.join('.')} (${message.replaceAll('_', ' ')})`)
  return `The profile is not valid: ${faults.join(', ')}.`
}

/**
 * Changes the given fields and no others; unknown ones (`roles`, `email_verified`, …) are dropped.
 * If every value is as before, it changes and records nothing. Throws a ZodError when a value is not valid, and
 * `AppError('username_taken', 409)`. Answers false when there is no such account. Takes a transaction.
 */
export async function updateProfile(
  sql: Sql,
  accountId: string,
  profile: Profile,
  nowMs: number,
  by: { actor: string; ip?: string | undefined },
): Promise<boolean> {
  const allowed = profileSchema.parse(profile)
  const changed = await write(sql, accountId, allowed, nowMs)
  if (changed === 0) return (await sql('accounts').where({ id: accountId }).first('id')) !== undefined
  const detail = { fields: Object.keys(allowed) }
  await recordAudit(sql, { ...by, atMs: nowMs, action: 'account.changed', accountId, detail })
  return true
}

async function write(sql: Sql, id: string, profile: Profile, nowMs: number): Promise<number> {
  const { username } = profile
  const usernameCanonical = username ? foldUsername(username) : username
  const values = Object.entries({ ...profile, usernameCanonical }).flatMap(
    ([name, value]): [string, string | null][] => (value === undefined ? [] : [[name, value]]),
  )
  try {
    return await updateAccountIfDifferent(sql, id, Object.fromEntries(values), nowMs)
  } catch (error) {
    throw isDuplicate(error) ? usernameTaken(error) : error
  }
}
