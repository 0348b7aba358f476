import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import { useCode } from '../../src/factors/recovery-codes.ts'
import { findTotp, useTotpCode } from '../../src/factors/totp.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { embeddedPlace, PLACES } from '../cli/command-line.ts'
import type { Place } from '../cli/command-line.ts'

/** RFC 6238, appendix B: the keys as text and in Base32, and the codes of 8 digits at this moment. */
const AT_MS = 1_111_111_109_000
const KEY_SHA1 = '12345678901234567890'
const KEY_SHA256 = '12345678901234567890123456789012'
const BASE32_SHA1 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const CODE_SHA1 = '07081804'
const CODE_SHA256 = '68084774'

type Credential = { subType?: string; value?: string; type?: string; [name: string]: unknown }

/** A credential beside the password, as a realm has it. */
function credential({ type = 'otp', value = KEY_SHA1, ...data }: Credential) {
  const described = { subType: 'totp', digits: 6, counter: 0, period: 30, algorithm: 'HmacSHA1', ...data }
  return {
    type,
    createdDate: 1_000_000_000_000,
    secretData: JSON.stringify({ value }),
    credentialData: JSON.stringify(described),
  }
}

const KEYCLOAK: Record<string, Credential[]> = {
  'sha256@example.com': [{ value: KEY_SHA256, digits: 8, algorithm: 'HmacSHA256' }],
  'base32@example.com': [{ value: BASE32_SHA1, secretEncoding: 'BASE32', digits: 8 }],
  'two@example.com': [{}, { value: 'another-secret-text' }],
  'hotp-first@example.com': [{ subType: 'hotp' }, {}],
  'hotp@example.com': [{ subType: 'hotp' }],
  'passkey@example.com': [{ type: 'webauthn' }],
  'codes@example.com': [{}, { type: 'recovery-authn-codes' }],
  'short@example.com': [{ value: 'ninebytes' }],
  'seven@example.com': [{ digits: 7 }],
  'slow@example.com': [{ period: 600 }],
  'md5@example.com': [{ algorithm: 'HmacMD5' }],
  'hex@example.com': [{ secretEncoding: 'HEX' }],
  'none@example.com': [],
}

const realm = (people: Record<string, Credential[]>) =>
  JSON.stringify({
    realm: 'example',
    users: Object.entries(people).map(([email, credentials]) => ({
      id: email.replace(/@.*/, ''),
      email,
      emailVerified: true,
      credentials: credentials.map(credential),
    })),
  })

const lines = (records: object[]) => records.map((one) => `${JSON.stringify(one)}\n`).join('')

const AUTH0 = lines([
  { user_id: 'auth0|1', email: 'auth0@example.com', mfa_factors: [{ totp: { secret: BASE32_SHA1 } }] },
  {
    user_id: 'auth0|2',
    email: 'phone@example.com',
    mfa_factors: [{ phone: { value: '+1' } }, { email: { value: 'a' } }],
  },
  { user_id: 'auth0|3', email: 'hidden@example.com', multifactor: ['guardian'] },
  { user_id: 'auth0|4', email: 'odd@example.com', mfa_factors: [{ totp: { secret: 'not base 32!' } }] },
])

const LOGTO = lines([
  {
    id: 'logto1',
    primary_email: 'logto@example.com',
    mfa_verifications: [
      { type: 'Totp', id: 'a', createdAt: '2024-01-02T03:04:05.678Z', key: 'JBSWY3DPEHPK3PXP' },
      {
        type: 'BackupCode',
        id: 'b',
        createdAt: '2024-01-02T03:04:05.678Z',
        codes: [
          { code: '0a1b2c3d4e' },
          { code: '0a1b2c3d4e' },
          { code: 'ffffffffff', usedAt: '2024-01-03T00:00:00Z' },
        ],
      },
      { type: 'WebAuthn', id: 'c', createdAt: '2024-01-02T03:04:05.678Z', credentialId: 'x' },
    ],
  },
  {
    id: 'logto2',
    primary_email: 'alone@example.com',
    mfa_verifications: [{ type: 'BackupCode', id: 'b', codes: [{ code: '0a1b2c3d4e' }] }],
  },
])

