import { codeIn } from '../support/letter.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { VERIFIER } from '../provider/relying-party.ts'
import { createCaller } from './caller.ts'
import { basicOf, itAnswersAsWritten } from './written-requests.ts'
import type { Variables } from './written-requests.ts'

const DOCUMENT = 'docs/migrating/endpoints.md'
const KIM = 'kim@example.com'

describe('the requests in place of the endpoints of replaced systems', () => {
  const variables: Variables = {}
  let stage: Stage

  before(async () => {
    stage = await openStage({ store: 'sqlite' })
    const program = await createCaller(stage, ['accounts:read', 'accounts:register', 'accounts:check'])
    const { party } = await createCaller(stage, ['account:read'])
    const person = await stage.person()
    const own = await createCaller(stage, ['account:write'])
    Object.assign(variables, {
      PROGRAM_TOKEN: await program.ownToken(),
      BASIC: basicOf(party),
      CODE: () => party.codeFor(person),
      PERSON_TOKEN: await own.tokenOf(await stage.person()),
      REDIRECT_URI: party.redirectUri,
      VERIFIER,
      MAILED_CODE: async () => codeIn(await stage.waitForMail(KIM, /^Activate/)),
      RESET_CODE: async () => codeIn(await stage.waitForMail(KIM, /^Reset/)),
    })
  })
  after(() => stage.stop())

  itAnswersAsWritten(DOCUMENT, 9, () => stage, variables)
})
