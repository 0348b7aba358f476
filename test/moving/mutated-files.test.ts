import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { findTotp } from '../../src/factors/totp.ts'
import type { FormatName } from '../../src/moving/formats/format-names.ts'
import { formatOf } from '../../src/moving/formats/formats.ts'
import { importFile } from '../../src/moving/formats/import-file.ts'
import { isObject } from '../../src/moving/files/file-record.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { AppError } from '../../src/platform/errors.ts'
import { PLACES } from '../cli/command-line.ts'
import type { Place } from '../cli/command-line.ts'
import { randomFrom, VALUES } from '../security/malformed.ts'
import type { Random } from '../security/malformed.ts'
import { BCRYPT } from './samples.ts'

const SEED = Number(process.env['MUTATION_SEED'] ?? 20)
const RECORDS = 150
const CUT_FILES = 5
const BASE32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const MOMENT = '2024-01-02T03:04:05.678Z'
const ODD = [
  null,
  true,
  -1,
  0.5,
  1e300,
  -1e300,
  2 ** 53,
  [],
  {},
  [[]],
  { $date: 'x' },
  '\ud800',
  '9'.repeat(400),
]

type Value = Record<string, unknown>

const json = (value: unknown) => JSON.stringify(value)

/** A person with every kind of second factor that the system has. */
const PEOPLE: Partial<Record<FormatName, (id: string) => Value>> = {
  ndjson: (id) => ({
    id,
    email: `${id}@example.com`,
    password_hash: BCRYPT,
    created_at: MOMENT,
    totp_secret: Number(id.slice(1)) % 2 === 0 ? BASE32 : `otpauth://totp/a?secret=${BASE32}&digits=8`,
    totp_enabled: true,
    totp_algorithm: 'SHA256',
    totp_digits: 6,
    totp_period: 60,
  }),
  keycloak: (id) => ({
    id,
    username: id,
    email: `${id}@example.com`,
    createdTimestamp: 1_700_000_000_000,
    attributes: { locale: ['de'] },
    credentials: [
      {
        type: 'otp',
        createdDate: 1_700_000_000_000,
        secretData: json({ value: BASE32 }),
        credentialData: json({
          subType: 'totp',
          digits: 8,
          period: 30,
          algorithm: 'HmacSHA512',
          secretEncoding: 'BASE32',
        }),
      },
      { type: 'recovery-authn-codes', secretData: '{}', credentialData: '{}' },
    ],
  }),
  auth0: (id) => ({
    user_id: id,
    email: `${id}@example.com`,
    passwordHash: BCRYPT,
    mfa_factors: [{ totp: { secret: BASE32 } }, { phone: { value: '+1' } }],
  }),
  logto: (id) => ({
    id,
    primary_email: `${id}@example.com`,
    created_at: MOMENT,
    mfa_verifications: [
      { type: 'Totp', createdAt: MOMENT, key: BASE32 },
      {
        type: 'BackupCode',
        createdAt: MOMENT,
        codes: [{ code: '0a1b2c3d4e', usedAt: MOMENT }, { code: 'ff' }],
      },
    ],
  }),
  firebase: (id) => ({
    localId: id,
    email: `${id}@example.com`,
    mfaInfo: [{ phoneInfo: '+1' }, { totpInfo: {} }],
  }),
}

/** The value with one part of it replaced, removed or repeated; also inside of a text that is JSON. */
function bent(value: unknown, random: Random): unknown {
  const inner = typeof value === 'string' && value.startsWith('{') ? parsedOf(value) : undefined
  if (inner !== undefined && random.chance(0.8)) return json(bent(inner, random))
  if (random.chance(0.15)) return random.chance(0.5) ? random.pick(ODD) : random.pick(VALUES)
  if (Array.isArray(value)) {
    const at = random.below(value.length + 1)
    if (random.chance(0.2)) return [...(value as unknown[]), value[at] as unknown]
    return value.map((one: unknown, index) => (index === at ? bent(one, random) : one))
  }
  if (!isObject(value)) return random.chance(0.5) ? random.pick(ODD) : random.pick(VALUES)
  const name = random.pick(Object.keys(value))
  if (random.chance(0.1)) return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
  return { ...value, [name]: bent(value[name], random) }
}

function parsedOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function fileOf(format: FormatName, random: Random, records: number): string {
  const person = PEOPLE[format]!
  const people = Array.from({ length: records }, (_, index) => {
    const good = person(`${format[0]}${index}`)
    const changed = isObject(good) && bent(good, random)
    // Every tenth stays as it is: it has to come through between the others.
    return json(index % 10 === 0 || !isObject(changed) ? good : changed)
  })
  const isList = format === 'keycloak' || format === 'firebase'
  return isList ? `{"users":[${people.join(',\n')}]}` : `${people.join('\n')}\n`
}

for (const [name, openPlace] of Object.entries(PLACES))
  describe(`Mutated files of other systems on ${name}, from the seed ${SEED}`, () => {
    let place: Place
    let parts: Parts

    before(async () => {
      place = await openPlace()
      parts = await place.prepared()
    })
    after(() => place.remove())

    async function imported(format: FormatName, text: string) {
      const file = join(place.folder, `mutated.${format}`)
      writeFileSync(file, text)
      return await importFile(
        { ...parts, digestKey: parts.config.keys.index, tables: [] },
        {
          file,
          refusedFile: `${file}.refused`,
          format: formatOf(format, { mapping: new Map(), firebaseKey: undefined }),
          mapped: [],
          passphrase: async () => undefined,
          dryRun: false,
          verified: false,
          withoutUnknownHashes: false,
          progress: () => {},
        },
      )
    }

    for (const format of Object.keys(PEOPLE) as FormatName[])
      it(`are imported or refused record by record, and stop nothing: ${format}`, async () => {
        const { summary } = await imported(format, fileOf(format, randomFrom(SEED), RECORDS))
        const { records, imported: fresh, alreadyHere, refused, secondFactors } = summary
        expect({ records, counted: fresh + alreadyHere + refused }).to.eql({ records, counted: records })
        expect(records).to.equal(RECORDS)
        expect(fresh, 'those without a mutation').to.be.at.least(RECORDS / 10)
        const rows: { accountId: string }[] = await parts
          .db('account_totps')
          .where('accountId', 'like', `${format[0]}%`)
          .select('accountId')
        if (format !== 'firebase') expect(secondFactors.carriedOver).to.be.at.least(RECORDS / 10)
        for (const { accountId } of rows)
          expect(await findTotp(parts.db, parts.sealer, accountId), accountId).to.have.property('secret')
      })

    it('are refused with a code and no fault of the server where they are no JSON any more', async () => {
      const random = randomFrom(SEED)
      for (const format of Object.keys(PEOPLE) as FormatName[])
        for (let turn = 0; turn < CUT_FILES; turn += 1) {
          const text = fileOf(format, random, 5)
          const at = random.below(text.length)
          const cut = random.chance(0.5)
            ? text.slice(0, at)
            : text.slice(0, at) + random.pick(VALUES) + text.slice(at)
          try {
            await imported(format, cut)
          } catch (error) {
            expect(error, `${format}, turn ${turn}: ${String(error)}`).to.be.instanceOf(AppError)
            expect((error as AppError).status, String(error)).to.be.below(500)
          }
        }
    })
  })
