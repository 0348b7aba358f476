/** The paths of a registration with a passkey (decision 0050), at an address that may have an account. */
import type { Account } from '../../src/accounts/account.ts'
import type { CreationOptions } from '../../src/passkeys/options.ts'
import { askedOn, givePasskey } from '../passkeys/on-pages.ts'
import { softwareKey } from '../passkeys/software-key.ts'
import type { SoftwareKey } from '../passkeys/software-key.ts'
import type { Stage } from '../provider/stage.ts'
import { codeIn, linkIn } from '../support/letter.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import type { Outcome } from './expected-outcomes.ts'
import type { Cell, Path } from './session-paths.ts'

type Needs = {
  stage: () => Stage
  browser: () => Visitor
  /** The request of an app. */
  path: () => string
  outcomeOf: (page: Visited) => Outcome
  withoutSession: (visitor: Visitor) => Promise<Outcome>
}

type Waiting = { visitor: Visitor; key: SoftwareKey; sent: Visited }

const NO_CODE = 'AAAA-3333'

export function registrationPaths({ stage, browser, path, outcomeOf, withoutSession }: Needs) {
  async function register({ email }: Account, from: string): Promise<Waiting> {
    const visitor = browser()
    const start = await visitor.get(from)
    const [, href = from] = /href="(\/register[^"]*)"/.exec(start.text) ?? []
    const form = await visitor.get(href.replaceAll('&amp;', '&'))
    const key = softwareKey({ origin: stage().issuer })
    const passkey = key.create({ options: askedOn<CreationOptions['options']>(form) })
    const sent = await visitor.followForm(form, { email, with: 'passkey', passkey }, { action: '/register' })
    if (sent.heading !== 'Check your email') throw new Error(`${sent.heading}: ${sent.text}`)
    return { visitor, key, sent }
  }

  /** Only an account that waits for it gets one. */
  const mailOf = ({ person, state }: Cell) =>
    state === 'unverified' ? stage().waitForMail(person.email, /^Activate|^Confirm/) : undefined

  async function typeCode(cell: Cell, from: string): Promise<Outcome> {
    const { visitor, sent } = await register(cell.person, from)
    const mail = await mailOf(cell)
    const done = await visitor.followForm(sent, { code: mail ? codeIn(mail) : NO_CODE }, { action: '/sent' })
    return done.heading === 'Check your email' ? withoutSession(visitor) : outcomeOf(done)
  }

  async function useElsewhere(cell: Cell): Promise<Outcome> {
    const { key } = await register(cell.person, '/register')
    const mail = await mailOf(cell)
    const elsewhere = browser()
    if (!mail) return withoutSession(elsewhere)
    const page = await elsewhere.get(linkIn(mail, '/activate'))
    const done = await elsewhere.followForm(
      page,
      { code: codeIn(mail), with: 'passkey', passkey: key.get(askedOn(page)) },
      { action: '/activate' },
    )
    if (done.heading !== 'Your account is ready') throw new Error(`${done.heading}: ${done.text}`)
    return withoutSession(elsewhere)
  }

  async function useBeforeMail(cell: Cell): Promise<Outcome> {
    const { key } = await register(cell.person, '/register')
    const visitor = browser()
    const page = await givePasskey(visitor, await visitor.get(path()), key)
    const outcome = outcomeOf(page)
    return outcome === 'signed in' ? outcome : withoutSession(visitor)
  }

  return {
    'a registration with a passkey, with an app': { run: (cell) => typeCode(cell, path()) },
    'a registration with a passkey, without an app': { run: (cell) => typeCode(cell, '/register') },
    'a registration with a passkey, finished in another browser': { run: useElsewhere },
    'the passkey of a registration, before its mail': { run: useBeforeMail },
  } satisfies Record<string, Path>
}
