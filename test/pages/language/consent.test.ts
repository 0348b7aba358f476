import { expect } from 'chai'
import { register } from '../../provider/relying-party.ts'
import { PASSWORD, sqliteStage } from '../../provider/stage.ts'

describe('the language of what an app asks for', () => {
  it('is that of the reader: scopes, claims, the end of the access and who registered the app', async () => {
    const stage = await sqliteStage()
    const app = await register(stage)
    const { email } = await stage.person()
    const visitor = stage.visitor({ 'accept-language': 'ru' })
    const claims = JSON.stringify({ id_token: { updated_at: null } })
    const signIn = await visitor.get(app.authorizePath({ scope: 'openid email offline_access', claims }))
    const page = await visitor.followForm(signIn, { email, password: PASSWORD }, { action: '/sign-in' })
    for (const text of [
      'Узнать, кто вы',
      'Видеть вашу почту',
      'Видеть, когда менялся ваш профиль',
      'через 30 дней без использования, самое позднее через 1 год',
      'Зарегистрировано администраторами',
    ])
      expect(page.text, text).to.contain(text)
    await visitor.followForm(page, { decision: 'allow' })
    expect((await visitor.get('/account/apps')).text).to.contain('Узнать, кто вы · Видеть вашу почту')
  })
})
