import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { removeAccount } from '../../src/account-cache/changed-account.ts'
import { recordGrant } from '../../src/consents/account-grants.ts'
import { rememberConsent } from '../../src/consents/consents.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../platform/change-feed-databases.ts'
import { register } from './relying-party.ts'
import { PASSWORD, STAGES, until } from './stage.ts'
import { lockWaits } from '../support/lock-waits.ts'

describe('An account that is deleted between its look-up and a write', () => {
  for (const { name, open } of DATABASES)
    describe(`on ${name}`, () => {
      let opened: MigratedDatabase
      before(async () => {
        opened = await open()
      })
      after(() => opened.drop())

      it('gets no grant', async () => {
        const grant = { accountId: randomUUID(), clientId: 'app', createdAtMs: 1, expiresAtMs: 2 }
        await recordGrant(opened.db, { grantId: 'a grant', ...grant })
        expect(await opened.db('account_grants').select('clientId')).to.eql([])
      })

      it('gets no consent', async () => {
        await rememberConsent(opened.db, randomUUID(), 'app', { scopes: ['openid'] }, 1)
        expect(await opened.db('consents').select('clientId')).to.eql([])
      })
    })

  // Held by a lock, which SQLite does not have.
  it('leads from the consent page to the sign-in page, on MariaDB and Redis', async () => {
    const stage = await STAGES[1].stage()
    const [app, { id, email }] = [await register(stage), await stage.person()]
    const visitor = stage.visitor()
    const signIn = await visitor.get(app.authorizePath())
    const consent = await visitor.followForm(signIn, { email, password: PASSWORD }, { action: '/sign-in' })
    const { db } = stage.parts
    const deletion = await db.transaction()
    await removeAccount(deletion, id)
    const allowed = visitor.followForm(consent, { decision: 'allow' }, { action: '/consent' })
    await until(async () => (await lockWaits(db, 'account_grants')) > 0, 'the grant waits for the deletion')
    await deletion.commit()
    const { status, heading } = await allowed
    expect([status, heading]).to.eql([200, 'Sign in'])
  })
})
