/**
 * Long attacks on two server processes, with the limits that the settings have by default. `npm run faults -- test/faults/attacks.test.ts`
 * prints what was evaluated, and how fast the forms were answered. The short forms are in `test/accounts/wide-failures.test.ts`,
 * `test/factors/factors.test.ts` and `test/security/lockout.test.ts`.
 */
import { expect } from 'chai'
import { timesAudited } from '../support/audit-trail.ts'
import { enroll } from '../factors/enrolled.ts'
import { anyAddress, openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Store } from '../support/running-server.ts'
import { flood, inChunks, together } from './flood.ts'
import type { Flood } from './flood.ts'

const STORES: [Store, string][] = [
  ['sqlite', 'SQLite'],
  ['mariadb+redis', 'MariaDB and Redis'],
]
/** What the settings say by default. The harness raises two of them for tests that fail on purpose. */
const OF_A_NETWORK = 100
const OF_AN_ACCOUNT = 100
const CODES = 5
const REGISTRATIONS = 60
const DEFAULTS = {
  ACCOUNT_SERVER_NETWORK_FAILURES_BEFORE_CHALLENGE: String(OF_A_NETWORK),
  ACCOUNT_SERVER_NETWORK_FAILURES_LIMIT: '1000',
}

for (const [store, name] of STORES)
  describe(`two processes under attack, on ${name},`, function () {
    this.timeout(600_000)
    // The whole attack where several machines share the counters; the same statements take longer on one file.
    const tries = store === 'sqlite' ? 3 : 15
    let stage: Stage

    before(async () => {
      const env = { ...DEFAULTS, ACCOUNT_SERVER_WORKERS: store === 'sqlite' ? '2' : '1' }
      stage = await openStage({ store, separate: true, env })
    })
    after(() => stage.stop())

    async function count(action: string): Promise<number> {
      return timesAudited(stage.parts.db, { action })
    }
    /** How many entries of the audit trail an attack adds. */
    async function added(action: string, attack: () => Promise<Flood>) {
      const before = await count(action)
      const done = await attack()
      return { ...done, entries: (await count(action)) - before }
    }
    const report = (entries: number, times: number, { statuses, seconds }: Flood) => {
      const answers = Object.entries(statuses).map(([status, n]) => `${n} × ${status}`)
      console.log(
        `        ${entries} of ${times} evaluated; ${answers.join(', ')}; ${Math.round(times / seconds)} in a second`,
      )
    }

    it('evaluate 100 of 10,000 stuffing tries over 2,000 accounts from one network [S-2.150]', async () => {
      const people = await inChunks(2000, () => stage.createAccount())
      const network = anyAddress()
      const visitor = stage.visitor({ 'x-forwarded-for': network })
      const attack = { visitor, page: await visitor.get('/sign-in'), times: 10_000 }
      const seen = await added('sign_in.failed', () =>
        flood(stage, attack, (n) => ({
          network,
          fields: { email: people[n % people.length]!.email, password: `stolen ${n}` },
        })),
      )
      report(seen.entries, attack.times, seen)
      expect(seen.entries).to.equal(OF_A_NETWORK)
    })

    it(`evaluate 100 of ${tries} tries each from 1,000 networks on one account, while its owner signs in [S-2.155]`, async () => {
      const { email } = await stage.createAccount()
      const owner = stage.visitor()
      expect((await owner.signIn({ email, password: PASSWORD })).url.pathname).to.equal('/account')
      /** Tries again where the server had no room at that moment, as its page asks for. */
      const again = async (): Promise<string> => {
        for (const { name: cookie, path } of owner.cookies())
          if (!cookie.includes('device')) owner.setCookie(cookie, '', path)
        const { status, url } = await owner.signIn({ email, password: PASSWORD })
        return status === 503 ? again() : url.pathname
      }
      const visitor = stage.visitor()
      const attack = { visitor, page: await visitor.get('/sign-in'), times: 1000 * tries }
      const owned: Promise<string>[] = []
      const seen = await added('sign_in.failed', () =>
        flood(stage, attack, (n) => {
          if (n % (100 * tries) === 50 * tries) owned.push((owned.at(-1) ?? Promise.resolve('')).then(again))
          return {
            network: `198.${18 + (n % 4)}.${Math.floor((n % 1000) / 4)}.1`,
            fields: { email, password: `guess ${n}` },
          }
        }),
      )
      report(seen.entries, attack.times, seen)
      expect(seen.entries).to.equal(OF_AN_ACCOUNT)
      expect(await Promise.all(owned)).to.eql(Array.from({ length: 10 }, () => '/account'))
    })

    it('evaluate 5 of 1,000 guessed codes, 200 at once, by browsers that know the password [S-2.61]', async () => {
      const { email, account } = await stage.createAccount()
      const factor = await enroll(stage.parts, account.id)
      const browsers = await inChunks(10, async () => {
        const network = anyAddress()
        const visitor = stage.visitor({ 'x-forwarded-for': network })
        const page = await visitor.signIn({ email, password: PASSWORD })
        expect(page.heading).to.equal('Enter your code')
        return { network, visitor, page }
      })
      const guess = { fields: { code: factor.wrong() } }
      const seen = await added('second_factor.failed', async () => {
        const floods = browsers.map(({ network, ...browser }) =>
          flood(stage, { ...browser, times: 100, atOnce: 20 }, () => ({ network, ...guess })),
        )
        return together(await Promise.all(floods))
      })
      report(seen.entries, 1000, seen)
      expect(seen.entries).to.equal(CODES)
      const { visitor, page } = browsers[0]!
      const right = await visitor.followForm(page, { code: await factor.code() }, { action: '/code' })
      expect([right.status, right.heading]).to.eql([429, 'Too many attempts'])
    })

    it('make 60 accounts of 1,000 registrations from one network, and still those of another', async () => {
      const network = anyAddress()
      const visitor = stage.visitor({ 'x-forwarded-for': network })
      const attack = { visitor, page: await visitor.get('/register'), times: 1000 }
      const seen = await added('account.registered', () =>
        flood(stage, attack, (n) => ({
          network,
          fields: { name: 'Made up', email: `made-up-${n}@example.com`, password: PASSWORD },
        })),
      )
      report(seen.entries, attack.times, seen)
      expect(seen.entries).to.equal(REGISTRATIONS)
      const honest = stage.visitor()
      const email = 'honest@example.com'
      const form = await honest.get('/register')
      const sent = await honest.followForm(form, {
        name: 'Ada',
        email,
        password: 'seven bridges over one river',
      })
      expect(sent.heading).to.equal('Check your email')
    })
  })
