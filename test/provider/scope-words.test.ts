import { expect } from 'chai'
import { updateResource } from '../../src/resources/resources.ts'
import type { Visited } from '../support/visitor.ts'
import { register } from './relying-party.ts'
import { PASSWORD, sqliteStage, until } from './stage.ts'
import type { Stage } from './stage.ts'

const LEDGER = 'https://ledger.words.example/'

const wordsOn = ({ text }: Visited) => text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')

describe('the scopes of a resource server', function () {
  let stage: Stage

  before(async () => {
    stage = await sqliteStage()
    await stage.createResource({
      identifier: LEDGER,
      name: 'Ledger',
      scope: 'ledger:read ledger:pay toString',
      scope_texts: { 'ledger:read': 'See your <balance>' },
    })
  })

  it('are shown in the words that they were registered with, or by name, wherever a person sees them', async () => {
    const scope = 'openid ledger:read ledger:pay toString'
    const app = await register(stage, { allowed_resources: [LEDGER], scope })
    const [person, visitor] = [await stage.person(), stage.visitor()]
    const page = await visitor.get(app.authorizePath({ scope, resource: LEDGER }))
    const consent = await visitor.followForm(page, { email: person.email, password: PASSWORD })
    expect(wordsOn(consent)).to.contain('At Ledger See your &lt;balance&gt; ledger:pay toString Allow')
    expect(consent.text).not.to.contain('ledger:read')

    await visitor.followForm(consent, { decision: 'allow' })
    expect((await visitor.get('/account/apps')).text).to.contain(
      'See your &lt;balance&gt; · ledger:pay · toString',
    )

    const words = { 'ledger:read': 'See your account', 'ledger:pay': 'Pay from it' }
    await updateResource(stage.parts.db, LEDGER, { scope_texts: words }, stage.parts)
    const shown = async () => (await visitor.get('/account/apps')).text
    await until(
      async () => (await shown()).includes('See your account · Pay from it · toString'),
      'the words changed',
    )
  })
})
