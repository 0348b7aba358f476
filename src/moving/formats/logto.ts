/** Users of Logto: rows of its table `users` as NDJSON (`row_to_json`), or the list of its management API. */
import { isObject } from '../files/file-record.ts'
import { readRows } from '../files/read-rows.ts'
import { NO_PLACE } from '../incoming.ts'
import type { LeftOut } from '../incoming.ts'
import { flagOf, hashOf, isMissing, momentOf, textOf, valueAt } from '../values.ts'
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
      disabled: flagOf(found('isSuspended', 'is_suspended')),
      createdAtMs: momentOf(found('createdAt', 'created_at')),
      hash: hashOf(
        found('passwordEncrypted', 'password_encrypted') ?? found('passwordDigest', 'password_digest'),
      ),
      leftOut: leftOutOf(value),
    }
  },
}

function leftOutOf(value: Value): LeftOut[] {
  const factors = value['mfaVerifications'] ?? value['mfa_verifications']
  const identities = value['identities']
  return [
    ...(Array.isArray(factors) ? factors : []).map((one) => ({
      code: isObject(one) && one['type'] === 'Totp' ? 'totp' : 'factor',
      why: NO_PLACE.factor,
    })),
    ...(isObject(identities) ? Object.keys(identities) : []).map((name) => ({
      code: `identity ${name}`,
      why: NO_PLACE.identity,
    })),
    ...['primaryPhone', 'primary_phone'].flatMap((name) =>
      isMissing(value[name]) ? [] : [{ code: 'phone_number', why: NO_PLACE.phone }],
    ),
  ]
}
