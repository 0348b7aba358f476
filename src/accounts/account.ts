/**
 * An account: one person, known to relying parties by `id` (the `sub` of OpenID Connect) and to themselves by an
 * e-mail address. Owns the row and its claims. Passwords, links, sessions and roles are nouns of their own beside it.
 */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { updateAccount } from '../account-cache/changed-account.ts'
import type { CachedAccount } from '../account-cache/known-account.ts'
import { searchColumns } from '../account-cache/search-columns.ts'
import type { Sql } from '../platform/sql/database.ts'
import { lookupEmail, parseEmail } from '../platform/email.ts'
import { foldUsername } from './folded-username.ts'
import { pictureAddress } from './picture-address.ts'
import { profileFaults, profileSchema } from './profile.ts'
import { AppError } from '../platform/errors.ts'

export type Account = {
  /** Never reused, also not after deletion (OpenID Connect Core §8). */
  id: string
  /** As typed: what mail is sent to. */
  email: string
  /** What the account is found by; unique. */
  emailCanonical: string
  name: string
  givenName: string | null
  familyName: string | null
  username: string | null
  locale: string | null
  /** The IANA name of its time zone. */
  zoneinfo: string | null
  /** PHC string, or null when no password was ever set. */
  passwordHash: string | null
  emailVerifiedAtMs: number | null
  /** Registered on the page by somebody who had not proven the mailbox then, and not added by an operator. */
  selfRegistered: boolean
  disabledAtMs: number | null
  /** An operator knows the password. The person chooses another one at the next sign-in. */
  newPasswordDue: boolean
  /** The person sets up a second factor at the next sign-in. */
  secondFactorDue: boolean
  /** The version of the terms and of the privacy notice that the person accepted last. */
  termsVersion: string | null
  termsAcceptedAtMs: number | null
  /** When it is deleted, at its owner's wish. A sign-in before cancels that. */
  deleteAtMs: number | null
  passwordChangedAtMs: number | null
  /** A session or token that began earlier is void. */
  sessionsValidFromMs: number
  createdAtMs: number
  updatedAtMs: number
  /** Of its picture, which has a table of its own. */
  pictureId: string | null
}

/** Without what other tables have. */
export type AccountRow = Omit<Account, 'pictureId'>

/** Of the row itself. `accountColumns` is what an account is read by. */
export const ACCOUNT_COLUMNS = [
  'id',
  'email',
  'emailCanonical',
  'name',
  'givenName',
  'familyName',
  'username',
  'locale',
  'zoneinfo',
  'passwordHash',
  'emailVerifiedAtMs',
  'selfRegistered',
  'disabledAtMs',
  'newPasswordDue',
  'secondFactorDue',
  'termsVersion',
  'termsAcceptedAtMs',
  'deleteAtMs',
  'passwordChangedAtMs',
  'sessionsValidFromMs',
  'createdAtMs',
  'updatedAtMs',
] as const

/** Everything of an account, for a query of `accounts`. */
export function accountColumns(sql: Sql): (string | Knex.QueryBuilder)[] {
  const picture = sql('account_pictures')
    .where('account_pictures.accountId', sql.ref('accounts.id'))
    .select('account_pictures.id')
    .as('pictureId')
  return [...ACCOUNT_COLUMNS.map((column) => `accounts.${column}`), picture]
}

/** The version of the terms that a person accepted, and when. */
export type AcceptedTerms = { version: string; atMs: number }

export type NewAccount = {
  email: string
  name?: string | undefined
  givenName?: string | null | undefined
  familyName?: string | null | undefined
  username?: string | null | undefined
  locale?: string | null | undefined
  zoneinfo?: string | null | undefined
  passwordHash: string | null
  verified?: boolean
  selfRegistered?: boolean
  /** Both at the next sign-in. */
  newPasswordDue?: boolean
  secondFactorDue?: boolean
  terms?: AcceptedTerms | undefined
}

/**
 * Inserts an account. A second one with the same canonical address, or user name, violates a unique index (`isDuplicate`).
 * Throws `AppError('email_invalid' | 'profile_invalid', 422)`.
 */
