import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { register } from '../provider/relying-party.ts'
import { anyAddress, openStage, PASSWORD, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createVisitor } from '../support/visitor.ts'
import type { Visited, Visitor } from '../support/visitor.ts'

type Kind = 'known' | 'unknown' | 'unverified' | 'disabled'
const KINDS: Kind[] = ['known', 'unknown', 'unverified', 'disabled']

const ROUNDS = 9
/** How often more is measured on a machine that is too busy for a clear picture. */
const MORE = 5

type Way = { what: string; open: (visitor: Visitor, authorize: string) => Promise<Submit> }
type Submit = (email: string) => Promise<Visited>

const WAYS: Way[] = [
  {
    what: 'signing in with a wrong password',
    open: async (visitor) => {
      const page = await visitor.get('/sign-in')
      return (email) => visitor.followForm(page, { email, password: 'no such password' })
    },
  },
  {
    what: 'signing in to an app with a wrong password',
    open: async (visitor, authorize) => {
      const page = await visitor.get(authorize)
      const password = 'no such password'
      return (email) => visitor.followForm(page, { email, password }, { action: '/sign-in' })
    },
  },
  {
    what: 'registering',
    open: async (visitor) => {
      const page = await visitor.get('/register')
      return (email) => visitor.followForm(page, { email, password: PASSWORD, name: 'A B' })
    },
  },
  {
    what: 'asking for a new password',
    open: async (visitor) => {
      const page = await visitor.get('/forgot')
      return (email) => visitor.followForm(page, { email })
    },
  },
  {
    what: 'asking for the activation mail again',
    open: async (visitor) => {
      const page = await visitor.get('/register')
      const text = page.text.replace('action="/register"', 'action="/register/resend"')
      return (email) => visitor.followForm({ ...page, text }, { email })
    },
  },
]

for (const { name, stage: open } of STAGES)
  describe(`what strangers can find out about an address, on ${name}`, function () {
    let stage: Stage
    let authorize: string

    before(async () => {
      stage = await open()
      authorize = (await register(stage)).authorizePath()
    })

    /** An address of each kind, none of them ever asked about, and all equally long. */
    async function addresses(): Promise<Record<Kind, string>> {
      const [known, unverified, disabled] = await Promise.all([
        stage.createAccount({ email: anyEmail(), verified: false }),
        stage.createAccount({ email: anyEmail() }),
        stage.createAccount({ email: anyEmail() }),
      ])
      await disableAccount(stage.accounts, disabled.account.id, { actor: 'cli' })
      return {
        known: known.email,
        unknown: anyEmail(),
        unverified: unverified.email,
        disabled: disabled.email,
      }
    }

    async function lock(email: string, network: string): Promise<void> {
      const guesser = createVisitor(stage.issuer, { 'x-forwarded-for': network })
      for (let guess = 0; guess < stage.parts.config.accounts.loginMaxFailures; guess += 1)
        await guesser.signIn({ email, password: `wrong ${guess}` })
    }

    let locked: Promise<{ emails: Record<Kind, string>; network: string }> | undefined

    /** The same addresses for every way that leaves them as they are: so many guesses take long. */
    const lockedOnce = () => (locked ??= lockAll())

    async function lockAll() {
      const [emails, network] = [await addresses(), anyAddress()]
      await Promise.all(KINDS.map((kind) => lock(emails[kind], network)))
      return { emails, network }
    }

    const visitor = (network: string) => createVisitor(stage.issuer, { 'x-forwarded-for': network })

    for (const { what, open: openForm } of WAYS)
      it(`is nothing by ${what}: the same status, headers and bytes for ${KINDS.join(', ')} [S-2.9]`, async () => {
        const emails = await addresses()
        const network = anyAddress()
        const answers = await Promise.all(
          KINDS.map(async (kind) => (await openForm(visitor(network), authorize))(emails[kind])),
        )
        const [first, ...others] = answers.map((answer, index) => fingerprint(answer, emails[KINDS[index]!]))
        others.forEach((other, index) => expect(other, KINDS[index + 1]).to.eql(first))
      })

    // How attempts are counted on each store is shown in lockout.test.ts; what a page says of it, on any.
    if (name !== 'SQLite') return

    for (const { what, open: openForm } of WAYS)
      it(`is nothing by ${what} after too many attempts, which pause the unknown address as well [S-2.49]`, async () => {
        const { emails, network } = await (what === 'registering' ? lockAll() : lockedOnce())
        const answers = await Promise.all(
          KINDS.map(async (kind) => {
            const submit = await openForm(visitor(network), authorize)
            return fingerprint(await submit(emails[kind]), emails[kind])
          }),
        )
        const [first, ...others] = answers
        if (what.startsWith('signing in')) expect(first).to.have.property('status', 429)
        others.forEach((other, index) => expect(other, KINDS[index + 1]).to.eql(first))
      })

    it('is nothing by the right password either, while the address is locked or disabled', async () => {
      const emails = await addresses()
      const network = anyAddress()
      const signIn = async (kind: Kind) => {
        const answer = await visitor(network).signIn({ email: emails[kind], password: PASSWORD })
        return fingerprint(answer, emails[kind])
      }
      expect(await signIn('disabled')).to.eql(await signIn('unknown'))
      await Promise.all((['known', 'unknown'] as const).map((kind) => lock(emails[kind], network)))
      const [locked, unknown] = await Promise.all([signIn('known'), signIn('unknown')])
      expect(locked).to.have.property('status', 429)
      expect(locked).to.eql(unknown)
    })
  })

