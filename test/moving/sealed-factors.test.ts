import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { createAccount } from '../../src/accounts/account.ts'
import { insertPasskey } from '../../src/accounts/passkeys/passkey.ts'
import { codesLeft, renewCodes, useCode } from '../../src/factors/recovery-codes.ts'
import { OWN_TOTP, totpCode } from '../../src/factors/totp-code.ts'
import { findTotp, insertTotp, useTotpCode } from '../../src/factors/totp.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { embeddedPlace } from '../cli/command-line.ts'
import type { Answered, Place } from '../cli/command-line.ts'

const SECRET = Buffer.from('12345678901234567890')
const STEP = 40_000_000

type Line = Record<string, unknown>

describe('Second factors in an export', () => {
  const from = embeddedPlace()
  const file = join(from.folder, 'moving.ndjson')
  const passphraseFile = join(from.folder, 'passphrase.txt')
  const withPassphrase = ['--passphrase-file', passphraseFile]
  let server: Parts
  let ids: { ada: string; bob: string; eve: string }
  let codes: string[]

  before(async () => {
    writeFileSync(passphraseFile, 'seven grey kettles\n')
    server = await from.prepared()
    const { db, sealer, clock, config } = server
    const make = async (email: string) =>
      (await createAccount(db, { email, name: '', passwordHash: null, verified: true }, clock())).id
    ids = {
      ada: await make('ada@example.com'),
      bob: await make('bob@example.com'),
      eve: await make('eve@example.com'),
    }
    const app = { ...OWN_TOTP, digits: 8 as const, algorithm: 'SHA512' as const, secret: SECRET }
    const used = { confirmedAtMs: clock(), lastStep: STEP, lastUsedAtMs: clock() }
    await insertTotp(db, sealer, { ...app, ...used, accountId: ids.ada }, clock())
    await insertTotp(db, sealer, { ...app, ...used, accountId: ids.bob }, clock())
    // Eve began to set one up.
    await insertTotp(db, sealer, { ...app, accountId: ids.eve }, clock())
    codes = await renewCodes(db, config.keys.index, ids.ada, clock())
    await from.json(['export', file, ...withPassphrase])
  })
  after(from.remove)

  /** Another server, with the same main secret or another one. */
  async function other(secret?: string): Promise<{ to: Place; target: Parts }> {
    const to = embeddedPlace()
    if (secret !== undefined) to.env['ACCOUNT_SERVER_TOKEN_SECRET_KEY'] = secret
    return { to, target: await to.prepared() }
  }

  /** The file with its account lines changed. */
  function changed(to: Place, change: (line: Line, lines: readonly Line[]) => Line | undefined): string {
    const all = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
    const path = join(to.folder, 'changed.ndjson')
    const kept = all.flatMap((line) => (line['type'] === 'account' ? (change(line, all) ?? []) : line))
    writeFileSync(path, kept.map((line) => `${JSON.stringify(line)}\n`).join(''))
    return path
  }

  const factorsOf = (lines: readonly Line[], id: string) => lines.find((one) => one['id'] === id)!['factors']

  const count = async ({ db }: Parts, table: string) =>
    Number((await db(table).count({ all: '*' }))[0]?.['all'])

  it('are sealed, with everything that is known of them [S-4.25]', async () => {
    const { to, target } = await other()
    try {
      expect(readFileSync(file, 'utf8')).to.not.contain('GEZDGNBV')
      expect(await to.json(['import', file, ...withPassphrase])).to.deep.include({
        imported: 3,
        refused: 0,
        second_factors: { accounts: 2, carried_over: 2, with_recovery_codes: 0 },
      })
      const moved = (await findTotp(target.db, target.sealer, ids.ada))!
      expect(moved).to.eql(await findTotp(server.db, server.sealer, ids.ada))
      const use = (step: number) =>
        useTotpCode(target.db, moved, totpCode(SECRET, moved, step), step * 30_000)
      expect(await use(STEP), 'used before the move').to.equal(false)
      expect(await use(STEP + 1)).to.equal(true)
      expect(await findTotp(target.db, target.sealer, ids.eve), 'never confirmed').to.equal(undefined)
    } finally {
      await to.remove()
    }
  })

  it('take recovery codes along where the main secret is the same, and say so where it is not', async () => {
    const stored = readFileSync(join(from.folder, 'data/secret.key'), 'utf8').trim()
    const { to, target } = await other(stored)
    const { to: stranger, target: strange } = await other()
    try {
      const report = await to.json(['import', file, ...withPassphrase])
      expect(report['second_factors']).to.include({ with_recovery_codes: 1 })
      const use = (parts: Parts) =>
        useCode(parts.db, parts.config.keys.index, { accountId: ids.ada, code: codes[0]! }, 1)
      expect(await use(target)).to.equal(true)
      expect(await use(target), 'a second time').to.equal(false)
      expect(await stranger.json(['import', file, ...withPassphrase])).to.deep.include({
        left_out: { recovery_codes: 1 },
      })
      expect(await count(strange, 'recovery_codes')).to.equal(0)
    } finally {
      await to.remove()
      await stranger.remove()
    }
  })

  const faults: [string, (line: Line, lines: readonly Line[]) => Line | undefined, RegExp][] = [
    [
      'two accounts have swapped theirs',
      (line, lines) => {
        const from_ = line['id'] === ids.ada ? ids.bob : ids.ada
        return 'factors' in line ? { ...line, factors: factorsOf(lines, from_) } : line
      },
      /^Line \d+: factors was altered or moved\. Nothing was changed\.$/,
    ],
    [
      'one was altered',
      (line) =>
        line['id'] === ids.bob ? { ...line, factors: `${String(line['factors']).slice(0, -2)}AA` } : line,
      /^Line \d+: factors was altered or moved\. Nothing was changed\.$/,
    ],
    [
      'a line is missing',
      (line) => (line['id'] === ids.bob ? undefined : line),
      /not whole.*Nothing was changed\.$/,
    ],
  ]
  describe('where a line is not as it was written', () => {
    let [to, target]: [Place?, Parts?] = []
    before(async () => {
      ;({ to, target } = await other())
    })
    after(() => to!.remove())

    for (const [what, change, message] of faults)
      it(`stop the import before it writes anything: ${what} [S-4.26]`, async () => {
        const refusal = await to!.refused(['import', changed(to!, change), ...withPassphrase])
        expect(refusal.error).to.equal('file_invalid')
        expect(refusal.error_description).to.match(message)
        for (const table of ['accounts', 'account_totps', 'signing_keys'])
          expect(await count(target!, table), table).to.equal(0)
      })
  })

  it('are refused with their account where standard input brings an altered one', async () => {
    const { to, target } = await other()
    try {
      const path = changed(to, (line) => (line['id'] === ids.bob ? { ...line, id: 'somebody-else' } : line))
      const args = ['import', '-', '--format', 'ndjson', '--refused', join(to.folder, 'refused')]
      const report: Answered = await to.printed([...args, ...withPassphrase], readFileSync(path, 'utf8'))
      expect(report).to.deep.include({ imported: 2, refused: 1, refused_by: { not_readable: 1 } })
      expect(await count(target, 'account_totps')).to.equal(1)
    } finally {
      await to.remove()
    }
  })

  it('are refused without the first line of the export, which says how they are sealed', async () => {
    const { to } = await other()
    try {
      const path = join(to.folder, 'part.ndjson')
      const lines = readFileSync(file, 'utf8').split('\n')
      writeFileSync(path, lines.filter((line) => line.includes('"type":"account"')).join('\n'))
      expect(await to.json(['import', path])).to.deep.include({
        imported: 1,
        refused_by: { not_readable: 2 },
      })
    } finally {
      await to.remove()
    }
  })

  it('stay away without a passphrase: the export and the import say of how many accounts', async () => {
    const { to, target } = await other()
    try {
      const bare = join(to.folder, 'bare.ndjson')
      const report = await from.json(['export', bare])
      expect(report).to.deep.include({ second_factors: 0 })
      expect(report['left_out']).to.include({ 'second factors': 2 })
      expect(await to.json(['import', bare])).to.deep.include({
        imported: 3,
        second_factors: { accounts: 2, carried_over: 0, with_recovery_codes: 0 },
        left_out: { totp: 2 },
      })
      expect(await count(target, 'account_totps')).to.equal(0)
    } finally {
      await to.remove()
    }
  })
})

