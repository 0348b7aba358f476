import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { commandsOf } from '../../interop/guide.ts'
import { answerOf } from '../cli/command-line.ts'
import { openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import { basicOf, itAnswersAsWritten } from './written-requests.ts'
import type { Variables } from './written-requests.ts'

const DOCUMENT = 'docs/api.md'

describe('the requests of docs/api.md', () => {
  const variables: Variables = {}
  let stage: Stage

  before(async () => {
    stage = await openStage({ store: 'sqlite' })
    variables['BASIC'] = basicOf(await registeredAsWritten(stage))
    const app = await createCaller(stage, ['account:read', 'account:write', 'account:factors'])
    variables['PASSWORD'] = PASSWORD
    variables['PERSON_TOKEN'] = await app.tokenOf(await stage.person())
    variables['ADMIN_TOKEN'] = await (await createCaller(stage, ['groups:manage'])).ownToken()
  })
  after(() => stage.stop())

  itAnswersAsWritten(DOCUMENT, 9, () => stage, variables)
})

/** The client of the first command of the document, at the issuer of the stage. */
async function registeredAsWritten({ issuer, parts }: Stage) {
  const text = readFileSync(join(import.meta.dirname, '../..', DOCUMENT), 'utf8')
  const [words = []] = commandsOf(text.replaceAll('http://localhost:8700', issuer))
  const { data } = await answerOf(parts, words)
  const made = z.object({ client_id: z.string(), client_secret: z.string() }).parse(data)
  return { clientId: made.client_id, secret: made.client_secret }
}
