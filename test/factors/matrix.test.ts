import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { LEVELS } from '../../src/accounts/levels.ts'
import { updateClient } from '../../src/clients/clients.ts'
import { issueToken } from '../../src/accounts/one-time-token.ts'
import type { TokenPurpose } from '../../src/accounts/one-time-token.ts'
import { beginTotp } from '../../src/factors/totp-set-up.ts'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { inTransaction } from '../../src/platform/sql/database.ts'
import { errorOf, idOf, registerAsker, requestsOf, rest } from '../protocol/ciba/asker.ts'
import * as ciba from '../protocol/ciba/asker.ts'
import { registerApp } from '../protocol/challenge/first-party-app.ts'
import type { Challenged, FirstPartyApp } from '../protocol/challenge/first-party-app.ts'
import { DEVICE_GRANT } from '../protocol/device/device-code.ts'
import type { Issued } from '../protocol/device/device-code.ts'
import { CALLBACK, register } from '../provider/relying-party.ts'
import type { Fields, Party, Tokens } from '../provider/relying-party.ts'
import { openStage, PASSWORD, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { addKey, givePasskey } from '../passkeys/on-pages.ts'
import { softwareKey } from '../passkeys/software-key.ts'
import type { SoftwareKey } from '../passkeys/software-key.ts'
import { openConnectedProvider } from '../upstreams/connected-provider.ts'
import type { ConnectedProvider } from '../upstreams/connected-provider.ts'
import { enroll } from './enrolled.ts'
import { passwordProof } from '../../src/factors/finish-sign-in.ts'
import { trustBrowser } from '../../src/factors/spared/trusted-browsers.ts'
import {
  EXPECTED,
  EXPECTED_BY_MAIL,
  EXPECTED_IN_TRUSTED,
  EXPECTED_WITH_NEW_TERMS,
  FACTORS,
  POLICIES,
  STATES,
} from './expected-outcomes.ts'
import type { Factor, Outcome, Policy, State } from './expected-outcomes.ts'

const NEW_PASSWORD = 'seven bridges over one river'

const TERMS = '2'
/** Of the cookie that every browser here has. Only people who trust it are spared a step. */
const SECRET = 'S'.repeat(43)
const SPARING = {
  ACCOUNT_SERVER_TRUSTED_BROWSER_DAYS: '30',
  ACCOUNT_SERVER_EMAIL_SECOND_FACTOR: 'true',
}
const WITH_TERMS = {
  ACCOUNT_SERVER_TERMS_VERSION: TERMS,
  ACCOUNT_SERVER_BRAND_TERMS_URL: 'https://example.org/terms',
}

type Cell = { person: Account; factor: Factor; state: State }
type Names = (keyof typeof EXPECTED)[]
/** `before`: what happens while the account is fine and has no factor. */
type Path = {
  before?: (person: Account) => Promise<Visitor | string>
  run: (cell: Cell, earlier: Visitor | string | undefined) => Promise<Outcome>
}
describe('every path to a session or token', () => {
  let stage: Stage
  let app: Party
  let phone: FirstPartyApp
  let tv: Party
  let bank: Party
  let provider: ConnectedProvider

  before(async () => {
    stage = await openStage({
      store: 'sqlite',
      env: { ACCOUNT_SERVER_WORKERS: '2', ...WITH_TERMS, ...SPARING },
    })
    provider = await openConnectedProvider(stage)
  })
  after(async () => {
    await provider.close()
    await stage.stop()
  })

  async function registerApps(): Promise<void> {
    app = await register(stage)
    phone = await registerApp(stage)
    tv = await register(stage, {
      redirect_uris: [],
      grant_types: [DEVICE_GRANT],
      token_endpoint_auth_method: 'none',
    })
    bank = await registerAsker(stage)
  }

  /** Asks for a code by mail wherever one is offered. */
  let asksForMail = false
  function browser(): Visitor {
    const visitor = stage.visitor()
    visitor.setCookie('as_trust', SECRET)
    const onward =
      <Given extends unknown[]>(visit: (...given: Given) => Promise<Visited>) =>
      async (...given: Given) =>
        takeMail(visitor, await visit(...given))
    const { get, post } = visitor
    const followForm = visitor.followForm.bind(visitor)
    return { ...visitor, get: onward(get), post: onward(post), followForm: onward(followForm) }
  }
  async function takeMail(visitor: Visitor, page: Visited): Promise<Visited> {
    if (!asksForMail || !page.text.includes('Email me a code instead')) return page
    const [, email = ''] = /class="breakable">([^<]+@[^<]+)</.exec(page.text) ?? []
    const [, csrf = ''] = /name="_csrf" value="([^"]*)"/.exec(page.text) ?? []
    const form = await visitor.post(page.url, { _csrf: csrf, mail: 'yes' })
    const { text } = await stage.waitForMail(email, /sign-in code/)
    return visitor.followForm(form, { code: /\b\d{4} \d{4}\b/.exec(text)?.[0] ?? '' }, { action: 'mail=1' })
  }

  const path = (given: Fields = {}) => app.authorizePath({ scope: 'openid', prompt: undefined, ...given })
  const give = (visitor: Visitor, page: Visited, { email }: Account, password = PASSWORD) =>
    visitor.followForm(page, { email, password }, { action: '/sign-in' })
  const signIn = async (visitor: Visitor, to: string, person: Account, password?: string) => {
    const page = await visitor.get(to)
    const needsPassword = page.heading === 'Sign in'
    return outcomeOf(needsPassword ? await give(visitor, page, person, password) : page)
  }

  const keys = new Map<string, SoftwareKey>()
  /** With a stranger's passkey where the account has none. */
  async function press(to: string, { id }: Account): Promise<Outcome> {
    const visitor = browser()
    const key = keys.get(id) ?? softwareKey({ origin: stage.issuer })
    return outcomeOf(await givePasskey(visitor, await visitor.get(to), key))
  }

  function outcomeOf(page: Visited): Outcome {
    const location = page.headers.get('location')
    if (location?.startsWith(CALLBACK)) {
      const error = new URL(location).searchParams.get('error')
      return error === null ? 'tokens' : `error ${error}`
    }
    if (page.heading === 'Enter your code') return 'asked for the code'
    if (page.heading === 'Use your passkey') return 'asked for the passkey'
    if (page.heading === 'Set up your authenticator app') return 'asked to set up a factor'
    if (page.heading === 'Our terms have changed') return 'asked to accept the terms'
    if (page.heading === 'Confirm your email') return 'asked to confirm the address'
    if (/is not right|does not belong to|is disabled/.test(page.text)) return 'refused'
    if (page.heading === 'Sign in') return 'asked for the password'
    if (/action="[^"]*\/consent/.test(page.text) || page.url.pathname.startsWith('/account'))
      return 'signed in'
    throw new Error(`${page.status} ${page.heading} at ${page.url.href}`)
  }

  /** A browser where the person has signed in, and allowed the app. */
  async function signedInBefore(person: Account): Promise<Visitor> {
    const visitor = browser()
    await app.codeFor(person, { scope: 'openid', prompt: undefined }, visitor)
    return visitor
  }
  const asVisitor = (earlier: Visitor | string | undefined): Visitor => {
    if (earlier === undefined || typeof earlier === 'string') throw new TypeError('no browser from before')
    return earlier
  }
  /** In the browser of `signedInBefore`. */
  const again = (given: Fields): Path => ({
    before: signedInBefore,
    run: ({ person }, earlier) => signIn(asVisitor(earlier), path(given), person),
  })

  async function mailed({ id: accountId, emailCanonical }: Account, purpose: TokenPurpose) {
    const { db, config, clock } = stage.parts
    const asked = { accountId, purpose, emailCanonical, lifetimeMs: HOUR_MS }
    return inTransaction(db, (trx) => issueToken(trx, config.keys.index, asked, clock()))
  }
  async function useLink(person: Account, purpose: TokenPurpose): Promise<Visitor> {
    const visitor = browser()
    const { token, code } = await mailed(person, purpose)
    const to = purpose === 'reset' ? '/reset' : '/activate'
    const password = purpose === 'reset' ? NEW_PASSWORD : PASSWORD
    await visitor.followForm(await visitor.get(`${to}?token=${token}`), { code, password }, { action: to })
    return visitor
  }
  const withoutSession = async (visitor: Visitor): Promise<Outcome> =>
    (await visitor.get('/account')).heading === 'Sign in' ? 'no session' : 'signed in'

  /** The requests of the bank, by account. */
  const asked = new Map<string, string>()
  const askOf = ({ email }: Account) =>
    bank.call('/oauth/backchannel', { scope: 'openid', login_hint: email })
  async function approve(visitor: Visitor, id: string): Promise<Outcome> {
    const page = await requestsOf(visitor)
    if (page.heading !== 'Requests') return outcomeOf(page)
    if (page.text.includes('again=')) return 'asked for the password'
    const answered = await ciba.answer(visitor, page, 'allow')
    if (answered.heading !== 'Requests') return outcomeOf(answered)
    await rest(stage, id)
    const polled = await bank.call('/oauth/token', { grant_type: ciba.CIBA_GRANT, auth_req_id: id })
    return polled.status === 200 ? 'tokens' : `error ${String(errorOf(polled))}`
  }

  const paths: Record<keyof typeof EXPECTED, Path> = {
    'the sign-in page with an app': { run: ({ person }) => signIn(browser(), path(), person) },
    'the sign-in page without an app': { run: ({ person }) => signIn(browser(), '/sign-in', person) },
    'the passkey button with an app': { run: ({ person }) => press(path(), person) },
    'the passkey button without an app': { run: ({ person }) => press('/sign-in', person) },
    'another provider, with an app': {
      before: (person) => provider.connect(person),
      run: ({ person }) => provider.signIn(browser(), path(), person).then(outcomeOf),
    },
    'another provider, without an app': {
      before: (person) => provider.connect(person),
      run: ({ person }) => provider.signIn(browser(), '/sign-in', person).then(outcomeOf),
    },
    'another provider, by a hint of the app': {
      before: (person) => provider.connect(person),
      run: ({ person }) =>
        provider.follow(browser(), path({ idp_hint: provider.id }), person).then(outcomeOf),
    },
    'another provider, from the page of registration': {
      before: (person) => provider.connect(person),
      run: ({ person }) => provider.press(browser(), '/register', person).then(outcomeOf),
    },
    'the authorization challenge endpoint': {
      async run({ person }) {
        const answer = await phone.begin({ username: person.email, password: PASSWORD })
        const { error, step } = answer.json() as Challenged
        if (answer.status === 200) return 'tokens'
        if (error === 'redirect_to_web') return 'sent to the browser'
        return step === 'otp' ? 'asked for the code' : 'refused'
      },
    },
    'a device': {
      async run({ person }) {
        const issued = (await tv.call('/oauth/device', { scope: 'openid' })).json() as Issued
        const visitor = browser()
        const entered = await visitor.followForm(await visitor.get('/device'), {
          user_code: issued.user_code,
        })
        return outcomeOf(await give(visitor, entered, person))
      },
    },
    'CIBA, in a browser that is not signed in': {
      before: async (person) => idOf(await askOf(person)),
      run: ({ person }) => signIn(browser(), '/account/requests', person),
    },
    'CIBA, in a session from before': {
      async before(person) {
        asked.set(person.id, idOf(await askOf(person)))
        return signedInBefore(person)
      },
      run: ({ person }, earlier) => approve(asVisitor(earlier), asked.get(person.id) ?? ''),
    },
    'the chooser': {
      before: signedInBefore,
      async run({ person }, earlier) {
        const visitor = asVisitor(earlier)
        visitor.setCookie('as_session', 'gone')
        const page = await visitor.get(path({ prompt: 'select_account consent' }))
        const chosen = page.text.includes(`value="${person.id}"`)
          ? await visitor.followForm(page, { account: person.id }, { action: '/select-account' })
          : page
        return outcomeOf(await give(visitor, chosen, person))
      },
    },
    'prompt=none without a session': {
      run: async () => outcomeOf(await browser().get(path({ prompt: 'none' }))),
    },
    'prompt=none in a session from before': {
      before: signedInBefore,
      run: async (_cell, earlier) => outcomeOf(await asVisitor(earlier).get(path({ prompt: 'none' }))),
    },
    'prompt=login in a session from before': again({ prompt: 'login consent' }),
    'max_age=0 in a session from before': again({ prompt: 'consent', max_age: '0' }),
    'the stronger level in a session from before': again({ acr_values: LEVELS[1] }),
    'an activation': { run: async ({ person }) => withoutSession(await useLink(person, 'activation')) },
    'a password reset': { run: async ({ person }) => withoutSession(await useLink(person, 'reset')) },
    'the sign-in after a password reset': {
      run: async ({ person }) => signIn(await useLink(person, 'reset'), '/sign-in', person, NEW_PASSWORD),
    },
    'a refresh of an older grant': {
      before: async (person) => (await app.tokensFor(person)).refresh_token,
      async run(_cell, earlier) {
        const answer = await app.refresh(typeof earlier === 'string' ? earlier : '')
        return answer.status === 200
          ? 'tokens'
          : `error ${String((answer.json() as Partial<Tokens> & { error: string }).error)}`
      },
    },
  }

  /** Somebody who has accepted the terms of today. */
  async function someone(): Promise<Account> {
    const person = await stage.person()
    await acceptedBy(person, TERMS)
    return person
  }
  const acceptedBy = ({ id }: Account, termsVersion: string) =>
    updateAccount(stage.parts.db, { id }, { termsVersion, termsAcceptedAtMs: 1 })

  async function put({ person, factor, state }: Cell): Promise<void> {
    const { parts } = stage
    if (factor === 'confirmed') await enroll(parts, person.id)
    if (factor === 'begun') await beginTotp(parts, person.id)
    if (factor === 'passkey') keys.set(person.id, await addKey(parts, person.id))
    if (state === 'disabled') await disableAccount(parts, person.id, { actor: 'cli' })
    if (state === 'unverified') await updateAccount(parts.db, { id: person.id }, { emailVerifiedAtMs: null })
  }

  type Prepared = Cell & { earlier: Visitor | string | undefined }
  async function prepareCell(path: Path, factor: Factor, state: State): Promise<Prepared> {
    const person = await someone()
    const cell = { person, factor, state, earlier: await path.before?.(person) }
    await put(cell)
    return cell
  }

  /** The day on which the rule begins. Sessions, grants and requests from before that day go on or do not. */
  async function begin(policy: Policy, cells: readonly Cell[]): Promise<void> {
    const { parts } = stage
    if (policy === 'account')
      for (const { person } of cells)
        await updateAccount(parts.db, { id: person.id }, { secondFactorDue: true })
    if (policy !== 'app') return
    const early = await signedInBefore(await someone())
    for (const { clientId } of [phone, tv, bank, app])
      await updateClient(parts.db, clientId, { require_second_factor: true }, parts)
    const isKnown = async () =>
      outcomeOf(await early.get(path({ prompt: 'none' }))) === 'error interaction_required'
    await until(async () => (await isKnown()) && (await isKnown()), 'every process knows of the rule')
  }

  describe('where the terms have a new version', () => {
    const names = Object.keys(EXPECTED) as Names
    const cells = new Map<string, Prepared>()

    before(async () => {
      await registerApps()
      for (const name of names) {
        const cell = await prepareCell(paths[name], name.includes('passkey') ? 'passkey' : 'none', 'ok')
        await acceptedBy(cell.person, '1')
        cells.set(name, cell)
      }
    })

    it('leads every path to a session past the page that asks for them [S-2.244]', async () => {
      const seen: Record<string, Outcome> = {}
      for (const [name, cell] of cells)
        seen[name] = await paths[name as keyof typeof EXPECTED].run(cell, cell.earlier)
      expect(seen).to.deep.equal(EXPECTED_WITH_NEW_TERMS)
    })
  })

  /** An app, used after the password was set, and a browser that is trusted or not. */
  async function prepareSpared(path: Path, trusted: boolean): Promise<Prepared> {
    const cell = await prepareCell(path, 'confirmed', 'ok')
    const { parts } = stage
    const { person } = cell
    const atMs = parts.clock()
    await parts
      .db('account_totps')
      .where({ accountId: person.id })
      .update({ lastUsedAtMs: atMs + 1 })
    const proof = passwordProof(person, atMs)
    const given = { proof, secret: SECRET, browser: 'Firefox on Linux', ip: '::1' }
    if (trusted) expect(await trustBrowser(parts, given)).to.equal(true)
    return cell
  }

  for (const policy of POLICIES)
    describe(`where a second factor is spared, and required by ${policy}`, () => {
      const names = Object.keys(EXPECTED) as Names
      const cells = { trusted: new Map<string, Prepared>(), mailed: new Map<string, Prepared>() }

      before(async () => {
        await registerApps()
        await Promise.all(
          names.map(async (name) => {
            cells.trusted.set(name, await prepareSpared(paths[name], true))
            cells.mailed.set(name, await prepareSpared(paths[name], false))
          }),
        )
        await begin(policy, [...cells.trusted.values(), ...cells.mailed.values()])
      })
      afterEach(() => {
        asksForMail = false
      })

      const outcomes = async (kind: keyof typeof cells) => {
        const seen: Record<string, Outcome> = {}
        for (const name of names) {
          const cell = cells[kind].get(name)
          if (cell) seen[name] = await paths[name].run(cell, cell.earlier)
        }
        return seen
      }

      it('opens by the first step in a trusted browser what needs no level, and nothing else [S-2.202]', async () => {
        expect(await outcomes('trusted')).to.deep.equal(EXPECTED_IN_TRUSTED[policy])
      })

      it('opens by a mailed code what needs no level, and nothing else [S-2.208]', async () => {
        asksForMail = true
        expect(await outcomes('mailed')).to.deep.equal(EXPECTED_BY_MAIL[policy])
      })
    })

  for (const policy of POLICIES)
    describe(`where a second factor is required by ${policy}`, () => {
      const names = Object.keys(EXPECTED) as Names
      const cells = new Map<string, Prepared[]>()

      before(async () => {
        await registerApps()
        for (const name of names) {
          const all = FACTORS.flatMap((factor) =>
            STATES.map((state) => prepareCell(paths[name], factor, state)),
          )
          cells.set(name, await Promise.all(all))
        }
        await begin(policy, [...cells.values()].flat())
      })

      for (const name of names)
        it(`is closed or open as it should be: ${name} [S-2.77]`, async () => {
          const found = cells.get(name) ?? []
          const outcomes = await Promise.all(found.map((cell) => paths[name].run(cell, cell.earlier)))
          const row = (factor: Factor) =>
            Object.fromEntries(
              found.flatMap((cell, at) => (cell.factor === factor ? [[cell.state, outcomes[at]]] : [])),
            )
          const seen = Object.fromEntries(FACTORS.map((factor) => [factor, row(factor)]))
          expect(seen).to.deep.equal(EXPECTED[name][policy])
        })
    })
})
