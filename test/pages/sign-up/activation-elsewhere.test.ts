import { expect } from 'chai'
import { deleteClient } from '../../../src/clients/clients.ts'
import type { ClientInput } from '../../../src/clients/client-metadata.ts'
import { register } from '../../provider/relying-party.ts'
import { PASSWORD, openStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { codeIn, linkIn } from '../../support/letter.ts'
import type { Visitor } from '../../support/visitor.ts'

const CHOSEN = 'seven bridges over one river'
const APP = 'Reading List'

describe('the link of a registration on another device', () => {
  let stage: Stage
  let people = 0
  before(async () => (stage = await openStage({ store: 'sqlite' })))
  after(() => stage.stop())

  /** Registers on the way to an app, in a browser of its own. Answers what the mail has. */
  async function begun(
    input: Partial<ClientInput> = {},
    { registeredBy = null, path = '/register' }: { registeredBy?: string | null; path?: string } = {},
  ) {
    const app = await register(stage, { client_name: APP, ...input })
    await stage.parts.db('clients').where({ clientId: app.clientId }).update({ registeredBy })
    const here = stage.visitor()
    const email = `elsewhere-${(people += 1)}-${Date.now()}@example.org`
    const form = await here.get(path === '/register' ? app.authorizePath({ prompt: 'create' }) : path)
    const sent = await here.followForm(form, { email, password: CHOSEN }, { action: '/register' })
    const mail = await stage.waitForMail(email)
    return { clientId: app.clientId, here, sent, code: codeIn(mail), link: linkIn(mail, '/activate') }
  }
  const open = (link: string, language = 'en') =>
    stage.visitor({ 'accept-language': language }).get(link.replace(stage.issuer, ''))
  async function activate(
    { link, code }: { link: string; code: string },
    password: string,
    mode = '',
    elsewhere: Visitor = stage.visitor(),
  ) {
    const page = await elsewhere.get(link.replace(stage.issuer, '') + mode)
    return elsewhere.followForm(page, { code, password }, { action: '/activate' })
  }
  const words = (text: string) =>
    text
      .replace(/[\s\S]*<main/, '')
      .replace(/<[^>]+>/g, '')
      .replace(/\s+/g, ' ')

  it('names the app, in the language of the reader [S-2.310]', async () => {
    const { link } = await begun({ 'client_name#ru': 'Список книг', 'client_name#zh-CN': '书单' })
    for (const [language, said] of Object.entries({
      en: 'to continue to Reading List',
      ru: 'чтобы продолжить в Список книг',
      'zh-CN': '以继续使用 书单',
    }))
      expect(words((await open(link, language)).text), language).to.contain(said)
  })

  it('leads back to the browser where the app opens by itself', async () => {
    const { here, sent, ...mail } = await begun()
    const done = await activate(mail, CHOSEN)
    expect(done.heading).to.equal('Your account is ready')
    expect(words(done.text)).to.contain(
      'Go back to the browser where you started. Reading List opens there by itself.',
    )
    expect(done.text).to.contain('href="/sign-in"').and.not.contain('/interaction/')
    expect((await here.get(sent.url.pathname + sent.url.search)).heading).to.contain('Reading List asks')
  })

  it('says that the app takes a sign-in there, after another password was chosen', async () => {
    const { here, sent, ...mail } = await begun()
    const done = await activate(mail, PASSWORD, '&mode=new-password')
    expect(words(done.text)).to.contain('sign in there to continue to Reading List')
    expect((await here.get(sent.url.pathname + sent.url.search)).heading).to.equal('Check your email')
  })

  it('wears the brand of the app', async () => {
    const mail = await begun({ brand_name: 'Acme Library', support_uri: 'https://acme.example/help' })
    const asked = await open(mail.link)
    for (const page of [asked, await activate(mail, CHOSEN)])
      expect(page.text, page.heading).to.contain('Acme Library').and.contain('https://acme.example/help')
  })

  it('has the app in a reset as well', async () => {
    const [app, person, here] = [
      await register(stage, { client_name: APP }),
      await stage.person(),
      stage.visitor(),
    ]
    const page = await here.get(app.authorizePath({ prompt: 'login' }))
    const forgot = /href="(\/forgot[^"]*)"/.exec(page.text)?.[1] ?? ''
    const form = await here.get(forgot.replaceAll('&amp;', '&'))
    await here.followForm(form, { email: person.email }, { action: '/forgot' })
    const link = linkIn(await stage.waitForMail(person.email), '/reset')
    const asked = await open(link)
    expect(asked.heading).to.equal('Choose a new password')
    expect(words(asked.text)).to.contain('to continue to Reading List')
  })

  it('does not repeat what a stranger’s app calls itself [S-2.310]', async () => {
    const name = 'Call 0800 123 now'
    const mail = await begun({ client_name: name }, { registeredBy: 'open' })
    const asked = await open(mail.link)
    const done = await activate(mail, CHOSEN)
    expect([asked.heading, done.heading]).to.eql(['Activate your account', 'Your account is ready'])
    for (const page of [asked, done]) expect(page.text, page.heading).not.to.contain(name)
    const known = await begun({ client_name: name }, { registeredBy: 'a-token' })
    expect(words((await open(known.link)).text)).to.contain(name)
  })

  it('names nothing without an app, for an app that is gone, and for a link that is not right', async () => {
    const alone = await begun({}, { path: '/register' })
    expect((await open(`${alone.link}x`)).text).not.to.contain(APP)
    const own = await begun({}, { path: '/register?from=own' })
    expect((await open(own.link)).text).not.to.contain(APP)
    expect(words((await activate(own, CHOSEN)).text))
      .to.contain('Continue')
      .and.not.contain('Go back')
    const gone = await begun()
    await deleteClient(stage.parts, gone.clientId)
    await stage.parts.feed.check()
    expect((await open(gone.link)).text).not.to.contain(APP)
  })
})
