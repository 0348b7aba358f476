/** An account as another system has it, before the rules of this one are asked. */
import type { z } from 'zod'
import type { Consent } from '../consents/consents.ts'
import type { ForeignHash } from '../passwords/foreign-hash.ts'
import type { ArrivingIdentity } from '../upstreams/arriving-links.ts'
import type { IncomingFactors } from './incoming-factors.ts'

export type Incoming = {
  /** Kept as our id, so that apps know the person again. */
  id?: string | undefined
  email?: string | undefined
  emailVerified?: boolean | undefined
  name?: string | undefined
  givenName?: string | undefined
  familyName?: string | undefined
  username?: string | undefined
  locale?: string | undefined
  /** One that this server does not know is left out. */
  zoneinfo?: string | undefined
  disabled?: boolean | undefined
  createdAtMs?: number | undefined
  /** Absent where the file has none: the owner resets the password. */
  hash?: ForeignHash | undefined
  factors?: IncomingFactors | undefined
  /** What the file says of this account and this server has no place for. */
  leftOut?: LeftOut[] | undefined
  /** Sign-ins by other providers. */
  identities?: readonly ArrivingIdentity[] | undefined
  /** Names of the groups that it is in. They are created as needed. */
  groups?: readonly string[] | undefined
  consents?: readonly Omit<Consent, 'accountId'>[] | undefined
  /** What our own export says beside that. */
  own?: Own | undefined
}

export type LeftOut = { code: string; why: string }

/** Why something of an account is left out, for every system that has it. */
export const NO_PLACE = {
  phone: 'no place for phone numbers',
} as const

export type Own = {
  emailVerifiedAtMs?: number | undefined
  disabledAtMs?: number | undefined
  /** A deletion that was asked for goes on. */
  deleteAtMs?: number | undefined
  passwordChangedAtMs?: number | undefined
  sessionsValidFromMs?: number | undefined
  updatedAtMs?: number | undefined
  selfRegistered?: boolean | undefined
  newPasswordDue?: boolean | undefined
  secondFactorDue?: boolean | undefined
  termsVersion?: string | undefined
  termsAcceptedAtMs?: number | undefined
  /** False: another account has the user name to sign in by. */
  usernameSignsIn?: boolean | undefined
  roles: readonly string[]
  /** Sealed to the passphrase. Null: the account had a second factor, and the export left it out. */
  sealedFactors?: string | null | undefined
}

/** The value cannot be what its field takes, or the record is no account. */
export class NotReadable extends Error {
  readonly code: string

  constructor(why: string, code = 'not_readable') {
    super(why)
    this.name = 'NotReadable'
    this.code = code
  }
}

/** @throws NotReadable with the path of the first field that does not fit */
export function parsed<Shape extends z.ZodType>(shape: Shape, value: unknown): z.output<Shape> {
  const read = shape.safeParse(value)
  if (read.success) return read.data
  throw new NotReadable(`${read.error.issues[0]?.path.join('.') ?? ''} is not as exported`)
}