describe('how long an answer takes', function () {
  let stage: Stage

  // Hashing costs so much here that leaving it out could not hide in the noise.
  before(async () => {
    stage = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_HASH_PASSES: '10' } })
  })
  after(() => stage.stop())

  for (const way of WAYS.filter(({ what }) => !what.includes('to an app')))
    it(`shows nothing about an address by ${way.what} [S-2.10][S-6.19]`, async () => {
      const [known, disabled] = [await stage.person(), await stage.person()]
      await disableAccount(stage.accounts, disabled.id, { actor: 'cli' })
      const emails = { known: known.email, unknown: anyEmail(), disabled: disabled.email }
      const times = { known: [] as number[], unknown: [] as number[], disabled: [] as number[] }
      // In turns, so that a busy moment of the machine meets all kinds alike; each time on a network of its own.
      const measure = async () => {
        for (let round = 0; round < ROUNDS; round += 1)
          for (const kind of ['known', 'unknown', 'disabled'] as const) {
            const submit = await way.open(stage.visitor(), '')
            const startedAt = performance.now()
            await submit(emails[kind])
            times[kind].push(performance.now() - startedAt)
          }
        return Object.values(times).map((all) => Math.min(...all))
      }
      const ratioOf = (quickest: number[]) => Math.max(...quickest) / Math.min(...quickest)
      // The quickest of each kind, since other work only ever adds to a time: more rounds bring those of equal cost
      // together, and never those of unequal cost.
      let quickest = await measure()
      for (let more = 0; more < MORE && ratioOf(quickest) >= 1.4; more += 1) quickest = await measure()
      expect(ratioOf(quickest), `${quickest.map(Math.round).join(', ')} ms`).to.be.below(1.4)
    })
})

const anyEmail = () => `${randomBytes(8).toString('hex')}@example.org`

function fingerprint({ status, text, headers }: Visited, email: string) {
  const body = text
    .replaceAll(email, '(address)')
    .replace(/name="_csrf" value="[^"]*"/g, '')
    // The page's own id is different each time, for everybody.
    .replace(/\/interaction\/[^"]*/g, '(interaction)')
    .replace(/from=[^"]*/g, '(from)')
  const cookies = headers
    .getSetCookie()
    .map((line) => line.replace(/=[^;]*/, '').replace(/expires=[^;]*/i, ''))
  return { status, body, cookies, headers: [...headers.keys()].filter((key) => key !== 'connection').sort() }
}
