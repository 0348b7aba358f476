import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { embeddedPlace } from '../cli/command-line.ts'

const NOTHING = { empty: '', none: null, no: false, zero: 0, list: [], object: {} }

/** A record with fields that no import reads, and how the report names them. */
const RECORDS: Record<string, [(record: object) => object, Record<string, unknown>, Record<string, number>]> =
  {
    keycloak: [
      (user) => ({ users: [user] }),
      { ...NOTHING, totp: true, notBefore: 7, requiredActions: ['UPDATE_PASSWORD'], federationLink: 'ldap' },
      { 'action UPDATE_PASSWORD': 1, 'field federationLink': 1 },
    ],
    auth0: [
      (user) => user,
      {
        ...NOTHING,
        last_login: 'yesterday',
        nickname: 'ada',
        identities: [{ provider: 'auth0' }, { provider: 'google-oauth2', isSocial: true }],
      },
      { 'identity google-oauth2': 1, 'field nickname': 1 },
    ],
    logto: [
      (user) => user,
      {
        ...NOTHING,
        tenant_id: 'default',
        avatar: 'https://a.example/a.png',
        custom_data: { a: 1 },
        profile: { website: 'x' },
      },
      { 'field avatar': 1, 'field custom_data': 1, 'field profile.website': 1 },
    ],
    firebase: [
      (user) => ({ users: [user] }),
      { ...NOTHING, lastSignedInAt: '1', photoUrl: 'https://a.example/a.png', customAttributes: '{"a":1}' },
      { 'field photoUrl': 1, 'field customAttributes': 1 },
    ],
  }

describe('Fields that no import reads', () => {
  const place = embeddedPlace()
  before(() => place.json(['migrate']))
  after(place.remove)

  for (const [format, [wrapped, fields, leftOut]] of Object.entries(RECORDS))
    it(`are counted by name where they say something, and not repeated for each record: ${format}`, async () => {
      const file = join(place.folder, `${format}.json`)
      const person = { email: 'ada@example.com', primary_email: 'ada@example.com' }
      const { primary_email, ...known } = person
      const record = { ...(format === 'logto' ? { primary_email } : known), ...fields }
      writeFileSync(file, `${JSON.stringify(wrapped(record))}\n`)
      const report = await place.json(['import', file, '--format', format, '--dry-run'])
      expect(report).to.deep.include({ imported: 1, left_out: leftOut })
      if (format === 'logto' || format === 'firebase')
        expect(existsSync(`${file}.refused.ndjson`)).to.equal(false)
    })
})