describe('The recovery codes beside passkeys alone', () => {
  it('move with the export, and sign in at a server with the same main secret [S-4.25]', async () => {
    const from = embeddedPlace()
    const to = embeddedPlace()
    try {
      const file = join(from.folder, 'moving.ndjson')
      const passphraseFile = join(from.folder, 'passphrase.txt')
      writeFileSync(passphraseFile, 'seven grey kettles\n')
      const { db, clock, config } = await from.prepared()
      const given = { email: 'ada@example.com', name: '', passwordHash: null, verified: true }
      const { id } = await createAccount(db, given, clock())
      const passkey = { credentialId: 'AAAA', userHandle: 'BBBB', publicKey: 'CCCC', counter: 0 }
      const kind = { transports: '', aaguid: '0'.repeat(32), synced: false, backedUp: false, name: 'A key' }
      await insertPasskey(db, id, { ...passkey, ...kind }, clock())
      const [first = '', second = ''] = await renewCodes(db, config.keys.index, id, clock())
      await useCode(db, config.keys.index, { accountId: id, code: first }, clock())
      const withPassphrase = ['--passphrase-file', passphraseFile]
      expect(await from.json(['export', file, ...withPassphrase])).to.deep.include({ second_factors: 1 })
      to.env['ACCOUNT_SERVER_TOKEN_SECRET_KEY'] = readFileSync(
        join(from.folder, 'data/secret.key'),
        'utf8',
      ).trim()
      const target = await to.prepared()
      expect(await to.json(['import', file, ...withPassphrase])).to.deep.include({
        second_factors: { accounts: 1, carried_over: 0, with_recovery_codes: 1 },
        left_out: {},
      })
      expect(await codesLeft(target.db, id)).to.equal(9)
      const use = (code: string) =>
        useCode(target.db, target.config.keys.index, { accountId: id, code }, target.clock())
      expect([await use(first), await use(second)], 'the used one, another').to.eql([false, true])
      expect(await target.db('passkeys').where({ accountId: id })).to.have.length(1)
    } finally {
      await Promise.all([from.remove(), to.remove()])
    }
  })
})