const FIREBASE = JSON.stringify({
  users: [
    {
      localId: 'fire1',
      email: 'fire@example.com',
      mfaInfo: [{ mfaEnrollmentId: 'm', phoneInfo: '+1' }, { totpInfo: {} }],
    },
  ],
})

const CSV = `id,email,totp_secret,totp_enabled,totp_digits,totp_algorithm,totp_period
1,csv@example.com,${BASE32_SHA1.toLowerCase()},t,8,SHA-1,30
2,uri@example.com,otpauth://totp/Old:uri?secret=${BASE32_SHA1}&digits=8&algorithm=SHA1&period=30,,,,
3,begun@example.com,${BASE32_SHA1},f,,,
4,lost@example.com,,2024-05-06,,,
5,counts@example.com,otpauth://hotp/Old:uri?secret=${BASE32_SHA1}&counter=1,,,,
6,plain@example.com,,,,,
`

/** Uses the code up at the moment of the RFC. */
async function accepts({ db, sealer }: Parts, email: string, code: string): Promise<boolean> {
  const account = await findAccountByEmail(db, email)
  const totp = await findTotp(db, sealer, account!.id)
  return totp !== undefined && (await useTotpCode(db, totp, code, AT_MS))
}

for (const [name, openPlace] of Object.entries(PLACES))
  describe(`cli import of second factors on ${name}`, () => {
    let place: Place
    let server: Parts

    before(async () => {
      place = await openPlace()
      server = await place.prepared()
    })
    after(() => place.remove())

    const write = (file: string, content: string) => {
      writeFileSync(join(place.folder, file), content)
      return join(place.folder, file)
    }

    const LEFT_OUT = { totp: 6, hotp: 2, passkey: 1, recovery_codes: 1 }

    it('says in a dry run how many accounts have one, how many keep it, and why not all', async () => {
      const file = write('realm.json', realm(KEYCLOAK))
      const args = ['import', file, '--format', 'keycloak', '--dry-run']
      const report = await place.json(args)
      expect(report).to.deep.include({
        imported: 13,
        refused: 0,
        second_factors: { accounts: 12, carried_over: 5, with_recovery_codes: 0 },
        left_out: LEFT_OUT,
      })
      const text = await place.text(args)
      expect(text).to.match(/^ {2}new accounts that have one +12$/m)
      expect(text).to.match(/^ {2}would be carried over +5$/m)
      expect(text).to.match(/^ {2}would be lost +7$/m)
      expect(await server.db('account_totps').select('*')).to.eql([])
    })

    it('carries the apps of a Keycloak realm over, with their algorithm, digits and text or Base32 secret', async () => {
      const file = write('realm.json', realm(KEYCLOAK))
      const report = await place.json(['import', file, '--format', 'keycloak'])
      expect(report).to.deep.include({ imported: 13, left_out: LEFT_OUT })
      expect(await accepts(server, 'sha256@example.com', CODE_SHA256)).to.equal(true)
      expect(await accepts(server, 'sha256@example.com', CODE_SHA256), 'a second time').to.equal(false)
      expect(await accepts(server, 'base32@example.com', CODE_SHA1)).to.equal(true)
      for (const email of ['two@example.com', 'hotp-first@example.com', 'codes@example.com'])
        expect(await accepts(server, email, CODE_SHA1.slice(2)), email).to.equal(true)
      const rows: { accountId: string }[] = await server.db('account_totps').select('accountId')
      const kept = ['sha256', 'base32', 'two', 'hotp-first', 'codes']
      expect(rows.map(({ accountId }) => accountId)).to.have.members(kept)
      const row: object = await server.db('account_totps').where({ accountId: 'two' }).first()
      expect(row).to.include({ createdAtMs: 1_000_000_000_000, confirmedAtMs: 1_000_000_000_000 })
      expect(JSON.stringify(row), 'sealed').to.not.contain(KEY_SHA1)
    })

    it('gives the reason of everything left out, in the file beside', () => {
      const entries = readFileSync(join(place.folder, 'realm.json.refused.ndjson'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { code: string; why: string; record: { id: string } })
      const whys = entries.map(({ code, why, record }) => `${record.id}: ${code}: ${why}`)
      expect(whys).to.have.members([
        'two: totp: an account has one authenticator app here; the first one is kept',
        'hotp-first: hotp: codes that count up are not supported; the person sets an app up',
        'hotp: hotp: codes that count up are not supported; the person sets an app up',
        'passkey: passkey: a passkey works only at the address where it was made',
        'codes: recovery_codes: the file has only hashes of them; the person makes new ones',
        'short: totp: its secret has 9 bytes, fewer than 10',
        'seven: totp: its codes do not have 6 or 8 digits',
        'slow: totp: its period is not 15 to 120 seconds',
        'md5: totp: its algorithm is not SHA1, SHA256, SHA512',
        'hex: totp: its secret is not Base32',
      ])
    })

    it('adds no factor in a second run: its owner may have removed it', async () => {
      await server.db('account_totps').where({ accountId: 'two' }).delete()
      const file = write('realm.json', realm(KEYCLOAK))
      const report = await place.json(['import', file, '--format', 'keycloak'])
      expect(report).to.deep.include({ imported: 0, already_here: 13 })
      expect(report['second_factors']).to.deep.include({ accounts: 0, carried_over: 0 })
      expect(await server.db('account_totps').where({ accountId: 'two' }).select('*')).to.eql([])
    })

    it('carries the apps of Auth0 over, and names what its export hides', async () => {
      const report = await place.json(['import', write('auth0.ndjson', AUTH0), '--format', 'auth0'])
      expect(report).to.deep.include({
        imported: 4,
        second_factors: { accounts: 4, carried_over: 1, with_recovery_codes: 0 },
        left_out: { phone_factor: 1, mail_factor: 1, factor: 1, totp: 1 },
      })
      expect(await accepts(server, 'auth0@example.com', CODE_SHA1.slice(2))).to.equal(true)
    })

    it('carries the apps of Logto over, with the unused codes of a paper', async () => {
      const report = await place.json(['import', write('logto.ndjson', LOGTO), '--format', 'logto'])
      expect(report).to.deep.include({
        imported: 2,
        second_factors: { accounts: 2, carried_over: 1, with_recovery_codes: 1 },
        left_out: { passkey: 1, recovery_codes: 1 },
      })
      const use = (code: string) =>
        useCode(server.db, server.config.keys.index, { accountId: 'logto1', code }, AT_MS)
      expect(await use('ffffffffff'), 'used in Logto').to.equal(false)
      expect(await use('0A1B2-C3D4E')).to.equal(true)
      expect(await use('0a1b2c3d4e'), 'a second time').to.equal(false)
    })

    it('names the factors of Firebase: its export has no secrets', async () => {
      const report = await place.json(['import', write('fire.json', FIREBASE), '--format', 'firebase'])
      expect(report).to.deep.include({ left_out: { phone_factor: 1, factor: 1 } })
    })

    it('reads a Base32 secret or an otpauth address of any table, and whether it was confirmed', async () => {
      const report = await place.json(['import', write('people.csv', CSV)])
      expect(report).to.deep.include({
        imported: 6,
        second_factors: { accounts: 4, carried_over: 2, with_recovery_codes: 0 },
        left_out: { factor: 1, hotp: 1 },
      })
      expect(await accepts(server, 'csv@example.com', CODE_SHA1)).to.equal(true)
      expect(await accepts(server, 'uri@example.com', CODE_SHA1)).to.equal(true)
      expect(await accepts(server, 'begun@example.com', CODE_SHA1)).to.equal(false)
    })
  })

describe('cli import of a mapped second factor', () => {
  const place = embeddedPlace()
  after(place.remove)

  it('takes the column that the operator names', async () => {
    const server = await place.prepared()
    const file = join(place.folder, 'mapped.ndjson')
    writeFileSync(file, lines([{ email: 'mapped@example.com', mfa: { app: BASE32_SHA1 } }]))
    const report = await place.json(['import', file, '--map', 'mfa.app=totp_secret'])
    expect(report['second_factors']).to.include({ carried_over: 1 })
    expect(await accepts(server, 'mapped@example.com', CODE_SHA1.slice(2))).to.equal(true)
  })
})