export async function createAccount(sql: Sql, given: NewAccount, nowMs: number): Promise<Account> {
  const parsed = parseEmail(given.email)
  if (!parsed.ok) throw new AppError('email_invalid', 422, 'The e-mail address is not valid.')
  const { typed, canonical } = parsed.email
  const row = {
    id: randomUUID(),
    email: typed,
    emailCanonical: canonical,
    ...checkedProfile(given),
    passwordHash: given.passwordHash,
    emailVerifiedAtMs: given.verified ? nowMs : null,
    selfRegistered: given.selfRegistered ?? false,
    disabledAtMs: null,
    newPasswordDue: given.newPasswordDue ?? false,
    secondFactorDue: given.secondFactorDue ?? false,
    termsVersion: given.terms?.version ?? null,
    termsAcceptedAtMs: given.terms?.atMs ?? null,
    deleteAtMs: null,
    passwordChangedAtMs: given.passwordHash === null ? null : nowMs,
    sessionsValidFromMs: nowMs,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
  const usernameCanonical = row.username === null ? null : foldUsername(row.username)
  await sql('accounts').insert({ ...row, usernameCanonical, ...searchColumns(row) })
  return { ...row, pictureId: null }
}

function checkedProfile(given: NewAccount) {
  const { name = '', givenName = null, familyName = null } = given
  const { username = null, locale = null, zoneinfo = null } = given
  const profile = { name, givenName, familyName, username, locale, zoneinfo }
  const { data, error } = profileSchema.safeParse(profile)
  if (error) throw new AppError('profile_invalid', 422, profileFaults(error), { cause: error })
  return { ...profile, ...data }
}

export async function findAccountById(sql: Sql, id: string): Promise<Account | undefined> {
  return sql<Account>('accounts')
    .where({ id })
    .first(...accountColumns(sql))
}

/** Finds by any spelling of the address. */
export async function findAccountByEmail(sql: Sql, email: string): Promise<Account | undefined> {
  return sql<Account>('accounts')
    .where({ emailCanonical: lookupEmail(email) })
    .first(...accountColumns(sql))
}

/**
 * The same row, locked until the transaction ends: every change that reads an account first begins with this, so that
 * changes of one account follow one another. (SQLite has one writer anyway.)
 */
export async function lockAccount(trx: Sql, id: string): Promise<Account | undefined> {
  return trx<Account>('accounts')
    .where({ id })
    .forUpdate()
    .first(...accountColumns(trx))
}

/** @throws AppError 404 `account_not_found` */
export function existing(account: Account | undefined): Account {
  if (account) return account
  throw accountNotFound()
}

export function accountNotFound(): AppError {
  return new AppError('account_not_found', 404, 'There is no account with this id.')
}

/**
 * Notes that the mailbox was proven, if it is still the account's: the proof of an earlier address proves nothing.
 * Answers false when it is another one by now.
 */
export async function markVerified(
  sql: Sql,
  id: string,
  emailCanonical: string,
  nowMs: number,
): Promise<boolean> {
  const verifiedAtMs = sql.raw('coalesce(??, ?)', ['emailVerifiedAtMs', nowMs])
  const values = { emailVerifiedAtMs: verifiedAtMs, updatedAtMs: nowMs }
  const changed = await updateAccount(sql, { id, emailCanonical }, values)
  return changed === 1
}

export function isVerified(account: Pick<Account, 'emailVerifiedAtMs'>): boolean {
  return account.emailVerifiedAtMs !== null
}

export type AccountClaims = {
  sub: string
  email: string
  email_verified: boolean
  name?: string
  given_name?: string
  family_name?: string
  /** The user name or, for an account without, the address: apps show it and expect it to be there. */
  preferred_username?: string
  /** Absolute: ours, never one that somebody typed. */
  picture?: string
  locale?: string
  zoneinfo?: string
  /** Empty without any: apps look into the list without a question whether it is there. */
  groups: readonly string[]
  /** Empty without any, likewise. */
  roles: readonly string[]
  /** Seconds since the epoch. */
  updated_at: number
}

/** The standard claims of an account (OpenID Connect Core §5.1) with its groups and roles; those without a value are left out (§5.3.2). */
export function claimsOf(account: CachedAccount, site: { issuer: string }): AccountClaims {
  const { givenName, familyName, pictureId } = account
  const name = account.name || [givenName, familyName].filter(Boolean).join(' ')
  return {
    sub: account.id,
    email: account.email,
    email_verified: isVerified(account),
    ...(name && { name }),
    ...(givenName && { given_name: givenName }),
    ...(familyName && { family_name: familyName }),
    preferred_username: account.username ?? account.email,
    ...(pictureId && { picture: pictureAddress(site, pictureId) }),
    ...(account.locale && { locale: account.locale }),
    ...(account.zoneinfo && { zoneinfo: account.zoneinfo }),
    groups: account.groups,
    roles: account.roles,
    updated_at: Math.floor(account.updatedAtMs / 1000),
  }
}
