import { expect } from 'chai'
import { registerApp } from '../oidc/challenge/first-party-app.ts'
import type { Challenged } from '../oidc/challenge/first-party-app.ts'
import { register, signIn, userinfo } from '../oidc/protocol/relying-party.ts'
import type { Tokens } from '../oidc/protocol/relying-party.ts'
import { basic } from '../oidc/protocol/send.ts'
import { openStage } from '../oidc/protocol/stage.ts'
import type { Stage } from '../oidc/protocol/stage.ts'

const MARK = 'canary7f3a'

for (const store of ['sqlite', 'mariadb+redis'] as const)
  describe(`the logs, at debug level, on ${store}`, function () {
    this.timeout(60_000)
    let stage: Stage

    before(async () => {
      stage = await openStage({ store, env: { ACCOUNT_SERVER_DEBUG: 'true' } })
    })
    after(() => stage.stop())

    it('name no password, token, code, cookie, link or address after a whole journey, failures included', async () => {
      const secrets = new Map<string, string>()
      const keep = (what: string, value: string | undefined) => value && secrets.set(what, value)
      const email = `${MARK}-person@example.org`
      const [password, second] = [`${MARK} first password`, `${MARK} second password`]
      for (const [what, value] of Object.entries({ email, password, second, mark: MARK })) keep(what, value)
      const visitor = stage.visitor({ 'user-agent': 'Mozilla/5.0 test' })

      await visitor.followForm(await visitor.get('/register'), { email, password, name: `${MARK} name` })
      const letter = await stage.waitForMail(email)
      const [activation = ''] = /https?:\/\/\S+\/activate\S+/.exec(letter.text) ?? []
      keep('activation token', new URL(activation).searchParams.get('token') ?? '')
      keep('activation code', /\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/.exec(letter.text)?.[0])
      await visitor.get(activation.replace(/.{4}$/, 'AAAA'))
      await visitor.get(activation)

      await visitor.followForm(await visitor.get('/forgot'), { email })
      const reset = await stage.waitForMail(email, /password/i)
      const [link = ''] = /https?:\/\/\S+\/reset\S+/.exec(reset.text) ?? []
      keep('reset token', new URL(link).searchParams.get('token') ?? '')
      keep('reset code', /\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/.exec(reset.text)?.[0])
      await visitor.followForm(await visitor.get(link), { password: second })

      const app = await register(stage, { client_name: 'Logged app' })
      keep('client secret', app.secret)
      await visitor.signIn({ email, password: `${MARK} wrong password` })
      const hinted = app.authorizePath({ login_hint: email, state: `${MARK}-state`, nonce: `${MARK}-nonce` })
      const url = await signIn(visitor, hinted, { email }, second)
      keep('code', url.searchParams.get('code') ?? '')
      const tokens = (await app.redeem(url.searchParams.get('code') ?? '')).json() as Tokens
      keep('access token', tokens.access_token)
      keep('refresh token', tokens.refresh_token)
      keep('signature of the ID token', tokens.id_token.split('.')[2])
      await app.redeem(url.searchParams.get('code') ?? '')
      await userinfo(stage, tokens.access_token)
      await app.introspect(tokens.access_token)
      await app.refresh(`${tokens.refresh_token.slice(0, -1)}_`)
      await app.call('/oauth/token', { grant_type: 'password', username: email, password })
      await app.redeem('x', {}, basic(app.clientId, `${MARK} wrong secret`))
      const phone = await registerApp(stage)
      const step = (
        await phone.begin({ username: email, password: `${MARK} wrong password` })
      ).json() as Challenged
      keep('auth_session', step.auth_session)
      const signedIn = (await phone.begin({ username: email, password: second })).json() as Challenged
      keep('code of a challenge', signedIn.authorization_code)
      keep('device', signedIn.auth_session)
      for (const { name, value } of visitor.cookies() as { name: string; value: string }[])
        if (!name.includes('.sig') && value.length > 20) keep(`cookie ${name}`, value)

      const strange = ['/register', '/oauth/token', '/sign-in', '/activate', '/oauth/userinfo']
      for (const to of strange) {
        await stage.send({
          to: `${to}?token=${MARK}&email=${MARK}&code=${MARK}`,
          form: { email, password, token: MARK },
        })
        await stage.send({
          to,
          body: `{"password":"${MARK}`,
          headers: { 'content-type': 'application/json' },
        })
      }
      await stage.send({ to: `/nothing?x=${MARK}` })
      await visitor.followForm(await visitor.get('/oauth/logout'), { logout: 'yes' })

      expect([...secrets.keys()]).to.include.members([
        'activation code',
        'reset code',
        'access token',
        'code',
      ])
      const log = stage.log()
      expect(log.split('\n').length).to.be.greaterThan(40)
      for (const [what, secret] of secrets) {
        expect(log.includes(secret), `${what} stands in the log: ${around(log, secret)}`).to.equal(false)
        expect(log.includes(encodeURIComponent(secret)), `${what} stands in the log, encoded`).to.equal(false)
      }
    })

    it('are one JSON object per line, whatever the request contains', async () => {
      await stage.send({ to: '/x%0a%7b%22level%22:%22info%22%7d', headers: { 'user-agent': 'a\tb' } })
      await stage.send({ to: '/sign-in', form: { email: 'a\n{"level":"error"}\r\u001b[31m', password: 'x' } })
      const lines = stage.log().split('\n').filter(Boolean)
      for (const line of lines) expect(JSON.parse(line), line).to.include.keys('level', 'time', 'msg')
      const control = Array.from(stage.log()).filter((character) => character < ' ' && character !== '\n')
      expect(control).to.eql([])
    })
  })

function around(log: string, secret: string): string {
  const at = log.indexOf(secret)
  return at < 0 ? '' : log.slice(Math.max(0, at - 200), at + 100)
}
