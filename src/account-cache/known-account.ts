/** What is cached of an account: all that the protocol reads. */

/** With what is not in its row. */
export type CachedAccount = KnownAccount & {
  /** The names of its groups, sorted. */
  groups: readonly string[]
  /** The ids of the same groups. */
  groupIds: readonly string[]
  /** The names of its roles, sorted. */
  roles: readonly string[]
  /** Its address ends in it. Null where there is no picture. */
  pictureId: string | null
}

/** No password hash, and nothing else that is secret. */
export type KnownAccount = {
  id: string
  email: string
  name: string
  givenName: string | null
  familyName: string | null
  username: string | null
  locale: string | null
  /** The IANA name of its time zone. */
  zoneinfo: string | null
  emailVerifiedAtMs: number | null
  disabledAtMs: number | null
  newPasswordDue: boolean
  secondFactorDue: boolean
  termsVersion: string | null
  termsAcceptedAtMs: number | null
  /** When it is deleted, at its owner's wish. */
  deleteAtMs: number | null
  sessionsValidFromMs: number
  createdAtMs: number
  updatedAtMs: number
}

export const KNOWN_COLUMNS = [
  'id',
  'email',
  'name',
  'givenName',
  'familyName',
  'username',
  'locale',
  'zoneinfo',
  'emailVerifiedAtMs',
  'disabledAtMs',
  'newPasswordDue',
  'secondFactorDue',
  'termsVersion',
  'termsAcceptedAtMs',
  'deleteAtMs',
  'sessionsValidFromMs',
  'createdAtMs',
  'updatedAtMs',
] as const satisfies readonly (keyof KnownAccount)[]
