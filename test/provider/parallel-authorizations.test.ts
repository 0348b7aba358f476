import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { lockWaits } from '../support/lock-waits.ts'
import { callbackOf, register, signIn } from './relying-party.ts'
import type { Fields, Party } from './relying-party.ts'
import { cookiesOf, STAGES, until } from './stage.ts'
import type { Stage } from './stage.ts'

const AT_ONCE = 50
/** Fewer than two processes have connections to the database. */
const WAITING = 12

for (const { name, stage: opened } of STAGES)
  describe(`Many requests of one browser at once, on two processes with ${name}`, () => {
    let stage: Stage
    let app: Party
    let cookie: string
    let person: Account

    before(async () => {
      stage = await opened()
      app = await register(stage)
      const visitor = stage.visitor()
      person = await stage.person()
      await signIn(visitor, app.authorizePath(), person)
      cookie = cookiesOf(visitor)
    })

    const ask = (to: string) => stage.send({ to, headers: { cookie, accept: 'text/html' } })

    async function codesOf(paths: string[]): Promise<Set<string | undefined>> {
      const answers = await Promise.all(paths.map(ask))
      expect(answers.map(({ status }) => status)).to.eql(paths.map(() => 303))
      return new Set(answers.map((answer) => callbackOf(answer)['code']))
    }

    it('each get a code of their own, and none an error', async () => {
      const path = app.authorizePath({ prompt: undefined })
      const codes = await codesOf(Array.from({ length: AT_ONCE }, () => path))
      expect(codes.has(undefined)).to.equal(false)
      expect(codes.size).to.equal(AT_ONCE)
    })

    it('each get a code for what was pushed, and use it up', async () => {
      const pushed = await Promise.all(Array.from({ length: AT_ONCE }, push))
      const codes = await codesOf(pushed)
      expect(codes.has(undefined)).to.equal(false)
      expect(codes.size).to.equal(AT_ONCE)
      const again = await ask(pushed[0]!)
      expect(again.headers).not.to.have.property('location')
    })

    // SQLite has one writer at a time, so none can block another.
    if (name !== 'SQLite')
      it('each get a code although the database refuses their grants as victims of a deadlock [S-5.25]', async () => {
        const { db } = stage.parts
        const own = await register(stage, { first_party: true })
        const path = own.authorizePath({ prompt: undefined })
        // In the order in which all access is ended: first the account, which new grants refer to, then the grants. Where
        // the account has most of them, the database reads the whole table, with the new ones in it.
        const trx = await db.transaction()
        await trx('accounts').where({ id: person.id }).update({ updatedAtMs: Date.now() })
        await trx('announced_logouts').insert(heavy())
        const codes = codesOf(Array.from({ length: WAITING }, () => path))
        await until(
          async () => (await lockWaits(db, 'account_grants')) === WAITING,
          'every request waits to record its grant',
        )
        await trx('account_grants').forUpdate().select('*')
        await trx.rollback()
        const got = await codes
        expect(got.has(undefined)).to.equal(false)
        expect(got.size).to.equal(WAITING)
      })

    async function push(): Promise<string> {
      const { searchParams } = new URL(app.authorizePath({ prompt: undefined }), stage.issuer)
      const answer = await app.call('/oauth/par', Object.fromEntries(searchParams) as Fields)
      const { request_uri } = answer.json()
      return `/oauth/authorize?${new URLSearchParams({ client_id: app.clientId, request_uri: String(request_uri) })}`
    }
  })

/** So many rows that InnoDB takes the other side of a deadlock for its victim. */
function heavy(): object[] {
  return Array.from({ length: 100 }, (_, index) => ({ sid: `parallel-${index}`, announcedAtMs: 0 }))
}
