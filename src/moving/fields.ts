/** Flat records, as CSV and NDJSON have them: which column or path is which of our fields. */
import { factorsFrom, NO_FACTOR, totpFromText } from './incoming-factors.ts'
import type { IncomingFactors } from './incoming-factors.ts'
import { readOwn } from './own-fields.ts'
import type { Incoming } from './incoming.ts'
import { NotReadable } from './incoming.ts'
import { flagOf, hashOf, isMissing, momentOf, namesIn, numberOf, textOf, valueAt } from './values.ts'

/** Names under which a field is found without a mapping. The first is ours, which our export writes. */
const NAMES = {
  id: ['id', 'user_id', 'uuid', 'sub'],
  email: ['email', 'mail', 'email_address', 'e_mail'],
  email_verified: ['email_verified', 'is_verified', 'verified', 'is_email_verified', 'emailVerified'],
  name: ['name', 'full_name', 'display_name', 'fullname', 'displayName'],
  given_name: ['given_name', 'first_name', 'firstName', 'givenName'],
  family_name: ['family_name', 'last_name', 'lastName', 'familyName'],
  username: ['username', 'user_name', 'login', 'preferred_username'],
  locale: ['locale', 'language', 'lang'],
  zoneinfo: ['zoneinfo', 'timezone', 'time_zone', 'timeZone', 'tz'],
  password_hash: ['password_hash', 'hashed_password', 'passwordHash', 'password_digest', 'password'],
  created_at: ['created_at', 'createdAt', 'created', 'date_joined', 'registered_at'],
  disabled: ['disabled', 'is_disabled', 'blocked', 'is_blocked'],
  active: ['active', 'is_active', 'enabled'],
  totp_secret: ['totp_secret', 'otp_secret', 'mfa_secret', 'totpSecret'],
  totp_enabled: ['totp_enabled', 'otp_enabled', 'mfa_enabled', 'totpEnabled'],
  totp_algorithm: ['totp_algorithm'],
  totp_digits: ['totp_digits'],
  totp_period: ['totp_period'],
  groups: ['groups', 'group_names', 'groupNames'],
} as const

/** Only our own export has these. */
const OWN_NAMES = [
  'type',
  'email_verified_at',
  'disabled_at',
  'delete_at',
  'password_changed_at',
  'sessions_valid_from',
  'updated_at',
  'self_registered',
  'username_signs_in',
  'roles',
  'consents',
  'factors',
] as const

export type Field = keyof typeof NAMES
export const FIELDS = Object.keys(NAMES) as Field[]

/** Our field for each of their columns or paths. */
export type Mapping = ReadonlyMap<string, Field>

export type ReadFlat = {
  /** Throws NotReadable, with the column in the message. */
  toIncoming: (value: Readonly<Record<string, unknown>>) => Incoming
}

export function flatReader(mapping: Mapping): ReadFlat {
  const taken = new Set<string>(OWN_NAMES)
  for (const path of mapping.keys()) taken.add(path).add(path.split('.')[0] ?? '')
  const paths = pathsOf(mapping)
  for (const all of paths.values()) for (const path of all) taken.add(path)
  return {
    toIncoming(value) {
      const found = (field: Field) => firstOf(value, paths.get(field) ?? [])
      const read = <T>(field: Field, as: (given: unknown) => T) => named(field, () => as(found(field)))
      const active = read('active', flagOf)
      return {
        id: read('id', textOf),
        email: read('email', textOf),
        emailVerified: read('email_verified', verifiedOf),
        name: read('name', textOf),
        givenName: read('given_name', textOf),
        familyName: read('family_name', textOf),
        username: read('username', textOf),
        locale: read('locale', textOf)?.replace('_', '-'),
        zoneinfo: read('zoneinfo', textOf),
        createdAtMs: read('created_at', momentOf),
        disabled: read('disabled', flagOf) ?? (active === undefined ? undefined : !active),
        hash: read('password_hash', hashOf),
        factors: factorsOf(read),
        groups: read('groups', namesIn),
        leftOut: leftOutOf(value, taken),
        ...readOwn(value),
      }
    },
  }
}

type Read = <T>(field: Field, as: (given: unknown) => T) => T

/** A secret alone is made when a person begins to set an app up; `totp_enabled` says whether that was finished. */
function factorsOf(read: Read): IncomingFactors | undefined {
  const secret = read('totp_secret', textOf)?.trim()
  const isEnabled = read('totp_enabled', verifiedOf)
  if (secret === undefined) return factorsFrom([], isEnabled ? [NO_FACTOR.hidden] : [])
  if (isEnabled === false) return undefined
  const settings = {
    algorithm: read('totp_algorithm', textOf),
    digits: read('totp_digits', numberOf),
    periodSeconds: read('totp_period', numberOf),
  }
  return factorsFrom([totpFromText(secret, settings)], [])
}

function pathsOf(mapping: Mapping): Map<Field, readonly string[]> {
  const paths = new Map<Field, readonly string[]>()
  for (const field of FIELDS) {
    const chosen = [...mapping].filter(([, one]) => one === field).map(([path]) => path)
    // A column that is mapped to another field is not found by its name.
    const known = NAMES[field].filter((name) => !mapping.has(name))
    paths.set(field, chosen.length > 0 ? chosen : known)
  }
  return paths
}

function firstOf(value: Readonly<Record<string, unknown>>, paths: readonly string[]): unknown {
  for (const path of paths) {
    const found = valueAt(value, path)
    if (!isMissing(found)) return found
  }
  return undefined
}

function named<T>(field: Field, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof NotReadable) throw new NotReadable(`${field} ${error.message}`)
    throw error
  }
}

/** Some systems keep when it was verified, instead of whether. */
function verifiedOf(value: unknown): boolean | undefined {
  try {
    return flagOf(value)
  } catch {
    return momentOf(value) !== undefined
  }
}

function leftOutOf(value: Readonly<Record<string, unknown>>, taken: ReadonlySet<string>) {
  return Object.keys(value)
    .filter((name) => !taken.has(name) && !isMissing(value[name]))
    .map((name) => ({ code: `column ${name}`, why: 'it is mapped to no field' }))
}
