/**
 * What was typed by somebody who had not proven the mailbox. A person who registers an address need not own it, so the name
 * travels with the mail of its request, as the password does. It becomes the account's only together with that password.
 */
import { updateAccount } from '../account-cache/changed-account.ts'
import { z } from 'zod'
import type { Sql } from '../platform/sql/database.ts'
import { claimUsername } from './username.ts'
import { isVerified } from './account.ts'
import type { Account } from './account.ts'
import { termsColumns } from './terms.ts'

/** What one registration request says of its person. */
export type TypedProfile = z.infer<typeof typedProfile>

const typedProfile = z.object({
  /** The address as this request spells it. */
  email: z.string(),
  name: z.string(),
  username: z.string().nullable(),
  locale: z.string().nullable(),
  /** Of the registration, not of the person: it is not written into the account. */
  invitationId: z.string().optional(),
  /** What its person accepted. */
  terms: z.object({ version: z.string(), atMs: z.number() }).optional(),
})

export function writeProfile(profile: TypedProfile): string {
  return JSON.stringify(profile)
}

/** Nothing where the request was not kept, or is of a release that kept none. */
export function readProfile(stored: string | null): TypedProfile | undefined {
  return stored === null ? undefined : typedProfile.parse(JSON.parse(stored))
}

/**
 * Of a person who proves the mailbox, but none of the passwords chosen so far: the name they give now, and nothing that
 * was typed before. What an operator wrote stays, unless they give another name.
 */
export function provenProfile(account: Account, name: string | undefined): TypedProfile {
  const { email, selfRegistered } = account
  if (selfRegistered) return { email, name: name ?? '', username: null, locale: null }
  return { email, name: name || account.name, username: account.username, locale: account.locale }
}

/** How a mail addresses an account: without a name, language or time zone that a stranger may have chosen. */
export function greeted(account: Account): Account {
  if (isVerified(account) || !account.selfRegistered) return account
  return { ...account, name: '', locale: null, zoneinfo: null }
}

/** Puts the owner's profile in the place of the one that somebody filled in, and forgets their picture and what they allowed apps. */
export async function replaceUnproven(
  trx: Sql,
  { id: accountId, selfRegistered }: Pick<Account, 'id' | 'selfRegistered'>,
  profile: TypedProfile | undefined,
  nowMs: number,
): Promise<void> {
  await trx('consents').where({ accountId }).delete()
  const pictures = await trx('account_pictures').where({ accountId }).delete()
  if (!profile) {
    if (pictures > 0) await updateAccount(trx, { id: accountId }, { updatedAtMs: nowMs })
    return
  }
  const { username, invitationId: _invitation, terms, ...rest } = profile
  // The rest of a profile is filled in on pages, by somebody who signed in with a password that nobody proved.
  const others = selfRegistered ? { givenName: null, familyName: null, zoneinfo: null } : {}
  const named = {
    username: null,
    usernameCanonical: null,
    ...others,
    ...rest,
    ...termsColumns(terms),
    updatedAtMs: nowMs,
  }
  await updateAccount(trx, { id: accountId }, named)
  await claimUsername(trx, accountId, username)
}
