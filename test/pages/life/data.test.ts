import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { isShared, tablesOf } from '../../../src/accounts/life/personal-data.ts'
import { enroll } from '../../factors/enrolled.ts'
import { register } from '../../provider/relying-party.ts'
import { PASSWORD, STAGES } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { ageSessions } from '../../support/older-sign-ins.ts'
import type { Visitor } from '../../support/visitor.ts'

const PATH = '/account/data'
/** Parts of names that a secret may have, and columns that have one and are none. */
const SUSPICIOUS = /password|secret|token|key|code|hash|digest|sealed|cookie/
const HARMLESS = ['password_changed_at_ms', 'new_password_due']

for (const { name, stage: open } of STAGES)
  describe(`the download of one's own data, on ${name}`, () => {
    let stage: Stage
    let person: Account
    let own: Visitor

    before(async () => {
      stage = await open()
    })
    beforeEach(async () => {
      person = await stage.person()
      own = stage.visitor()
      await own.signIn({ ...person, password: PASSWORD })
    })

    const download = async () => {
      const first = await own.get(`${PATH}/file`)
      if (first.url.pathname.endsWith('/confirm')) await own.followForm(first, { password: PASSWORD })
      const page = await own.get(`${PATH}/file`)
      expect(page.status, page.text).to.equal(200)
      return { page, data: JSON.parse(page.text) as Record<string, Record<string, unknown>[]> }
    }

    it('has a member for each table that has the id of an account, and no secret [S-2.112]', async () => {
      const app = await register(stage)
      await app.tokensFor(person, {}, own)
      await enroll(stage.parts, person.id)
      const { page, data } = await download()
      expect(page.headers.get('content-disposition')).to.contain('your_data.json')
      expect(page.headers.get('cache-control')).to.equal('no-store')
      const tables = await tablesOf(stage.parts.db)
      expect(Object.keys(data)).to.include.members([...tables.keys()])
      expect([...tables.keys()]).to.include.members([
        'accounts',
        'account_sessions',
        'consents',
        'audit_events',
      ])
      expect(data['accounts']?.[0]).to.include({ id: person.id, email: person.email })
      for (const table of ['account_sessions', 'consents', 'audit_events', 'account_totps', 'recovery_codes'])
        expect(data[table], table).to.have.length.greaterThan(0)
      const stored = (await stage.parts.db('accounts').where({ id: person.id }).first('passwordHash')) as {
        passwordHash: string
      }
      expect(page.text).not.to.contain(stored.passwordHash)
    })

    it('leaves out every column that could hold a secret [S-2.112]', async () => {
      for (const [table, columns] of await tablesOf(stage.parts.db))
        for (const column of columns)
          if (SUSPICIOUS.test(column)) expect(HARMLESS, `${table}.${column}`).to.include(column)
      expect(['password_hash', 'secret_sealed', 'code_digest'].some(isShared)).to.equal(false)
    })

    it('has nothing of anybody else', async () => {
      const other = await stage.person()
      const { page } = await download()
      expect(page.text).not.to.contain(other.id)
    })

    it('is whole with more rows than one step reads', async () => {
      // Older ones are purged, at any moment.
      const nowMs = Date.now()
      const rows = Array.from({ length: 450 }, (_, n) => ({
        atMs: nowMs - n,
        action: 'sign_in.failed',
        actor: 'anonymous',
        accountId: person.id,
        ip: '192.0.2.1',
        detail: '{}',
      }))
      await stage.parts.db.batchInsert('audit_events', rows, 50)
      const { data } = await download()
      const failed = data['audit_events']?.filter(({ action }) => action === 'sign_in.failed') ?? []
      expect(new Set(failed.map(({ at }) => at)).size).to.equal(450)
    })

    it('takes a recent proof, and five a day [S-2.107]', async () => {
      for (let n = 0; n < 5; n += 1) await own.get(`${PATH}/file`)
      const sixth = await own.get(`${PATH}/file`)
      expect(sixth.text).to.contain('Try again tomorrow.')
      await ageSessions(stage)
      const asked = await own.get(`${PATH}/file`)
      expect(asked.heading).to.equal('Confirm it’s you')
      expect((await own.followForm(asked, { password: PASSWORD })).heading).to.equal('Your data')
    })
  })
