/** Users of Firebase (`firebase auth:export users.json --format=json`). Their scrypt needs the parameters of the project. */
import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { readFirebasePassword } from '../../passwords/vendor-hash.ts'
import type { FirebaseKey } from '../../passwords/vendor-hash.ts'
import { isObject } from '../files/file-record.ts'
import { readElements } from '../files/read-elements.ts'
import { NO_PLACE } from '../incoming.ts'
import { factorsFrom, NO_FACTOR } from '../incoming-factors.ts'
import type { Incoming, LeftOut } from '../incoming.ts'
import { flagOf, momentOf, textOf } from '../values.ts'
import { unreadFields } from './unread-fields.ts'
import type { Format } from './format.ts'

type Value = Readonly<Record<string, unknown>>

const parameters = z.object({
  base64_signer_key: z.string().min(1),
  base64_salt_separator: z.string(),
  rounds: z.coerce.number().int().min(1).max(8),
  mem_cost: z.coerce.number().int().min(1).max(14),
})

/** @throws AppError 400 `usage` */
export function firebaseKeyFrom(given: unknown): FirebaseKey {
  const inner = isObject(given) && isObject(given['hash_config']) ? given['hash_config'] : given
  const read = parameters.safeParse(inner)
  if (!read.success) {
    const names = Object.keys(parameters.shape).join(', ')
    throw new AppError('usage', 400, `--firebase-hash: the file needs ${names}, as the console shows them`)
  }
  const {
    base64_signer_key: signerKey,
    base64_salt_separator: saltSeparator,
    rounds,
    mem_cost: memCost,
  } = read.data
  return { signerKey, saltSeparator, rounds, memCost }
}

export function firebase(key: FirebaseKey | undefined): Format {
  return {
    name: 'firebase',
    read: readElements,
    first: '{[',
    accounts: ['users', ''],
    toIncoming: (value) => ({
      id: textOf(value['localId']),
      email: textOf(value['email']),
      emailVerified: flagOf(value['emailVerified']),
      name: textOf(value['displayName']),
      disabled: flagOf(value['disabled']),
      createdAtMs: momentOf(value['createdAt']),
      hash: hashOf(value, key),
      factors: factorsFrom([], factorsOf(value)),
      leftOut: leftOutOf(value),
      identities: identitiesOf(value),
    }),
  }
}

function hashOf(value: Value, key: FirebaseKey | undefined): Incoming['hash'] {
  const [hash, salt] = [textOf(value['passwordHash']), textOf(value['salt'])]
  if (hash === undefined || salt === undefined) return undefined
  if (key) return readFirebasePassword(key, salt, hash)
  return { ok: false, code: 'hash_unknown', why: 'Firebase’s hashes need --firebase-hash' }
}

/** What is read, and what only says when somebody signed in. */
const READ = [
  'localId, email, emailVerified, displayName, disabled, createdAt, passwordHash, salt',
  'providerUserInfo, mfaInfo, phoneNumber, version, passwordUpdatedAt, validSince',
  'lastSignedInAt, lastLoginAt, lastRefreshAt',
]
const KNOWN = new Set(READ.flatMap((names) => names.split(', ')))

function leftOutOf(value: Value): LeftOut[] {
  return [
    ...unreadFields(value, KNOWN),
    ...(textOf(value['phoneNumber']) ? [{ code: 'phone_number', why: NO_PLACE.phone }] : []),
  ]
}

/** Firebase's own ways in. They are listed as providers. */
const OWN = new Set(['password', 'phone'])

/** `rawId` is the subject there: of Microsoft the object id, because the `sub` differs for each client. */
function identitiesOf(value: Value): Incoming['identities'] {
  const providers = Array.isArray(value['providerUserInfo']) ? value['providerUserInfo'] : []
  return providers.filter(isObject).flatMap((one) => {
    const providerId = textOf(one['providerId'])
    if (providerId === undefined || OWN.has(providerId)) return []
    const subject = textOf(one['rawId']) ?? ''
    const shownAs = textOf(one['email']) ?? textOf(one['displayName']) ?? subject
    const claim = providerId === 'microsoft.com' ? 'oid' : undefined
    return [{ provider: idOf(providerId), subject, shownAs, claim }]
  })
}

/** `google.com` is `google` here, and a provider of the operator, `oidc.work`, is `work`. */
function idOf(providerId: string): string {
  return providerId.replace(/^oidc\./, '').replace(/\.com$/, '')
}

/** The export names factors, and has no secret of an app. */
function factorsOf(value: Value) {
  const factors = Array.isArray(value['mfaInfo']) ? value['mfaInfo'] : []
  return factors.map((one) => (isObject(one) && 'phoneInfo' in one ? NO_FACTOR.phone : NO_FACTOR.hidden))
}
