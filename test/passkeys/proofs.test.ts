import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { passkeysOf } from '../../src/accounts/passkeys/passkey.ts'
import { pendingReset, planFactorReset } from '../../src/factors/factor-resets.ts'
import type { CreationOptions } from '../../src/passkeys/options.ts'
import { enroll } from '../factors/enrolled.ts'
import { PASSWORD, sqliteStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { addKey, askedOn, givePasskey, sendPasskey } from './on-pages.ts'
import { softwareKey } from './software-key.ts'
import type { SoftwareKey } from './software-key.ts'

const SECURITY = '/account/security'

describe('the proofs that a passkey gives', () => {
  let stage: Stage
  let person: Account
  let key: SoftwareKey

  before(async () => {
    stage = await sqliteStage()
  })
  beforeEach(async () => {
    person = await stage.person()
    key = await addKey(stage.parts, person.id)
  })

  const shift = (byMs: number) =>
    stage.parts.db('passkeys').where({ accountId: person.id }).increment('createdAtMs', byMs)
  const signedIn = async (): Promise<Visitor> => {
    const visitor = stage.visitor()
    await givePasskey(visitor, await visitor.get('/sign-in'), key)
    return visitor
  }
  /** The page that asks again, as if the factor had been changed since the sign-in. */
  async function askedAgain(visitor: Visitor): Promise<Visited> {
    await shift(5000)
    const page = await visitor.get(`${SECURITY}/confirm?next=codes`)
    await shift(-5000)
    return page
  }
  const ways: Record<string, () => Promise<[Visitor, Visited]>> = {
    async 'the sign-in without a password'() {
      const visitor = stage.visitor()
      return [visitor, await visitor.get('/sign-in')]
    },
    async 'the step after the password'() {
      const visitor = stage.visitor()
      return [visitor, await visitor.signIn({ email: person.email, password: PASSWORD })]
    },
    async 'the page that asks again'() {
      const visitor = await signedIn()
      return [visitor, await askedAgain(visitor)]
    },
  }

  for (const [way, open] of Object.entries(ways))
    it(`stop a planned reset of factors: ${way} [S-2.146]`, async () => {
      const [visitor, page] = await open()
      await planFactorReset(stage.parts, person.id, { actor: 'cli' })
      const pending = () => pendingReset(stage.parts.db, person.id)
      const wrong = softwareKey({ origin: stage.issuer }).get(askedOn(page))
      await sendPasskey(visitor, page, wrong)
      expect(await pending(), 'a passkey of nobody').to.be.an('object')
      await givePasskey(visitor, await again(visitor, page), key)
      expect(await pending()).to.equal(undefined)
    })

  /** The challenge of the refused answer is used up. */
  const again = (visitor: Visitor, { url }: Visited) => visitor.get(url.pathname + url.search)

  it('count for the pages beside those of one’s security, for each change of a factor [S-2.283]', async () => {
    const proofOf = (visitor: Visitor) => visitor.cookies().find(({ name }) => name.endsWith('proof'))?.value
    const changes: Record<string, (visitor: Visitor) => Promise<Visited>> = {
      async 'asked again'(visitor) {
        return givePasskey(visitor, await askedAgain(visitor), key)
      },
      async 'another passkey'(visitor) {
        const page = await visitor.get(`${SECURITY}/passkeys/new`)
        const options = askedOn(page) as unknown as CreationOptions['options']
        const passkey = softwareKey({ origin: stage.issuer }).create({ options })
        return visitor.followForm(page, { passkey }, { action: '/passkeys/new' })
      },
      async 'new recovery codes'(visitor) {
        return visitor.followForm(
          await visitor.get(`${SECURITY}/codes/renew`),
          {},
          { action: '/codes/renew' },
        )
      },
      async 'the app removed'(visitor) {
        const page = await visitor.get(`${SECURITY}/app/remove`)
        return visitor.followForm(page, {}, { action: '/app/remove' })
      },
      async 'the passkey removed'(visitor) {
        const [{ id } = { id: '' }] = await passkeysOf(stage.parts.db, person.id)
        const page = await visitor.get(`${SECURITY}/passkeys/${id}/remove`)
        return visitor.followForm(page, {}, { action: '/remove' })
      },
    }
    // Before the sign-ins, which are known in whole seconds.
    await enroll(stage.parts, person.id)
    for (const [change, make] of Object.entries(changes)) {
      const visitor = await signedIn()
      expect(proofOf(visitor), change).to.equal(undefined)
      const page = await make(visitor)
      expect(page.status, change).to.equal(200)
      expect(proofOf(visitor), `${change}: ${page.heading}`).to.be.a('string')
      expect((await visitor.get('/account/email')).url.pathname, change).to.equal('/account/email')
    }
  })
})
