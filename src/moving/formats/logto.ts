/** Users of Logto: rows of its table `users` as NDJSON (`row_to_json`), or the list of its management API. */
import { isObject } from '../files/file-record.ts'
import { readRows } from '../files/read-rows.ts'
import { NO_PLACE } from '../incoming.ts'
import { factorsFrom, NO_FACTOR, totpFromText } from '../incoming-factors.ts'
import type { FactorLeftOut, IncomingCode, IncomingFactors } from '../incoming-factors.ts'
import type { Incoming, LeftOut } from '../incoming.ts'
import { flagOf, hashOf, isMissing, momentOf, textOf, valueAt } from '../values.ts'
import { unreadFields } from './unread-fields.ts'
import type { Format } from './format.ts'
import { logtoClient } from './listed-clients.ts'

type Value = Readonly<Record<string, unknown>>

export const logto: Format = {
  name: 'logto',
  read: readRows,
  first: '{[',
  accounts: [''],
  toClient: ({ value }) => logtoClient(value),
  toIncoming(value) {
    const found = (camel: string, snake: string) => valueAt(value, camel) ?? valueAt(value, snake)
    const email = textOf(found('primaryEmail', 'primary_email'))
    return {
      id: textOf(value['id']),
      email,
      // Logto takes an address over once it is confirmed.
      emailVerified: email !== undefined,
      name: textOf(value['name']),
      givenName: textOf(valueAt(value, 'profile.givenName')),
      familyName: textOf(valueAt(value, 'profile.familyName')),
      username: textOf(value['username']),
      locale: textOf(valueAt(value, 'profile.locale')),
      zoneinfo: textOf(valueAt(value, 'profile.zoneinfo')),
      disabled: flagOf(found('isSuspended', 'is_suspended')),
      createdAtMs: momentOf(found('createdAt', 'created_at')),
      hash: hashOf(
        found('passwordEncrypted', 'password_encrypted') ?? found('passwordDigest', 'password_digest'),
      ),
      factors: factorsOf(value),
      leftOut: leftOutOf(value),
      identities: identitiesOf(value),
    }
  },
}

/** What is read, and what only says when and where somebody signed in. */
const READ = [
  'id, username, name, primaryEmail, primary_email, primaryPhone, primary_phone, profile',
  'passwordEncrypted, password_encrypted, passwordDigest, password_digest, hasPassword',
  'passwordEncryptionMethod, password_encryption_method, passwordAlgorithm, identities',
  'isSuspended, is_suspended, createdAt, created_at, updatedAt, updated_at, mfaVerifications',
  'mfa_verifications, mfaVerificationFactors, logtoConfig, logto_config, tenantId, tenant_id',
  'applicationId, application_id, lastSignInAt, last_sign_in_at',
]
const KNOWN = new Set(READ.flatMap((names) => names.split(', ')))
const KNOWN_OF_PROFILE = new Set(['givenName', 'familyName', 'locale', 'zoneinfo'])

function leftOutOf(value: Value): LeftOut[] {
  const { profile } = value
  return [
    ...['primaryPhone', 'primary_phone'].flatMap((name) =>
      isMissing(value[name]) ? [] : [{ code: 'phone_number', why: NO_PLACE.phone }],
    ),
    ...unreadFields(value, KNOWN),
    ...(isObject(profile) ? unreadFields(profile, KNOWN_OF_PROFILE, 'profile.') : []),
  ]
}

/** By the target of the connector. */
function identitiesOf({ identities }: Value): Incoming['identities'] {
  return Object.entries(isObject(identities) ? identities : {}).map(([provider, one]) => {
    const subject = (isObject(one) ? textOf(one['userId']) : undefined) ?? ''
    return { provider, subject, shownAs: subject }
  })
}

const OTHER_FACTORS: Readonly<Record<string, FactorLeftOut>> = {
  WebAuthn: NO_FACTOR.passkey,
  PhoneVerificationCode: NO_FACTOR.phone,
  EmailVerificationCode: NO_FACTOR.mail,
  BackupCode: { ...NO_FACTOR.hidden, code: 'recovery_codes' },
}

/** `mfaVerifications`: secrets in Base32, and backup codes as the person has them. */
function factorsOf(value: Value): IncomingFactors | undefined {
  const found = value['mfaVerifications'] ?? value['mfa_verifications']
  const factors = Array.isArray(found) ? found.filter(isObject) : []
  return factorsFrom(
    factors.filter(({ type }) => type === 'Totp').map(appOf),
    factors.filter((one) => one['type'] !== 'Totp' && !hasCodes(one)).map(({ type }) => otherFactor(type)),
    factors.filter(hasCodes).flatMap(codesOf),
  )
}

function appOf(factor: Value) {
  const key = factor['key']
  // The management API names the factor alone.
  if (typeof key !== 'string') return { ...NO_FACTOR.hidden, code: 'totp' }
  return totpFromText(key, { createdAtMs: momentOrNone(factor['createdAt']) })
}

function hasCodes({ type, codes }: Value): boolean {
  return type === 'BackupCode' && Array.isArray(codes)
}

/** Codes that were used stay away. */
function codesOf(factor: Value): IncomingCode[] {
  const codes = Array.isArray(factor['codes']) ? factor['codes'].filter(isObject) : []
  return codes.flatMap(({ code, usedAt }) =>
    typeof code === 'string' && isMissing(usedAt)
      ? [{ code, createdAtMs: momentOrNone(factor['createdAt']) }]
      : [],
  )
}

function otherFactor(type: unknown): FactorLeftOut {
  const name = typeof type === 'string' ? type : ''
  return OTHER_FACTORS[name] ?? { code: `factor ${name}`, why: 'this server has no such factor' }
}

function momentOrNone(value: unknown): number | undefined {
  try {
    return momentOf(value)
  } catch {
    return undefined
  }
}
