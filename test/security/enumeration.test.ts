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
/** As many when the machine is too busy for a clear picture. */
const MOST_ROUNDS = 54
const MOST_RATIO = 1.4

/** `isQuick`: false where the way to the form takes so long that its time is not measured here. */
type Way = { what: string; isQuick?: boolean; open: (visitor: Visitor, authorize: string) => Promise<Submit> }
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
    what: 'giving a code after registering',
    open: async (visitor) => {
      const page = await visitor.get('/register')
      return async (email) => {
        const sent = await visitor.followForm(page, { email, password: PASSWORD, name: 'A B' })
        return visitor.followForm(sent, { code: 'AAAA-2222' }, { action: '/register/sent' })
      }
    },
  },
  {
    what: 'correcting the address after registering',
    isQuick: false,
    open: async (visitor) => {
      const page = await visitor.get('/register')
      const sent = await visitor.followForm(page, { email: anyEmail(), password: PASSWORD, name: 'A B' })
      const form = await visitor.get(sent.url.href.replace('/sent', '/address'))
      return (email) => visitor.followForm(form, { email })
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

    it('is nothing by the right password either, while the address is locked', async () => {
      const emails = await addresses()
      const network = anyAddress()
      const signIn = async (kind: Kind) => {
        const answer = await visitor(network).signIn({ email: emails[kind], password: PASSWORD })
        return fingerprint(answer, emails[kind])
      }
      await Promise.all((['known', 'unknown'] as const).map((kind) => lock(emails[kind], network)))
      const [locked, unknown] = await Promise.all([signIn('known'), signIn('unknown')])
      expect(locked).to.have.property('status', 429)
      expect(locked).to.eql(unknown)
    })

    it('is nothing about a disabled account without its password, which then says so', async () => {
      const emails = await addresses()
      const network = anyAddress()
      const signIn = async (kind: Kind, password: string) =>
        fingerprint(await visitor(network).signIn({ email: emails[kind], password }), emails[kind])
      expect(await signIn('disabled', 'wrong')).to.eql(await signIn('unknown', 'wrong'))
      expect((await signIn('disabled', PASSWORD)).body).to.contain('This account is disabled')
    })
  })

describe('how long an answer takes', function () {
  let stage: Stage

  // Hashing costs so much here that leaving it out could not hide in the noise.
  before(async () => {
    stage = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_HASH_PASSES: '10' } })
  })
  after(() => stage.stop())

  for (const way of WAYS.filter(({ what, isQuick = true }) => isQuick && !what.includes('to an app')))
    it(`shows nothing about an address by ${way.what} [S-2.10][S-6.19]`, async () => {
      const [known, disabled] = [await stage.person(), await stage.person()]
      await disableAccount(stage.accounts, disabled.id, { actor: 'cli' })
      const emails = { known: known.email, unknown: anyEmail(), disabled: disabled.email }
      const rounds: Record<Timed, number>[] = []
      for (let most = ROUNDS; most <= MOST_ROUNDS; most += ROUNDS) {
        while (rounds.length < most) rounds.push(await timedRound(stage, way, emails, rounds.length))
        if (PAIRS.every((pair) => isAlike(medianRatio(rounds, pair)))) break
      }
      for (const pair of PAIRS) {
        const ratio = medianRatio(rounds, pair)
        expect(isAlike(ratio), `${pair.join(' to ')} takes ${ratio.toFixed(2)} of the time`).to.equal(true)
      }
    })

  it('would show an answer that hashes nothing', async () => {
    const { email: known } = await stage.person()
    const hasty: Way = {
      what: 'a form without a password',
      open: async (visitor) => {
        const page = await visitor.get('/sign-in')
        return (email) => visitor.followForm(page, { email, password: email === known ? 'wrong' : '' })
      },
    }
    const emails = { known, unknown: anyEmail(), disabled: anyEmail() }
    const rounds: Record<Timed, number>[] = []
    while (rounds.length < ROUNDS) rounds.push(await timedRound(stage, hasty, emails, rounds.length))
    expect(isAlike(medianRatio(rounds, ['known', 'unknown']))).to.equal(false)
  })
})

const TIMED = ['known', 'unknown', 'disabled'] as const
type Timed = (typeof TIMED)[number]
const PAIRS: readonly (readonly [Timed, Timed])[] = [
  ['known', 'unknown'],
  ['known', 'disabled'],
]

/** One try of each kind, one right after the other, each on a network of its own. Each kind is first in turn. */
async function timedRound(
  stage: Stage,
  way: Way,
  emails: Record<Timed, string>,
  round: number,
): Promise<Record<Timed, number>> {
  const taken = { known: 0, unknown: 0, disabled: 0 }
  for (const turn of TIMED.keys()) {
    const kind = TIMED[(turn + round) % TIMED.length]!
    const submit = await way.open(stage.visitor(), '')
    const startedAt = performance.now()
    await submit(emails[kind])
    taken[kind] = performance.now() - startedAt
  }
  return taken
}

/** Both of a pair meet the same busy moments of the machine, so the median of their ratios is steady when times are not. */
function medianRatio(
  rounds: readonly Record<Timed, number>[],
  [one, other]: readonly [Timed, Timed],
): number {
  const ratios = rounds.map((taken) => taken[one] / taken[other]).toSorted((a, b) => a - b)
  return ratios[Math.floor(ratios.length / 2)]!
}

function isAlike(ratio: number): boolean {
  return ratio < MOST_RATIO && ratio > 1 / MOST_RATIO
}

const anyEmail = () => `${randomBytes(8).toString('hex')}@example.org`

function fingerprint({ status, text, headers, through }: Visited, email: string) {
  const body = text
    .replaceAll(email, '(address)')
    .replace(/name="_csrf" value="[^"]*"|<data value="[^"]*"/g, '')
    // The page's own id is different each time, for everybody.
    .replace(/\/interaction\/[^"]*/g, '(interaction)')
    .replace(/from=[^"]*/g, '(from)')
    .replace(/for=[\w-]{16}/g, '(registration)')
  const cookies = headers
    .getSetCookie()
    .map((line) => line.replace(/=[^;]*/, '').replace(/expires=[^;]*/i, ''))
  const names = [...headers.keys()].filter((key) => key !== 'connection').sort()
  return { status, body, cookies, headers: names, through: through.map(redirectPrint) }
}

/** A sealed cookie or reason differs each time. Its length must not. */
function redirectPrint({ status, headers }: Visited) {
  const to = headers
    .get('location')
    ?.replace(/(?:\/|%2F)interaction.*/, '(interaction)')
    .replace(/why=[\w.-]+/, (why) => `why of ${why.length}`)
    .replace(/for=[\w-]{16}/, '')
  const cookies = headers.getSetCookie().map((line) => line.replace(/expires=[^;]*/i, ''))
  return { status, to, cookies: cookies.map((line) => [line.split('=')[0], line.length]) }
}
