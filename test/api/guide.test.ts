import { expect } from 'chai'
import { basic } from '../provider/send.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import { exchangesOf, run } from './written-requests.ts'
import type { Variables } from './written-requests.ts'

const DOCUMENT = 'docs/api.md'

describe('the requests of docs/api.md', () => {
  const variables: Variables = {}
  let stage: Stage

  before(async () => {
    stage = await openStage({ store: 'sqlite' })
    const program = await createCaller(stage, ['accounts:read', 'accounts:register'])
    const app = await createCaller(stage, ['account:read', 'account:write'])
    variables['PERSON_TOKEN'] = await app.tokenOf(await stage.person())
    const { clientId, secret } = program.party
    variables['BASIC'] = (basic(clientId, secret)['authorization'] ?? '').replace('Basic ', '')
  })
  after(() => stage.stop())

  const exchanges = exchangesOf(DOCUMENT)
  it('are there', () => expect(exchanges.length).to.be.greaterThan(8))
  for (const [index, exchange] of exchanges.entries())
    it(`${index + 1}: ${exchange.heading}: ${exchange.request.first} is answered as written`, () =>
      run(stage, exchange, variables))
})
