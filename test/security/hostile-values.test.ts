import { expect } from 'chai'
import { lookupEmail, parseEmail } from '../../src/platform/email.ts'
import { passwordProblem } from '../../src/passwords/password-policy.ts'
import { profileSchema } from '../../src/accounts/profile.ts'
import { AppError } from '../../src/platform/errors.ts'
import { redactedPath } from '../../src/http/request/redacted-path.ts'
import { clientInput } from '../../src/clients/client-metadata.ts'
import { parseClientMetadata } from '../../src/clients/client-rules.ts'
import { takenMetadata } from '../../src/clients/taken-metadata.ts'
import { detailsTypeInput } from '../../src/resources/details-type.ts'
import { loggableError } from '../../src/platform/logging/loggable-error.ts'
import { costMs } from '../support/thread-time.ts'
import { hostileText, SHAPES } from './hostile.ts'

/** Of the event loop, for one value. */
const ENOUGH_MS = 50

describe('64 kB of hostile text, without the limits of a request', function () {
  this.timeout(300_000)
  const policy = { serverName: 'Accounts', accounts: { passwordMinLength: 8 } }
  const owner = { email: 'ada@example.org', name: 'Ada' }
  const readers: Record<string, (text: string) => unknown> = {
    'an address': parseEmail,
    'an address to look up': lookupEmail,
    'a password': (text) => passwordProblem(policy, text, owner),
    'a profile': (text) =>
      profileSchema.safeParse({ name: text, username: text, locale: text, zoneinfo: text }),
    'a path in the log': redactedPath,
    'an error in the log': (text) => loggableError(new Error(text)),
    "an error of the database's in the log": (text) =>
      loggableError(Object.assign(new Error(`insert into x - ${text}`), { code: 'ER_X', sqlMessage: text })),
  }
  for (const [what, read] of Object.entries(readers))
    it(`is read quickly as ${what}`, () => expectQuick(what, read))

  it('is refused quickly in every field of client metadata', async () => {
    for (const name of Object.keys(clientInput.shape))
      for (const wrap of [
        (text: string) => text,
        (text: string) => [text],
        (text: string) => ({ keys: [text] }),
      ])
        await expectQuick(name, (text) =>
          refused(() => parseClientMetadata({ client_name: 'a', [name]: wrap(text) })),
        )
  })

  it('is refused quickly in the document of a client, also nested', async () => {
    await expectQuick('client_uri', (text) =>
      refused(() => parseClientMetadata(takenMetadata({ client_uri: text }))),
    )
    await expectQuick('redirect_uris', (text) =>
      refused(() => parseClientMetadata(takenMetadata({ redirect_uris: [text] }))),
    )
  })

  it('is refused quickly in a type of authorization details', async () => {
    const field = { label: 'a' }
    for (const given of ['type', 'title', 'label', 'name', 'values'])
      await expectQuick(given, (text) =>
        detailsTypeInput.safeParse({
          type: given === 'type' ? text : 'a',
          title: given === 'title' ? text : 'a',
          fields: {
            [given === 'name' ? text : 'a']: {
              ...field,
              ...(given === 'label' && { label: text }),
              ...(given === 'values' && { values: [text] }),
            },
          },
        }),
      )
  })
})

async function expectQuick(what: string, read: (text: string) => unknown): Promise<void> {
  for (const shape of SHAPES) {
    const text = hostileText(shape)
    const cost = await costMs(process.pid, () => read(text), { enough: ENOUGH_MS })
    expect(cost, `${what}, ${shape}`).to.be.below(ENOUGH_MS)
  }
}

function refused(parse: () => unknown): void {
  try {
    parse()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
  }
}
