/** Every path to a session or token, as a person or an app walks it, and where it ends. */
import type { Account } from '../../src/accounts/account.ts'
import { LEVELS } from '../../src/accounts/levels.ts'
import { issueToken } from '../../src/accounts/one-time-token.ts'
import type { TokenPurpose } from '../../src/accounts/one-time-token.ts'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { inTransaction } from '../../src/platform/sql/database.ts'
import { errorOf, idOf, requestsOf, rest } from '../protocol/ciba/asker.ts'
import * as ciba from '../protocol/ciba/asker.ts'
import type { Challenged, FirstPartyApp } from '../protocol/challenge/first-party-app.ts'
import type { Issued } from '../protocol/device/device-code.ts'
import { CALLBACK } from '../provider/relying-party.ts'
import type { Fields, Party, Tokens } from '../provider/relying-party.ts'
import { PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { givePasskey } from '../passkeys/on-pages.ts'
import { softwareKey } from '../passkeys/software-key.ts'
import type { SoftwareKey } from '../passkeys/software-key.ts'
import type { ConnectedProvider } from '../upstreams/connected-provider.ts'
import { EXPECTED } from './expected-outcomes.ts'
import type { Factor, Outcome, State } from './expected-outcomes.ts'
import { registrationPaths } from './registration-paths.ts'

const NEW_PASSWORD = 'seven bridges over one river'

/** Of the cookie that every browser here has. Only people who trust it are spared a step. */
export const SECRET = 'S'.repeat(43)

export type Cell = { person: Account; factor: Factor; state: State }
/** `before`: what happens while the account is fine and has no factor. */
export type Path = {
  before?: (person: Account) => Promise<Visitor | string>
  run: (cell: Cell, earlier: Visitor | string | undefined) => Promise<Outcome>
}

export type Walk = {
  stage: Stage
  app: Party
  phone: FirstPartyApp
  tv: Party
  bank: Party
  provider: ConnectedProvider
  /** The passkeys of people, by account. */
  keys: Map<string, SoftwareKey>
  /** Asks for a code by mail wherever one is offered. */
  asksForMail: boolean
}

/** `at`: looked at when a path is walked. */
export function sessionPaths(at: Walk) {
  function browser(): Visitor {
    const visitor = at.stage.visitor()
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
    if (!at.asksForMail || !page.text.includes('Email me a code instead')) return page
    const [, email = ''] = /class="breakable">([^<]+@[^<]+)</.exec(page.text) ?? []
    const [, csrf = ''] = /name="_csrf" value="([^"]*)"/.exec(page.text) ?? []
    const form = await visitor.post(page.url, { _csrf: csrf, mail: 'yes' })
    const { text } = await at.stage.waitForMail(email, /sign-in code/)
    return visitor.followForm(form, { code: /\b\d{4} \d{4}\b/.exec(text)?.[0] ?? '' }, { action: 'mail=1' })
  }

  const path = (given: Fields = {}) => at.app.authorizePath({ scope: 'openid', prompt: undefined, ...given })
  const give = (visitor: Visitor, page: Visited, { email }: Account, password = PASSWORD) =>
    visitor.followForm(page, { email, password }, { action: '/sign-in' })
  const signIn = async (visitor: Visitor, to: string, person: Account, password?: string) => {
    const page = await visitor.get(to)
    const needsPassword = page.heading === 'Sign in'
    return outcomeOf(needsPassword ? await give(visitor, page, person, password) : page)
  }

  /** With a stranger's passkey where the account has none. */
  async function press(to: string, { id }: Account): Promise<Outcome> {
    const visitor = browser()
    const key = at.keys.get(id) ?? softwareKey({ origin: at.stage.issuer })
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
    if (/^(?:Our terms have changed|Review our terms)$/.test(page.heading)) return 'asked to accept the terms'
    if (page.heading === 'Confirm your email') return 'asked to confirm the address'
    if (/is not right|does not belong to|is disabled/.test(page.text)) return 'refused'
    if (page.heading === 'Sign in') return 'asked for the password'
    if (/action="[^"]*\/consent/.test(page.text) || page.url.pathname.startsWith('/account'))
      return 'signed in'
    throw new Error(`${page.status} ${page.heading} at ${page.url.href}`)
  }

  /** A browser where the person has signed in, and allowed the at.app. */
  async function signedInBefore(person: Account): Promise<Visitor> {
    const visitor = browser()
    await at.app.codeFor(person, { scope: 'openid', prompt: undefined }, visitor)
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
    const { db, config, clock } = at.stage.parts
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
    at.bank.call('/oauth/backchannel', { scope: 'openid', login_hint: email })
  async function approve(visitor: Visitor, id: string): Promise<Outcome> {
    const page = await requestsOf(visitor)
    if (page.heading !== 'Requests') return outcomeOf(page)
    if (page.text.includes('again=')) return 'asked for the password'
    const answered = await ciba.answer(visitor, page, 'allow')
    if (answered.heading !== 'Requests') return outcomeOf(answered)
    await rest(at.stage, id)
    const polled = await at.bank.call('/oauth/token', { grant_type: ciba.CIBA_GRANT, auth_req_id: id })
    return polled.status === 200 ? 'tokens' : `error ${String(errorOf(polled))}`
  }

  const paths: Record<keyof typeof EXPECTED, Path> = {
    ...registrationPaths({ stage: () => at.stage, browser, path, outcomeOf, withoutSession }),
    'the sign-in page with an app': { run: ({ person }) => signIn(browser(), path(), person) },
    'the sign-in page without an app': { run: ({ person }) => signIn(browser(), '/sign-in', person) },
    'the passkey button with an app': { run: ({ person }) => press(path(), person) },
    'the passkey button without an app': { run: ({ person }) => press('/sign-in', person) },
    'another provider, with an app': {
      before: (person) => at.provider.connect(person),
      run: ({ person }) => at.provider.signIn(browser(), path(), person).then(outcomeOf),
    },
    'another provider, without an app': {
      before: (person) => at.provider.connect(person),
      run: ({ person }) => at.provider.signIn(browser(), '/sign-in', person).then(outcomeOf),
    },
    'another provider, by a hint of the app': {
      before: (person) => at.provider.connect(person),
      run: ({ person }) =>
        at.provider.follow(browser(), path({ idp_hint: at.provider.id }), person).then(outcomeOf),
    },
    'another provider, from the page of registration': {
      before: (person) => at.provider.connect(person),
      run: ({ person }) => at.provider.press(browser(), '/register', person).then(outcomeOf),
    },
    'the authorization challenge endpoint': {
      async run({ person }) {
        const answer = await at.phone.begin({ username: person.email, password: PASSWORD })
        const { error, step } = answer.json() as Challenged
        if (answer.status === 200) return 'tokens'
        if (error === 'redirect_to_web') return 'sent to the browser'
        return step === 'otp' ? 'asked for the code' : 'refused'
      },
    },
    'a device': {
      async run({ person }) {
        const issued = (await at.tv.call('/oauth/device', { scope: 'openid' })).json() as Issued
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
      before: async (person) => (await at.app.tokensFor(person)).refresh_token,
      async run(_cell, earlier) {
        const answer = await at.app.refresh(typeof earlier === 'string' ? earlier : '')
        return answer.status === 200
          ? 'tokens'
          : `error ${String((answer.json() as Partial<Tokens> & { error: string }).error)}`
      },
    },
  }

  return { paths, path, outcomeOf, signedInBefore }
}
