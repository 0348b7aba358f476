import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { z } from 'zod'
import { commandsOf } from '../../interop/guide.ts'
import { answerOf } from '../cli/command-line.ts'
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
    const { client_id, client_secret } = await registeredAsWritten(stage)
    const app = await createCaller(stage, ['account:read', 'account:write'])
    variables['PERSON_TOKEN'] = await app.tokenOf(await stage.person())
    variables['BASIC'] = (basic(client_id, client_secret)['authorization'] ?? '').replace('Basic ', '')
  })
  after(() => stage.stop())

  const exchanges = exchangesOf(DOCUMENT)
  it('are there', () => expect(exchanges.length).to.be.greaterThan(8))
  for (const [index, exchange] of exchanges.entries())
    it(`${index + 1}: ${exchange.heading}: ${exchange.request.first} is answered as written`, () =>
      run(stage, exchange, variables))
})

/** The client of the first command of the document, at the issuer of the stage. */
async function registeredAsWritten({ issuer, parts }: Stage) {
  const text = readFileSync(join(import.meta.dirname, '../..', DOCUMENT), 'utf8')
  const [words = []] = commandsOf(text.replaceAll('http://localhost:8700', issuer))
  const { data } = await answerOf(parts, words)
  return z.object({ client_id: z.string(), client_secret: z.string() }).parse(data)
}
