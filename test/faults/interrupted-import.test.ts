import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Parts } from '../../src/process/start/parts.ts'
import { PLACES } from '../cli/command-line.ts'
import type { Place } from '../cli/command-line.ts'
import { BARE_ENVIRONMENT, pause } from '../support/service-process.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')
const ACCOUNTS = 6000
const KILLED_AT = [1, 2000, 4000]

/** Every third has an id, and every second one an authenticator app. Some are refused, and some share a user name. */
const LINES = Array.from({ length: ACCOUNTS }, (_, index) =>
  JSON.stringify({
    ...(index % 3 === 0 && { id: `old-${index}` }),
    email: index % 100 === 99 ? 'no address' : `person.${index}@example.com`,
    username: `name${index % 5000}`,
    email_verified: true,
    created_at: '2021-03-04T05:06:07Z',
    ...(index % 2 === 0 && { totp_secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }),
  }),
)

for (const [name, openPlace] of Object.entries(PLACES))
  describe(`cli import on ${name}, killed and run again`, function () {
    let [killed, whole]: Place[] = []
    let parts: Parts
    let file: string

    before(async () => {
      ;[killed, whole] = await Promise.all([openPlace(), openPlace()])
      file = join(killed.folder, 'people.ndjson')
      writeFileSync(file, LINES.join('\n'))
      ;[parts] = await Promise.all([killed.prepared(), whole.json(['migrate'])])
    })
    after(async () => {
      await killed!.remove()
      await whole!.remove()
    })

    const imported = async () => Number((await parts.db('accounts').count({ all: '*' }))[0]?.['all'])

    async function withoutTheirApp(): Promise<string[]> {
      const rows: { email: string }[] = await parts
        .db('accounts')
        .leftJoin('account_totps', 'account_totps.accountId', 'accounts.id')
        .whereNull('account_totps.accountId')
        .select('accounts.email')
      return rows.map(({ email }) => email).filter((email) => Number(/\d+/.exec(email)?.[0]) % 2 === 0)
    }

    /** Kills the process as soon as there are this many accounts. */
    async function killAt(count: number): Promise<NodeJS.Signals | null> {
      const env = { ...BARE_ENVIRONMENT, ...killed!.env }
      const child = spawn(process.execPath, [CLI, 'import', file], { env, stdio: 'ignore' })
      const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
      while ((await imported()) < count && child.exitCode === null) await pause(5)
      child.kill('SIGKILL')
      return (await ended)[1]
    }

    it('ends like an import that was not interrupted [A15]', async () => {
      for (const count of KILLED_AT) {
        expect(await killAt(count), `at ${count}`).to.equal('SIGKILL')
        expect(await imported(), 'a batch is there whole, or not').to.satisfy(
          (found: number) => found < ACCOUNTS,
        )
        expect(await withoutTheirApp(), 'no account is there without its second factor').to.eql([])
      }
      const report = await killed!.json(['import', file])
      const uninterrupted = await whole!.json(['import', file])
      expect(Number(report['imported']) + Number(report['already_here'])).to.equal(uninterrupted['imported'])
      expect(report['refused_by']).to.eql(uninterrupted['refused_by'])
      expect(await stateOf(killed!)).to.eql(await stateOf(whole!))
    })
  })

/** Without what is made anew or says when: ids that the file lacks, and the moment of the import. */
async function stateOf(place: Place) {
  const { db, close } = await place.open()
  try {
    const rows: Record<string, unknown>[] = await db('accounts').orderBy('emailCanonical').select('*')
    const audits: unknown = await db('audit_events').count({ all: '*' }).where({ action: 'account.imported' })
    const accounts = rows.map((row) => ({
      ...row,
      id: String(row['id']).startsWith('old-') ? row['id'] : 'made',
      updatedAtMs: 0,
      sessionsValidFromMs: 0,
    }))
    const [apps] = await db('account_totps').count({ all: '*' })
    return { accounts, audits, apps }
  } finally {
    await close()
  }
}
