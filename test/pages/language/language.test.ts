import { expect } from 'chai'
import { register } from '../../provider/relying-party.ts'
import { PASSWORD, sqliteStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import type { Visited } from '../../support/visitor.ts'

const languageOf = ({ text }: Visited) => /<html lang="([^"]+)">/.exec(text)?.[1]

describe('the language of the pages', () => {
  let stage: Stage

  before(async () => {
    stage = await sqliteStage()
  })

  it('is the one that the browser prefers, else English', async () => {
    const reads = (language: string) => stage.visitor({ 'accept-language': language }).get('/sign-in')
    expect(await reads('ru-RU,ru;q=0.9,en;q=0.8')).to.include({ heading: 'Вход' })
    expect(await reads('zh-CN')).to.include({ heading: '登录' })
    expect(await reads('de-DE,de;q=0.9')).to.include({ heading: 'Sign in' })
  })

  it('is the one that the app asks for with ui_locales, on every page of its request', async () => {
    const app = await register(stage)
    const visitor = stage.visitor({ 'accept-language': 'en' })
    const page = await visitor.get(app.authorizePath({ ui_locales: 'fr zh-CN', prompt: undefined }))
    expect([page.heading, languageOf(page)]).to.eql(['登录', 'zh-CN'])
  })

  it('is chosen at the foot of a page, which then outranks the app and leads back to that page', async () => {
    const app = await register(stage)
    const visitor = stage.visitor({ 'accept-language': 'en' })
    const page = await visitor.get(app.authorizePath({ ui_locales: 'zh-CN', prompt: undefined }))
    const chosen = await visitor.followForm(page, { language: 'ru' }, { action: '/language' })
    expect([chosen.heading, chosen.url.pathname]).to.eql(['Вход', page.url.pathname])
    expect(languageOf(await visitor.get('/'))).to.equal('ru')
  })

  it('stays with the account of a person who is signed in, in other browsers as well', async () => {
    const person = await stage.person()
    const first = stage.visitor({ 'accept-language': 'en' })
    const home = await first.signIn({ ...person, password: PASSWORD })
    await first.followForm(home, { language: 'ru' }, { action: '/language' })
    const other = stage.visitor({ 'accept-language': 'en' })
    expect(languageOf(await other.signIn({ ...person, password: PASSWORD }))).to.equal('ru')
  })

  it('leads to no other site after the choice, and to a page for a choice that is none', async () => {
    const visitor = stage.visitor()
    const page = await visitor.get('/language?next=https://evil.example/')
    expect(page.text).to.contain('name="next" value="/"')
    for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example'])
      expect(
        (await visitor.followForm(page, { language: 'ru', next }, { action: '/language' })).url.pathname,
        next,
      ).to.equal('/')
    const wrong = await visitor.followForm(page, { language: 'xx' }, { action: '/language' })
    expect(wrong.url.pathname).to.equal('/language')
  })
})
