import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { updateProfile } from '../../../src/accounts/profile.ts'
import { inTransaction } from '../../../src/platform/sql/database.ts'
import { sqliteStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'

describe('the language of the mails', () => {
  let stage: Stage

  before(async () => {
    stage = await sqliteStage()
  })

  const askForReset = async (email: string, language: string) => {
    const visitor = stage.visitor({ 'accept-language': language })
    await visitor.followForm(await visitor.get('/forgot'), { email })
    return stage.waitForMail(email)
  }

  it('is that of the page which asked for the mail, for an account without a language', async () => {
    const { email } = await stage.person()
    const mail = await askForReset(email, 'ru-RU,ru;q=0.9')
    expect(mail.subject).to.contain('сброс пароля')
    expect(mail.text).to.match(/действуют один раз, до \d{1,2} \S+ \d{4} г\. в/)
    expect(mail.html).to.contain('<html lang="ru">').and.contain('Кнопка не работает?')
    expect((await askForReset((await stage.person()).email, 'de')).subject).to.match(/^Reset your/)
  })

  it('is that of the account, also on a page in another language', async () => {
    const { id, email } = await stage.person()
    const by = { actor: id }
    await inTransaction(stage.parts.db, (trx) =>
      updateProfile(trx, id, { locale: 'zh-Hans' }, Date.now(), by),
    )
    expect((await askForReset(email, 'ru')).subject).to.contain('重置你的')
  })

  it('comes with times in the time zone of the account', async () => {
    const { id, email } = await stage.person()
    const zoneinfo = 'Asia/Vladivostok'
    await inTransaction(stage.parts.db, (trx) =>
      updateProfile(trx, id, { locale: 'en', zoneinfo }, Date.now(), { actor: id }),
    )
    expect((await askForReset(email, 'en')).text).to.match(/\d\d:\d\d GMT\+10/)
  })

  it('is that of the form for somebody who registers', async () => {
    const visitor = stage.visitor({ 'accept-language': 'zh-CN' })
    const email = `li-${randomUUID()}@example.org`
    const form = await visitor.get('/register')
    await visitor.followForm(form, { name: '李', email, password: 'a calm river at noon' })
    const mail = await stage.waitForMail(email)
    expect(mail.subject).to.match(/^激活你的/)
    expect(mail.text).to.contain('李，你好：')
  })
})
