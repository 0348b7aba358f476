import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { sqliteStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'

const ru = { 'accept-language': 'ru' }

describe('the language of errors', () => {
  let stage: Stage

  before(async () => {
    stage = await sqliteStage()
  })

  it('is that of the reader on the page, and English for programs', async () => {
    const page = await stage.visitor(ru).get('/nothing-here')
    expect([page.status, page.heading]).to.eql([404, 'Страница не найдена'])
    expect(page.text).to.contain('На главную').and.contain('назовите код').and.not.contain('nothing at')
    const { text } = await stage.send({ to: '/nothing-here', headers: { ...ru, accept: 'application/json' } })
    expect(JSON.parse(text)).to.include({ error: 'not_found' })
    expect(text).to.contain('There is nothing at this address.')
  })

  it('is that of the reader for mistakes of an app', async () => {
    const page = await stage.visitor({ 'accept-language': 'zh-CN' }).get('/oauth/authorize?client_id=nobody')
    expect(page.heading).to.equal('无法识别此应用')
    expect(page.text).to.contain('供应用开发者参考')
  })

  it('keeps what is for developers in English, and marks it', async () => {
    const page = await stage.visitor(ru).get(`/sign-in?next=${'x'.repeat(9000)}`)
    expect([page.status, page.heading]).to.eql([400, 'С этим запросом что-то не так'])
    expect(page.text).to.match(/<p class="aside breakable" lang="en">The field &#34;next&#34; has 9000/)
  })

  it('is that of the form at its fields', async () => {
    const visitor = stage.visitor(ru)
    const form = await visitor.get('/register')
    const refused = await visitor.followForm(form, { name: 'www.x.example', email: 'ada', password: 'a' })
    for (const text of ['обычное имя без ссылок', 'адрес целиком', 'Нужно хотя бы 8 символов.'])
      expect(refused.text, text).to.contain(text)
    const common = await visitor.followForm(await visitor.get('/register'), {
      email: `ada-${randomUUID()}@example.org`,
      password: 'password1',
    })
    expect(common.text).to.contain('Этот пароль слишком распространён')
  })
})
