/** Asks the rules of this server about an account of another one: a row of ours, or why it is refused. */
import { randomUUID } from 'node:crypto'
import type { AccountRow } from '../accounts/account.ts'
import { foldUsername } from '../accounts/folded-username.ts'
import { broughtUsername, profileSchema } from '../accounts/profile.ts'
import { parseEmail } from '../platform/email.ts'
import type { EmailProblem } from '../platform/email.ts'
import type { HashKind } from '../passwords/scheme.ts'
import type { Incoming } from './incoming.ts'

export type Refusal = { code: string; why: string }

export type Judged = {
  row: AccountRow
  /** Null without a user name, or where another account has it: then it is shown, and nobody signs in by it. */
  usernameCanonical: string | null
  hasOwnId: boolean
  kind: HashKind | 'none'
}

export type JudgeOptions = {
  nowMs: number
  /** Every address counts as confirmed where the file does not say. */
  verified: boolean
  /** Imports an account without its password when this server cannot verify the hash. */
  withoutUnknownHashes: boolean
}

const EMAIL_WHY: Record<EmailProblem, string> = {
  missing: 'it has no e-mail address',
  control_character: 'the e-mail address has characters that are not allowed',
  malformed: 'the e-mail address is not complete',
  too_long: 'the e-mail address is too long',
}

/** Ids of other systems: numbers, UUIDs, `auth0|…`. */
const ID = /^[\w.~|:+=-]{1,36}$/

export function judge(given: Incoming, options: JudgeOptions): Judged | Refusal {
  const email = parseEmail(given.email ?? '')
  if (!email.ok)
    return {
      code: email.problem === 'missing' ? 'email_missing' : 'email_invalid',
      why: EMAIL_WHY[email.problem],
    }
  if (given.id !== undefined && !ID.test(given.id))
    return { code: 'id_invalid', why: 'the id is not 1 to 36 letters, digits or signs of . ~ | : + = _ -' }
  const profile = profileOf(given)
  if ('code' in profile) return profile
  const { hash } = given
  if (hash?.ok === false && !options.withoutUnknownHashes) return { code: hash.code, why: hash.why }
  const passwordHash = hash?.ok ? hash.stored : null
  const row = {
    id: given.id ?? randomUUID(),
    email: email.email.typed,
    emailCanonical: email.email.canonical,
    ...profile,
    passwordHash,
    deleteAtMs: given.own?.deleteAtMs ?? null,
    ...momentsOf(given, options, passwordHash !== null),
  }
  return {
    row,
    usernameCanonical:
      row.username === null || given.own?.usernameSignsIn === false ? null : foldUsername(row.username),
    hasOwnId: given.id !== undefined,
    kind: hash?.ok ? hash.kind : 'none',
  }
}

const WHOLE_PROFILE = profileSchema.required().extend({ username: broughtUsername.nullable() })

type Profile = Pick<AccountRow, 'name' | 'givenName' | 'familyName' | 'username' | 'locale' | 'zoneinfo'>

function profileOf(given: Incoming): Profile | Refusal {
  const { name = '', givenName, familyName, username, locale, zoneinfo } = given
  const profile = WHOLE_PROFILE.safeParse({
    name,
    givenName: givenName ?? null,
    familyName: familyName ?? null,
    username: username ?? null,
    locale: locale ?? null,
    zoneinfo: zoneinfo ?? null,
  })
  if (profile.success) return profile.data
  const [issue] = profile.error.issues
  const why = `${issue?.path.join('.') ?? 'the profile'} is not valid: ${issue?.message.replaceAll('_', ' ')}`
  return { code: 'profile_invalid', why }
}

function momentsOf(given: Incoming, { nowMs, verified }: JudgeOptions, hasPassword: boolean) {
  const { own } = given
  // A clock of another system may be ahead; our own export comes back as it was.
  const createdAtMs = own ? (given.createdAtMs ?? nowMs) : Math.min(given.createdAtMs ?? nowMs, nowMs)
  const isVerified = given.emailVerified ?? verified
  return {
    emailVerifiedAtMs: own?.emailVerifiedAtMs ?? (isVerified ? createdAtMs : null),
    selfRegistered: own?.selfRegistered ?? false,
    newPasswordDue: own?.newPasswordDue ?? false,
    secondFactorDue: own?.secondFactorDue ?? false,
    termsVersion: own?.termsVersion ?? null,
    termsAcceptedAtMs: own?.termsAcceptedAtMs ?? null,
    disabledAtMs: own?.disabledAtMs ?? (given.disabled ? nowMs : null),
    passwordChangedAtMs: own ? (own.passwordChangedAtMs ?? null) : hasPassword ? createdAtMs : null,
    sessionsValidFromMs: own?.sessionsValidFromMs ?? nowMs,
    createdAtMs,
    updatedAtMs: own?.updatedAtMs ?? nowMs,
  }
}
