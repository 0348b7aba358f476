/** Awkward situations on each page of the way to an app: each ends at the app, at most two clicks off the way. */
import { expect } from 'chai'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import { updateClient } from '../../src/clients/clients.ts'
import { storePassword } from '../../src/passwords/stored-password.ts'
import { CALLBACK, register } from '../provider/relying-party.ts'
import type { Party } from '../provider/relying-party.ts'
import { openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { codeIn, linkIn } from '../support/letter.ts'
import { createVisitor } from '../support/visitor.ts'
import type { Visitor } from '../support/visitor.ts'
import { loseShortLivedState } from './lost-state.ts'
import { arrived, href, NEW_PASSWORD, wayToApp } from './awkward-pages.ts'
import type { Place } from './awkward-pages.ts'

const APP = 'https://app.example.com/'

for (const store of ['sqlite', 'mariadb+redis'] as const)
  describe(`Awkward situations on the way to an app, on ${store}`, function () {
    let stage: Stage
    let app: Party
    let changes = 0
    const { pages, newestMail, forward, walkOn } = wayToApp({ stage: () => stage, app: () => app })

    before(async () => {
      stage = await openStage({ store })
      app = await register(stage, { client_name: 'Reading List', client_uri: APP })
    })
    after(() => stage.stop())

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

    const SITUATIONS: Record<string, (place: Place) => Promise<void>> = {
      async 'a reload'(place) {
        place.page = await place.visitor.get(place.page.url)
      },
      async 'the way back'(place) {
        const { url } = place.page
        await send(place)
        place.page = arrived(place.page) ? place.page : await place.visitor.get(url)
      },
      async 'a form that is sent twice'(place) {
        const first = { ...place, visitor: asBefore(place.visitor) }
        await forward(first)
        place.password = first.password
        await send(place)
      },
      async 'a second tab'(place) {
        await place.visitor.get(place.request)
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
        await loseShortLivedState(stage)
        await send(place)
      },
      async 'a link that is opened twice'(place) {
        if (place.mail === 'activation') {
          const link = linkIn(await newestMail(place.email, '/activate'), '/activate')
          await place.visitor.get(link)
          place.page = await place.visitor.get(link)
        } else if (place.mail === 'reset') {
          if (/Forgot/.test(place.page.heading)) await send(place)
          const link = linkIn(await newestMail(place.email, '/reset'), '/reset')
          place.page = await place.visitor.get(link)
          await send(place)
          place.page = await place.visitor.get(link)
        } else await send(place)
      },
      async 'a link on another device'(place) {
        const elsewhere = stage.visitor()
        if (place.mail === 'activation') {
          const mail = await newestMail(place.email, '/activate')
          const form = await elsewhere.get(linkIn(mail, '/activate'))
          await elsewhere.followForm(form, { code: codeIn(mail), password: PASSWORD })
          place.page = await place.visitor.get(place.page.url)
        } else if (place.mail === 'reset') {
          if (/Forgot/.test(place.page.heading)) await send(place)
          const mail = await newestMail(place.email, '/reset')
          const form = await elsewhere.get(linkIn(mail, '/reset'))
          await elsewhere.followForm(form, { code: codeIn(mail), password: NEW_PASSWORD })
          place.password = NEW_PASSWORD
          if (place.page.heading.startsWith('Choose')) return send(place)
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
        const hash = await stage.parts.hasher.hash(NEW_PASSWORD)
        if (account) await storePassword(stage.parts.db, account.id, hash, stage.parts.clock())
        place.password = NEW_PASSWORD
        await send(place)
      },
      async 'an app that was changed'(place) {
        await updateClient(
          stage.parts.db,
          app.clientId,
          { client_name: `List ${(changes += 1)}` },
          stage.parts,
        )
        await send(place)
      },
    }

    for (const [situation, meet] of Object.entries(SITUATIONS))
      it(`${situation} ends at the app, from each page`, async () => {
        const names = Object.keys(pages)
        const places = await Promise.all(Object.values(pages).map((arrive) => arrive()))
        await Promise.all(
          places.map(async (place, at) => {
            await meet(place)
            await walkOn(place, names[at] ?? '')
          }),
        )
      })

    for (const [name, arrive] of Object.entries(pages))
      it(`${name}: a browser that blocks cookies reads that, and gets a link to the app [S-3.62]`, async () => {
        const place = await arrive()
        place.visitor.clearCookies()
        const refused = await place.visitor.post(place.page.url, {}, { follow: false })
        place.visitor.clearCookies()
        const shown = await place.visitor.get(refused.headers.get('location') ?? '')
        expect([shown.heading, shown.through.length]).to.eql(['Your browser blocks cookies', 0])
        // The page of a mailed link knows the app by the cookie of the browser that asked.
        expect(href(shown, /Back to/)).to.equal(place.page.url.pathname === '/reset' ? '' : APP)
      })

    it('a browser that blocks cookies gets a link to the site of an app that names none [S-3.62]', async () => {
      const plain = await register(stage, { client_name: 'Plain' })
      const visitor = stage.visitor()
      const page = await visitor.get(plain.authorizePath())
      visitor.clearCookies()
      const refused = await visitor.post(page.url, {}, { follow: false })
      visitor.clearCookies()
      const shown = await visitor.get(refused.headers.get('location') ?? '')
      expect(href(shown, /Back to Plain/)).to.equal(new URL(CALLBACK).origin)
    })

    it('a sign-in without its request and its cookies begins again, with the address [S-3.61]', async () => {
      const place = await pages['the sign-in page']!()
      place.visitor.clearCookies()
      const again = await forward(place)
      expect(again.heading).to.equal('Sign in')
      expect(again.text)
        .to.contain(`value="${place.email}"`)
        .and.contain('The last page was open for too long')
      expect(again.text).not.to.contain(place.password).and.not.to.contain('Check what you entered')
      place.page = again
      expect((await forward(place)).heading).to.contain('asks for access')
    })

    it('a form with an old token does nothing, and comes back with what was typed [S-3.61]', async () => {
      const place = await pages['the page of a new account']!()
      place.visitor.setCookie('as_csrf', 'A'.repeat(43))
      const again = await forward(place)
      expect(again.heading).to.equal('Create your account')
      expect(again.text).to.contain('This page was open for too long').and.contain(`value="${place.email}"`)
      expect(again.text).not.to.contain(place.password)
      expect(await findAccountByEmail(stage.parts.db, place.email)).to.equal(undefined)
    })
  })
