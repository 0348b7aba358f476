import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { register } from '../oidc/protocol/relying-party.ts'
import { anyAddress, PASSWORD, STAGES } from '../oidc/protocol/stage.ts'
import type { Stage } from '../oidc/protocol/stage.ts'
import { createVisitor } from '../support/visitor.ts'
import type { Visited } from '../support/visitor.ts'

type Kind = 'known' | 'unknown' | 'unverified' | 'locked' | 'disabled'
const KINDS: Kind[] = ['known', 'unknown', 'unverified', 'locked', 'disabled']

const ROUNDS = 9

for (const { name, stage: open } of STAGES)
  describe(`what strangers learn about an address, on ${name}`, function () {
    this.timeout(90_000)
    let stage: Stage
    let authorize: string

    before(async () => {
      stage = await open()
      authorize = (await register(stage)).authorizePath()
    })

    /** An address of each kind, none of them ever asked about, and all equally long. */
    async function addresses(): Promise<Record<Kind, string>> {
      const [known, unverified, locked, disabled] = await Promise.all([
        stage.createAccount({ email: anyEmail() }),
        stage.createAccount({ email: anyEmail(), verified: false }),
        stage.createAccount({ email: anyEmail() }),
        stage.createAccount({ email: anyEmail() }),
      ])
      await disableAccount(stage.accounts, disabled.account.id, { actor: 'cli' })
      return {
        known: known.email,
        unknown: anyEmail(),
        unverified: unverified.email,
        locked: locked.email,
        disabled: disabled.email,
      }
    }

    async function lock(email: string, network: string): Promise<void> {
      const guesser = createVisitor(stage.issuer, { 'x-forwarded-for': network })
      for (let guess = 0; guess < stage.parts.config.accounts.loginMaxFailures; guess += 1)
        await guesser.signIn({ email, password: `wrong ${guess}` })
    }

    const ways: { what: string; ask: (email: string, network: string) => Promise<Visited> }[] = [
      {
        what: 'signing in with a wrong password',
        ask: (email, network) => visitor(network).signIn({ email, password: 'no such password' }),
      },
      {
        what: 'signing in to an app with a wrong password',
        ask: async (email, network) => {
          const guest = visitor(network)
          const fields = { email, password: 'no such password' }
          return guest.followForm(await guest.get(authorize), fields, { action: '/sign-in' })
        },
      },
      {
        what: 'registering',
        ask: async (email, network) => {
          const guest = visitor(network)
          return guest.followForm(await guest.get('/register'), { email, password: PASSWORD, name: 'A B' })
        },
      },
      {
        what: 'asking for a new password',
        ask: async (email, network) => {
          const guest = visitor(network)
          return guest.followForm(await guest.get('/forgot'), { email })
        },
      },
      {
        what: 'asking for the activation mail again',
        ask: async (email, network) => {
          const guest = visitor(network)
          const page = await guest.get('/register')
          const text = page.text.replace('action="/register"', 'action="/register/resend"')
          return guest.followForm({ ...page, text }, { email })
        },
      },
    ]
    const visitor = (network: string) => createVisitor(stage.issuer, { 'x-forwarded-for': network })

    for (const { what, ask } of ways)
      it(`is nothing by ${what}: the same status, headers and bytes for ${KINDS.join(', ')}`, async () => {
        const emails = await addresses()
        const network = anyAddress()
        await lock(emails.locked, network)
        const answers = await Promise.all(KINDS.map((kind) => ask(emails[kind], network)))
        const [first, ...others] = answers.map((answer, index) => fingerprint(answer, emails[KINDS[index]!]))
        others.forEach((other, index) => expect(other, KINDS[index + 1]).to.eql(first))
      })

    it('is nothing by the right password either, while the address is locked or disabled', async () => {
      const emails = await addresses()
      const network = anyAddress()
      await lock(emails.locked, network)
      const signIn = (email: string) => visitor(network).signIn({ email, password: PASSWORD })
      const first = fingerprint(await signIn(emails.unknown), emails.unknown)
      for (const kind of ['locked', 'disabled'] as const)
        expect(fingerprint(await signIn(emails[kind]), emails[kind]), kind).to.eql(first)
    })

    const TIMED = ways.filter(({ what }) => !what.includes('to an app'))
    // The work is the same on every store; once is enough for what takes this long.
    if (name !== 'SQLite') return
    it('is nothing by how long the answer takes', async () => {
      const emails = await addresses()
      for (const { what, ask } of TIMED) {
        const times: Record<string, number[]> = { known: [], unknown: [], disabled: [] }
        // In turns, so that a busy moment of the machine meets all kinds alike; each round on a network of its own.
        for (let round = 0; round < ROUNDS; round += 1)
          for (const kind of ['known', 'unknown', 'disabled'] as const) {
            const network = anyAddress()
            const startedAt = performance.now()
            await ask(emails[kind], network)
            times[kind]!.push(performance.now() - startedAt)
          }
        const medians = Object.values(times).map(median)
        const spread = Math.max(...medians) - Math.min(...medians)
        expect(spread, `${what}: ${medians.map(Math.round).join(', ')} ms`).to.be.below(
          Math.max(25, Math.min(...medians) * 0.35),
        )
      }
    })
  })

const anyEmail = () => `${randomBytes(8).toString('hex')}@example.org`

function fingerprint({ status, text, headers }: Visited, email: string) {
  const body = text
    .replaceAll(email, '(address)')
    .replace(/name="_csrf" value="[^"]*"/g, '')
    .replace(/\/interaction\/[^"]*/g, '(interaction)')
  const cookies = headers
    .getSetCookie()
    .map((line) => line.replace(/=[^;]*/, '').replace(/expires=[^;]*/i, ''))
  return { status, body, cookies, headers: [...headers.keys()].filter((key) => key !== 'connection').sort() }
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
