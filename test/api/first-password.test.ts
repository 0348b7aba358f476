import { expect } from 'chai'
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import { findAccountById } from '../../src/accounts/account.ts'
import type { Account } from '../../src/accounts/account.ts'
import { addKey, givePasskey } from '../passkeys/on-pages.ts'
import type { SoftwareKey } from '../passkeys/software-key.ts'
import { PASSWORD, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { auditTrailOf } from '../support/audit-trail.ts'
import { ageSessions } from '../support/older-sign-ins.ts'
import type { Visitor } from '../support/visitor.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

const CHOSEN = 'seven bridges over one river'

for (const { name, stage: open } of STAGES)
  describe(`a first password over the API, with ${name}`, () => {
    let stage: Stage
    let api: Api
    let person: Account
    let key: SoftwareKey

    before(async () => {
      stage = await open()
      api = await createCaller(stage, ['account:read', 'account:factors'])
    })
    beforeEach(async () => {
      person = await stage.person()
      key = await addKey(stage.parts, person.id)
    })

    const withoutPassword = () => updateAccount(stage.parts.db, { id: person.id }, { passwordHash: null })
    const hashOf = async () => (await findAccountById(stage.parts.db, person.id))?.passwordHash
    const add = (token: string, newPassword = CHOSEN) =>
      api.call('POST', '/account/password/add', { token, body: { new_password: newPassword } })
    async function byPasskey(): Promise<Visitor> {
      const visitor = stage.visitor()
      await givePasskey(visitor, await visitor.get('/sign-in'), key)
      return visitor
    }
    const tokenByPasskey = async () => api.tokenOf(person, await byPasskey())

    it('is added after a sign-in with the passkey, and everything else ends [S-2.313]', async () => {
      await withoutPassword()
      const [token, elsewhere] = [await tokenByPasskey(), await byPasskey()]
      const refused = await add(token, 'short')
      expect([refused.status, refused.json()['code']]).to.eql([422, 'password_refused'])
      const answer = await add(token)
      expect([answer.status, answer.text]).to.eql([204, ''])
      expect((await elsewhere.get('/account')).heading).to.equal('Sign in')
      expect((await api.call('GET', '/account', { token })).status, 'this session').to.equal(200)
      await stage.waitForMail(person.email, /password/i)
      const trail = (await auditTrailOf(stage.parts.db, person.id)).map(({ action }) => action)
      expect(trail).to.include('password.changed')
      const page = await stage.visitor().signIn({ email: person.email, password: CHOSEN })
      expect(page.heading).to.equal('Use your passkey')
    })

    it('takes a passkey alone, of the last ten minutes, and no other sign-in [S-2.313]', async () => {
      const ways: Record<string, () => Promise<string>> = {
        async 'a password and the passkey'() {
          const { passwordHash } = await stage.person()
          await updateAccount(stage.parts.db, { id: person.id }, { passwordHash })
          const visitor = stage.visitor()
          await givePasskey(visitor, await visitor.signIn({ email: person.email, password: PASSWORD }), key)
          return api.tokenOf(person, visitor)
        },
        async 'the passkey, an hour ago'() {
          const visitor = await byPasskey()
          await ageSessions(stage, person.id)
          return api.tokenOf(person, visitor)
        },
      }
      for (const [what, tokenOf] of Object.entries(ways)) {
        const token = await tokenOf()
        await withoutPassword()
        const answer = await add(token)
        expect([answer.status, answer.json()['code']], what).to.eql([401, 'insufficient_user_authentication'])
        expect(answer.headers['www-authenticate'], what).to.contain('max_age="600"')
        expect(await hashOf(), what).to.equal(null)
      }
    })

    it('cannot be put in the place of one, from another request either', async () => {
      const token = await tokenByPasskey()
      const there = await add(token)
      expect([there.status, there.json()['code']]).to.eql([409, 'password_exists'])
      await withoutPassword()
      const answers = await Promise.all([
        add(token),
        add(token, 'another one of 48'),
        add(token, 'a third one of 49'),
      ])
      expect(answers.map(({ status }) => status)).to.have.members([204, 409, 409])
    })

    it('is a matter of the mailbox where there is no passkey', async () => {
      const alone = await stage.person()
      const token = await api.tokenOf(alone)
      await updateAccount(stage.parts.db, { id: alone.id }, { passwordHash: null })
      const answer = await add(token)
      expect([answer.status, answer.json()['code']]).to.eql([409, 'passkey_missing'])
      expect(answer.json()['detail']).to.contain('/password-resets')
    })
  })
