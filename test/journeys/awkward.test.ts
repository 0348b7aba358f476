/** Fourteen awkward situations on each page of the way to an app: each ends at the app, at most two clicks off the way. */
import { expect } from 'chai'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import { updateClient } from '../../src/clients/clients.ts'
import { storePassword } from '../../src/passwords/stored-password.ts'
import { CALLBACK, register } from '../provider/relying-party.ts'
import { openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { codeIn, linkIn } from '../support/letter.ts'
import { createVisitor } from '../support/visitor.ts'
import type { Visited, Visitor } from '../support/visitor.ts'

const APP = 'https://app.example.com/'
const NEW = 'a quiet lake in the morning'
/** More steps than any way has. */
const MOST_STEPS = 12
const MOST_CLICKS = 2

type Place = {
  visitor: Visitor
  page: Visited
  email: string
  password: string
  /** The address of the app's request. */
  request: string
  clicks: number
}

describe('Awkward situations on the way to an app', function () {
  let stage: Stage
  let clientId: string
  let request: string
  let people = 0

  before(async () => {
    stage = await openStage({ store: 'sqlite' })
    const app = await register(stage, { client_name: 'Reading List', client_uri: APP })
    clientId = app.clientId
    request = app.authorizePath()
  })
  after(() => stage.stop())

  const href = ({ text }: Visited, words: RegExp): string => {
    const links = [...text.matchAll(/<a\b[^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/gs)]
    return (links.find(([, , label = '']) => words.test(label))?.[1] ?? '').replaceAll('&amp;', '&')
  }
  const arrived = ({ headers }: Visited) => (headers.get('location') ?? '').startsWith(`${CALLBACK}?`)

  async function start(isNew: boolean): Promise<Place> {
    const visitor = stage.visitor()
    const email = isNew ? `awkward-${(people += 1)}@example.org` : (await stage.person()).email
    return { visitor, page: await visitor.get(request), email, password: PASSWORD, request, clicks: 0 }
  }

  const PAGES: Record<string, () => Promise<Place>> = {
    'the sign-in page': () => start(false),
    async 'the page of a new account'() {
      const place = await start(true)
      place.page = await place.visitor.get(href(place.page, /Create an account/))
      return place
    },
    async 'the page for the code of a new account'() {
      const place = await PAGES['the page of a new account']!()
      place.page = await forward(place)
      expect(place.page.url.pathname).to.equal('/register/sent')
      await stage.waitForMail(place.email)
      return place
    },
    async 'the page of a forgotten password'() {
      const place = await start(false)
      place.page = await place.visitor.get(href(place.page, /Forgot/))
      return place
    },
    async 'the consent page'() {
      const place = await start(false)
      place.page = await forward(place)
      expect(place.page.heading).to.contain('asks for access')
      return place
    },
  }

  const newestMail = (email: string, of: string) =>
    stage.waitForMail(email, undefined, (letter) => letter.text.includes(of))

  /** What a person does on a page that is on the way. */
  const FORMS: [RegExp, (place: Place) => Promise<Visited>][] = [
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
        place.password = NEW
        return place.visitor.followForm(place.page, { password: NEW, code }, { action: '/reset' })
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
  ]

  function forward(place: Place): Promise<Visited> {
    const step = FORMS.find(([heading]) => heading.test(place.page.heading))
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

  /** The browser as it was when it sent a form and never got the answer. */
  function asBefore(visitor: Visitor): Visitor {
    const earlier = createVisitor(visitor.issuer)
    for (const { name, value, path } of visitor.cookies()) earlier.setCookie(name, value, path)
    return earlier
  }

  const dropInteraction = (visitor: Visitor) => {
    const kept = visitor.cookies().filter(({ name }) => !name.startsWith('as_interaction'))
    visitor.clearCookies()
    for (const { name, value, path } of kept) visitor.setCookie(name, value, path)
  }
  const send = async (place: Place) => void (place.page = await forward(place))

  const SITUATIONS: Record<string, (place: Place, name: string) => Promise<void>> = {
    async 'a reload'(place) {
      place.page = await place.visitor.get(place.page.url)
    },
    async 'the way back'(place) {
      const { url } = place.page
      await send(place)
      place.page = arrived(place.page) ? place.page : await place.visitor.get(url)
    },
    async 'a form that is sent twice'(place) {
      await forward({ ...place, visitor: asBefore(place.visitor) })
      await send(place)
    },
    async 'a second tab'(place) {
      await place.visitor.get(request)
      await send(place)
    },
    async 'a page that expired'(place) {
      dropInteraction(place.visitor)
      await send(place)
    },
    async 'cookies that are gone'(place) {
      place.visitor.clearCookies()
      await send(place)
    },
    async 'a form with an old token'(place) {
      place.visitor.setCookie('as_csrf', 'A'.repeat(43))
      await send(place)
    },
    async 'a grant store that was emptied'(place) {
      await stage.parts.db('oidc_records').delete()
      await send(place)
    },
    async 'a link that is opened twice'(place, name) {
      if (name.includes('code')) {
        const link = linkIn(await newestMail(place.email, '/activate'), '/activate')
        await place.visitor.get(link)
        place.page = await place.visitor.get(link)
      } else if (name.includes('forgotten')) {
        await send(place)
        const link = linkIn(await newestMail(place.email, '/reset'), '/reset')
        place.page = await place.visitor.get(link)
        await send(place)
        place.page = await place.visitor.get(link)
      } else await send(place)
    },
    async 'a link on another device'(place, name) {
      const elsewhere = stage.visitor()
      if (name.includes('code')) {
        const mail = await newestMail(place.email, '/activate')
        const form = await elsewhere.get(linkIn(mail, '/activate'))
        await elsewhere.followForm(form, { code: codeIn(mail), password: PASSWORD })
        place.page = await place.visitor.get(place.page.url)
      } else if (name.includes('forgotten')) {
        await send(place)
        const mail = await newestMail(place.email, '/reset')
        const form = await elsewhere.get(linkIn(mail, '/reset'))
        await elsewhere.followForm(form, { code: codeIn(mail), password: NEW })
        place.password = NEW
        const again = await place.visitor.get(href(place.page, /try again/))
        place.page = await place.visitor.get(href(again, /Back to sign in/))
        place.clicks += 2
      } else await send(place)
    },
    async 'an account that was disabled'(place) {
      const account = await findAccountByEmail(stage.parts.db, place.email)
      if (account) await disableAccount(stage.accounts, account.id, { actor: 'cli' })
      // A disabled account gets no mail.
      if (/Forgot/.test(place.page.heading))
        place.page = await place.visitor.get(href(place.page, /Back to sign in/))
      await send(place)
    },
    async 'a password that was changed'(place) {
      const account = await findAccountByEmail(stage.parts.db, place.email)
      const hash = await stage.parts.hasher.hash(NEW)
      if (account) await storePassword(stage.parts.db, account.id, hash, stage.parts.clock())
      place.password = NEW
      await send(place)
    },
    async 'an app that was changed'(place) {
      await updateClient(stage.parts.db, clientId, { client_name: `List ${(people += 1)}` }, stage.parts)
      await send(place)
    },
  }

  for (const [situation, meet] of Object.entries(SITUATIONS))
    it(`${situation} ends at the app, from each page`, async () => {
      await Promise.all(
        Object.entries(PAGES).map(async ([name, arrive]) => {
          const place = await arrive()
          await meet(place, name)
          await walkOn(place, name)
        }),
      )
    })

  for (const [name, arrive] of Object.entries(PAGES))
    it(`${name}: a browser that blocks cookies reads that, and gets a link to the app [S-3.62]`, async () => {
      const place = await arrive()
      place.visitor.clearCookies()
      const refused = await place.visitor.post(place.page.url, {}, { follow: false })
      place.visitor.clearCookies()
      const shown = await place.visitor.get(refused.headers.get('location') ?? '')
      expect([shown.heading, shown.through.length]).to.eql(['Your browser blocks cookies', 0])
      expect(href(shown, /Back to/)).to.equal(APP)
    })

  it('a form with an old token does nothing, and comes back with what was typed [S-3.61]', async () => {
    const place = await PAGES['the page of a new account']!()
    place.visitor.setCookie('as_csrf', 'A'.repeat(43))
    const again = await forward(place)
    expect(again.heading).to.equal('Create your account')
    expect(again.text).to.contain('This page was open for too long').and.contain(`value="${place.email}"`)
    expect(again.text).not.to.contain(place.password)
    expect(await findAccountByEmail(stage.parts.db, place.email)).to.equal(undefined)
  })
})
