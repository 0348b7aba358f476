/**
 * Users of Auth0, as NDJSON: the export with password hashes that its support hands out (`_id`, `passwordHash`), the export of
 * its extension, and the form that its own import takes (`custom_password_hash`).
 */
import { isDeepStrictEqual } from 'node:util'
import { readForeignHash } from '../../passwords/foreign-hash.ts'
import { phcString } from '../../passwords/phc.ts'
import { isObject } from '../files/file-record.ts'
import { readRows } from '../files/read-rows.ts'
import { NO_PLACE } from '../incoming.ts'
import { factorsFrom, NO_FACTOR, totpFromText } from '../incoming-factors.ts'
import type { FactorLeftOut, IncomingFactors } from '../incoming-factors.ts'
import type { Incoming, LeftOut } from '../incoming.ts'
import { flagOf, hashOf, isMissing, momentOf, namesIn, textOf, valueAt } from '../values.ts'
import { unreadFields } from './unread-fields.ts'
import type { Format } from './format.ts'
import { auth0Client } from './listed-clients.ts'

type Value = Readonly<Record<string, unknown>>

export const auth0: Format = {
  name: 'auth0',
  read: readRows,
  first: '{[',
  accounts: [''],
  toClient: ({ value }) => auth0Client(value),
  toIncoming(value) {
    const text = (...names: string[]) => textOf(names.map((name) => valueAt(value, name)).find(isPresent))
    const oid = text('_id.$oid')
    return {
      id: text('user_id', 'Id') ?? (oid === undefined ? undefined : `auth0|${oid}`),
      email: text('email', 'Email'),
      emailVerified: flagOf(value['email_verified'] ?? value['Email Verified']),
      name: nameOf(text('name', 'Name'), text('email', 'Email')),
      givenName: text('given_name', 'Given Name'),
      familyName: text('family_name', 'Family Name'),
      username: text('username', 'Username'),
      locale: text('locale'),
      zoneinfo: text('zoneinfo'),
      disabled: flagOf(value['blocked']),
      createdAtMs: momentOf(value['created_at'] ?? value['Created At'] ?? value['password_set_date']),
      hash: passwordOf(value),
      factors: factorsOf(value),
      groups: namesIn(valueAt(value, GROUPS)),
      leftOut: leftOutOf(value),
      identities: identitiesOf(value),
    }
  },
}

/** Where its Authorization Extension writes the groups of a user. */
const GROUPS = 'app_metadata.authorization.groups'

function isPresent(value: unknown): boolean {
  return !isMissing(value)
}

/** Auth0 uses the address where it knows no name. */
function nameOf(name: string | undefined, email: string | undefined): string | undefined {
  return name === email ? undefined : name
}

function passwordOf(value: Value): Incoming['hash'] {
  const custom = value['custom_password_hash']
  return isObject(custom) ? customHash(custom) : hashOf(value['passwordHash'] ?? value['password_hash'])
}

/** https://auth0.com/docs/manage-users/user-migration/bulk-user-import-database-schema-and-examples */
function customHash(custom: Value): Incoming['hash'] {
  const value = textOf(valueAt(custom, 'hash.value')) ?? ''
  if (custom['algorithm'] !== 'scrypt' || value.startsWith('$')) return readForeignHash(value)
  const bytes = (name: string) =>
    Buffer.from(
      textOf(valueAt(custom, `${name}.value`)) ?? '',
      encodingOf(valueAt(custom, `${name}.encoding`)),
    )
  const parameters = {
    ln: Math.log2(Number(custom['cost'] ?? 16_384)),
    r: Number(custom['blockSize'] ?? 8),
    p: Number(custom['parallelization'] ?? 1),
  }
  return readForeignHash(phcString('scrypt', parameters, bytes('salt'), bytes('hash')))
}

function encodingOf(name: unknown): BufferEncoding {
  return name === 'hex' || name === 'base64' ? name : 'utf8'
}

const PLACELESS: Readonly<Record<string, string>> = {
  app_metadata: 'no place for metadata of apps',
  user_metadata: 'no place for metadata of apps',
  phone_number: NO_PLACE.phone,
  picture: 'a picture is uploaded here, and never fetched from elsewhere',
}

function hasGroupsAlone(value: Value): boolean {
  const groups: unknown = valueAt(value, GROUPS)
  return isDeepStrictEqual(value['app_metadata'], { authorization: { groups } })
}

function leftOutOf(value: Value): LeftOut[] {
  const placeless = Object.entries(PLACELESS)
    .filter(([name]) => isPresent(value[name]) && !(name === 'app_metadata' && hasGroupsAlone(value)))
    .map(([code, why]) => ({ code, why }))
  return [...placeless, ...unreadFields(value, KNOWN)]
}

/** What is read, and what only says when and how somebody signed in. */
const READ = [
  '_id, user_id, Id, email, Email, email_verified, Email Verified, name, Name, given_name',
  'Given Name, family_name, Family Name, username, Username, locale, zoneinfo, blocked, created_at',
  'Created At, updated_at, Updated At, password_set_date, passwordHash, password_hash',
  'custom_password_hash, mfa_factors, multifactor, identities, __v, connection, Connection',
  'tenant, version, email_lower, last_login, last_ip, last_password_reset, logins_count',
  'multifactor_last_modified, phone_verified',
]
const KNOWN = new Set([...Object.keys(PLACELESS), ...READ.flatMap((names) => names.split(', '))])

/** Its own database is one of them. */
function identitiesOf(value: Value): Incoming['identities'] {
  const identities = Array.isArray(value['identities']) ? value['identities'].filter(isObject) : []
  return identities.flatMap(({ provider, user_id: id }) => {
    if (typeof provider !== 'string' || provider === 'auth0') return []
    const subject = typeof id === 'number' ? String(id) : (textOf(id) ?? '')
    return [{ provider, subject, shownAs: subject }]
  })
}

const OTHER_FACTORS: Readonly<Record<string, FactorLeftOut>> = {
  phone: NO_FACTOR.phone,
  email: NO_FACTOR.mail,
}

/** The export has no secrets, only that there is a factor (`multifactor`). Its import takes `mfa_factors`, which has them. */
function factorsOf(value: Value): IncomingFactors | undefined {
  const factors = Array.isArray(value['mfa_factors']) ? value['mfa_factors'].filter(isObject) : []
  const hidden = Array.isArray(value['multifactor']) && factors.length === 0 ? value['multifactor'] : []
  return factorsFrom(
    factors.filter((one) => 'totp' in one).map((one) => totpFromText(secretOf(one))),
    [
      ...factors.filter((one) => !('totp' in one)).map((one) => otherFactor(Object.keys(one)[0] ?? '')),
      ...hidden.map(() => NO_FACTOR.hidden),
    ],
  )
}

function secretOf(factor: Value): string {
  const secret = valueAt(factor, 'totp.secret')
  return typeof secret === 'string' ? secret : ''
}

function otherFactor(name: string): FactorLeftOut {
  return OTHER_FACTORS[name] ?? { code: `factor ${name}`, why: 'this server has no such factor' }
}
