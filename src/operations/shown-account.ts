/** An account as the API shows it: with the names of the standard claims (OpenID Connect Core §5.1). Times are RFC 3339. */
import { z } from 'zod'
import type { CachedAccount, KnownAccount } from '../account-cache/known-account.ts'
import { pictureAddress } from '../accounts/picture-address.ts'
import { profileSchema } from '../accounts/profile.ts'
import type { Profile } from '../accounts/profile.ts'
import { accountFields } from '../events/account-snapshot.ts'
import { AppError } from '../platform/errors.ts'

export const shownAccount = z
  .object({
    id: z.string().describe('The `sub` of the account. Never changes, never used again.'),
    email: z.string(),
    email_verified: z.boolean(),
    name: z.string(),
    given_name: z.string().nullable(),
    family_name: z.string().nullable(),
    username: z.string().nullable(),
    locale: z.string().nullable().describe('A language tag (BCP 47).'),
    zoneinfo: z.string().nullable().describe('The IANA name of a time zone.'),
    picture: z.url().nullable().describe('A WebP of 512 × 512. Anybody may open it.'),
    disabled: z.boolean(),
    delete_at: z.iso
      .datetime()
      .nullable()
      .describe('When it is deleted, at its owner’s wish. A sign-in before then keeps it.'),
    terms_version: z.string().nullable().describe('The version of the terms that the person accepted last.'),
    terms_accepted_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({
    title: 'Account',
    examples: [
      {
        id: 'b1f4c2e0-5f0b-4c57-9a4e-0f8f0d1f4c11',
        email: 'ann@example.com',
        email_verified: true,
        name: 'Ann Lee',
        given_name: 'Ann',
        family_name: 'Lee',
        username: null,
        locale: 'en',
        zoneinfo: 'Europe/Berlin',
        picture: 'https://accounts.example.com/picture/4f1d2c3b4a5968778695a4b3c2d1e0ff',
        disabled: false,
        delete_at: null,
        terms_version: '2026-01',
        terms_accepted_at: '2026-01-05T09:30:00.000Z',
        created_at: '2026-01-05T09:30:00.000Z',
        updated_at: '2026-01-05T09:30:00.000Z',
      },
    ],
  })

export type ShownAccount = z.output<typeof shownAccount>

type WithPicture = KnownAccount & Pick<CachedAccount, 'pictureId'>

export function showAccount(site: { issuer: string }, account: WithPicture): ShownAccount {
  const { pictureId } = account
  return { ...accountFields(account), picture: pictureId === null ? null : pictureAddress(site, pictureId) }
}

/** RFC 3339 in UTC. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}

const fields = {
  name: z.string().max(400),
  given_name: z.string().max(400).nullable(),
  family_name: z.string().max(400).nullable(),
  username: z.string().max(256).nullable(),
  locale: z.string().max(35).nullable(),
  zoneinfo: z.string().max(64).nullable(),
}

/** What a profile change may name; the rest stays as it is. */
export const profileChanges = z.strictObject(fields).partial()

/** The same fields by the account's own names for them. */
function profileOf({ given_name, family_name, ...same }: z.output<typeof profileChanges>) {
  return {
    ...same,
    ...(given_name !== undefined && { givenName: given_name }),
    ...(family_name !== undefined && { familyName: family_name }),
  }
}

/** @throws AppError 400 `invalid_request`, with the API's names in the faults and not the ones inside */
export function parsedProfile(body: z.output<typeof profileChanges>): Profile {
  const parsed = profileSchema.safeParse(profileOf(body))
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => ({
    code: 'custom' as const,
    path: path.map((name) => OUTSIDE[String(name)] ?? name),
    message,
    input: undefined,
  }))
  throw new AppError('invalid_request', 400, 'A field of the profile is not valid.', {
    cause: new z.ZodError(faults),
  })
}

const OUTSIDE: Readonly<Record<string, string>> = { givenName: 'given_name', familyName: 'family_name' }
