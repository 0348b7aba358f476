/** The pages of the way to an app, what a person does on each, and the clicks that lead back to the way. */
import { expect } from 'chai'
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import { MAIL_TOPIC } from '../../src/outbox/outbox.ts'
import { authenticator, secretOn } from '../factors/authenticator.ts'
import { enroll } from '../factors/enrolled.ts'
import { CALLBACK } from '../provider/relying-party.ts'
import type { Party } from '../provider/relying-party.ts'
import { PASSWORD, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { codeIn, linkIn } from '../support/letter.ts'
import type { Visited, Visitor } from '../support/visitor.ts'

export const NEW_PASSWORD = 'a quiet lake in the morning'
/** More steps than any way has. */
const MOST_STEPS = 14
const MOST_CLICKS = 2

export type Place = {
  visitor: Visitor
  page: Visited
  email: string
  password: string
  /** The address of the app's request. */
  request: string
  clicks: number
  /** The mail that the person got, or can ask for on this page. */
  mail?: 'activation' | 'reset'
  /** The authenticator app, once there is one. Shared by the copies of a place. */
  phone: { codeAt?: (atMs: number) => string }
}

export const href = ({ text }: Visited, words: RegExp): string => {
  const links = [...text.matchAll(/<a\b[^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/gs)]
  return (links.find(([, , label = '']) => words.test(label))?.[1] ?? '').replaceAll('&amp;', '&')
}

export const arrived = ({ headers }: Visited) => (headers.get('location') ?? '').startsWith(`${CALLBACK}?`)

/** Both are asked for once a way begins. */
export function wayToApp({ stage: open, app }: { stage: () => Stage; app: () => Party }) {
  let people = 0

  async function start({ isNew = false, prepare }: Start = {}): Promise<Place> {
    const visitor = open().visitor()
    const request = app().authorizePath()
    const person = isNew ? undefined : await open().person()
    const email = person?.email ?? `awkward-${(people += 1)}@example.org`
    const more = person && (await prepare?.(person.id))
    const page = await visitor.get(request)
    return { visitor, page, email, password: PASSWORD, request, clicks: 0, phone: {}, ...more }
  }

  const withFactor = async (id: string) => ({ phone: (await enroll(open().parts, id)).app })
  const whoNeedsFactor = async (id: string) => {
    await updateAccount(open().parts.db, { id }, { secondFactorDue: true })
    return {}
  }
  /** The page that follows, which has this heading. */
  async function then(place: Place, heading: string): Promise<Place> {
    place.page = await forward(place)
    expect(place.page.heading).to.contain(heading)
    return place
  }

  const pages: Record<string, () => Promise<Place>> = {
    'the sign-in page': () => start(),
    async 'the page of a new account'() {
      const place = await start({ isNew: true })
      place.page = await place.visitor.get(href(place.page, /Create an account/))
      return place
    },
    async 'the page for the code of a new account'() {
      const place = await then(await pages['the page of a new account']!(), 'Check your email')
      await open().waitForMail(place.email)
      return { ...place, mail: 'activation' }
    },
    async 'the page of a forgotten password'() {
      const place = await start()
      place.page = await place.visitor.get(href(place.page, /Forgot/))
      return { ...place, mail: 'reset' }
    },
    async 'the page of a new password'() {
      const place = await then(await pages['the page of a forgotten password']!(), 'Check your email')
      return then(place, 'Choose a new password')
    },
    'the page for the code of an authenticator app': async () =>
      then(await start({ prepare: withFactor }), 'Enter your code'),
    'the page that sets up an authenticator app': async () =>
      then(await start({ prepare: whoNeedsFactor }), 'Set up your authenticator app'),
    'the page of new recovery codes': async () =>
      then(await pages['the page that sets up an authenticator app']!(), 'Save your recovery codes'),
    async 'the page that asks which account'() {
      const place = await then(await start(), 'asks for access')
      place.request = app().authorizePath({ prompt: 'select_account consent' })
      place.page = await place.visitor.get(place.request)
      expect(place.page.heading).to.equal('Choose an account')
      return place
    },
    'the consent page': async () => then(await start(), 'asks for access'),
  }

  /** Once every mail is out: after two requests, the link of the first mail works no longer. */
  async function newestMail(email: string, of: string) {
    const { db } = open().parts
    const waiting = () => db('outbox_messages').where({ topic: MAIL_TOPIC, deliveredAtMs: null }).first('id')
    await until(async () => (await waiting()) === undefined, 'every mail is out')
    return open().waitForMail(email, undefined, (letter) => letter.text.includes(of))
  }

  /** What a person does on a page that is on the way. */
  const forms: [RegExp, (place: Place) => Promise<Visited>][] = [
    [
      /^Sign in$/,
      ({ visitor, page, email, password }) =>
        visitor.followForm(page, { email, password }, { action: '/sign-in' }),
    ],
    [
      /^Create your account$/,
      ({ visitor, page, email, password }) =>
        visitor.followForm(page, { email, password, name: 'Ada' }, { action: '/register' }),
    ],
    [
      /asks for access$/,
      ({ visitor, page }) => visitor.followForm(page, { decision: 'allow' }, { action: '/consent' }),
    ],
    [
      /^Forgot your password/,
      ({ visitor, page, email }) => visitor.followForm(page, { email }, { action: '/forgot' }),
    ],
    [
      /^Choose a new password/,
      async (place) => {
        const code = codeIn(await newestMail(place.email, '/reset'))
        const form = { password: NEW_PASSWORD, code }
        const answer = await place.visitor.followForm(place.page, form, { action: '/reset' })
        if (answer.heading === 'Password changed') place.password = NEW_PASSWORD
        return answer
      },
    ],
    [/^Password changed/, ({ visitor, page }) => visitor.get(href(page, /Sign in/))],
    [
      /^Check your email/,
      async ({ visitor, page, email }) => {
        if (page.url.pathname === '/forgot/sent')
          return visitor.get(linkIn(await newestMail(email, '/reset'), '/reset'))
        const code = codeIn(await newestMail(email, '/activate'))
        return visitor.followForm(page, { code }, { action: '/register/sent' })
      },
    ],
    [
      /^Enter your code/,
      async ({ visitor, page, phone }) => {
        // As if the last code had been used a while ago.
        await open().parts.db('account_totps').update({ lastStep: 0 })
        const code = phone.codeAt?.(open().parts.clock()) ?? ''
        return visitor.followForm(page, { code }, { action: '/code' })
      },
    ],
    [
      /^Set up your authenticator app/,
      ({ visitor, page, phone }) => {
        const app = authenticator(secretOn(page.text))
        phone.codeAt = app.codeAt
        const code = app.codeAt(open().parts.clock())
        return visitor.followForm(page, { code }, { action: '/app/confirm' })
      },
    ],
    [
      /^Confirm your email/,
      async ({ visitor, page, email }) => {
        const code = codeIn(await newestMail(email, '/activate'))
        return visitor.followForm(page, { code }, { action: '/verify-email' })
      },
    ],
    [/^Save your recovery codes/, ({ visitor, page }) => visitor.followForm(page, {}, { action: '/saved' })],
    [
      /^Choose an account/,
      ({ visitor, page }) => {
        const [, account = ''] = /name="account" value="([^"]+)"/.exec(page.text) ?? []
        return visitor.followForm(page, { account }, { action: '/select-account' })
      },
    ],
  ]

  function forward(place: Place): Promise<Visited> {
    const step = forms.find(([heading]) => heading.test(place.page.heading))
    if (!step) throw new Error(`no step on ${place.page.url.pathname}: "${place.page.heading}"`)
    return step[1](place)
  }

  /** One click off the way, where the page does not lead on by itself. */
  function click(place: Place): Promise<Visited> | undefined {
    const { visitor, page } = place
    if (page.text.includes('This account is disabled'))
      return visitor.followForm(page, {}, { action: '/cancel' })
    if (page.text.includes('not the code from the latest')) return visitor.get(href(page, /sign in/i))
    if (page.heading === 'This link no longer works') return visitor.get(href(page, /Sign in/))
    if (page.heading === 'Your account is ready') return visitor.get(href(page, /Continue/))
    return undefined
  }

  async function walkOn(place: Place, name: string): Promise<void> {
    for (let step = 0; step < MOST_STEPS && !arrived(place.page); step += 1) {
      const off = click(place)
      if (off) place.clicks += 1
      place.page = await (off ?? forward(place))
    }
    const end = `${name}: ${place.page.status} ${place.page.url.pathname} "${place.page.heading}"`
    expect(arrived(place.page), end).to.equal(true)
    expect(place.clicks, end).to.be.at.most(MOST_CLICKS)
  }

  return { pages, newestMail, forward, walkOn }
}

/** `prepare`: what happens to the person's account before, by its id. */
type Start = { isNew?: boolean; prepare?: (id: string) => Promise<Partial<Place>> }
