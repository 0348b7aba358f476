import { expect } from 'chai'
import { authenticator, secretOn } from '../factors/authenticator.ts'
import { registerApp } from '../protocol/challenge/first-party-app.ts'
import type { Challenged } from '../protocol/challenge/first-party-app.ts'
import { CALLBACK, register, signIn, userinfo } from '../provider/relying-party.ts'
import type { Tokens } from '../provider/relying-party.ts'
import { basic } from '../provider/send.ts'
import { anyAddress, openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { secretShapes } from './secret-shapes.ts'
import { altered } from '../support/altered.ts'

const MARK = 'canary7f3a'

for (const store of ['sqlite', 'mariadb+redis'] as const)
  describe(`the logs, at debug level, on ${store}`, function () {
    let stage: Stage

    before(async () => {
      stage = await openStage({
        store,
        env: { ACCOUNT_SERVER_DEBUG: 'true', ACCOUNT_SERVER_CLIENT_REGISTRATION: 'open' },
      })
    })
    after(() => stage.stop())

    it('name no password, token, code, cookie, link or address after a whole journey, failures included [S-3.16]', async () => {
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
      await app.refresh(altered(tokens.refresh_token))
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

    it('name no valid secret from a broken request, nor does the answer to it [S-3.17]', async () => {
      const app = await register(stage, { post_logout_redirect_uris: [CALLBACK] })
      const tokens = await app.tokensFor(await stage.person())
      const chosen = `Pa55-${MARK}-by-a-Person`
      const live = [app.secret, tokens.refresh_token, tokens.access_token, tokens.id_token, chosen]
      const seen: string[] = []
      for (const [at, secret] of live.entries()) {
        const turn = { at, of: live.length }
        const shapes = secretShapes(secret, app, turn).filter(([, { to }]) => to.length < 8000)
        for (const batch of batches(shapes, 20))
          await Promise.all(
            batch.map(async ([shape, sent]) => {
              const from = { 'x-forwarded-for': anyAddress(), accept: '*/*' }
              const answer = await stage.send({ ...sent, headers: { ...from, ...sent.headers } })
              expect(answer.status, `${shape}: ${answer.text}`).to.be.below(500)
              const shown = answer.status < 400 ? '' : answer.text
              if (partsOf(secret).some((part) => shown.includes(part)))
                seen.push(`${shape} is answered with the secret: ${shown}`)
            }),
          )
      }
      const lines = stage.log().split('\n')
      for (const secret of live)
        for (const part of partsOf(secret))
          seen.push(...lines.filter((line) => line.includes(part)).map((line) => `${part} in ${line}`))
      expect(seen.length, seen.slice(0, 30).join('\n\n')).to.equal(0)
    })

    it('name neither the secret of an authenticator app nor a recovery code [S-3.16]', async () => {
      const visitor = stage.visitor()
      await visitor.signIn({ ...(await stage.person()), password: PASSWORD })
      const page = await visitor.followForm(await visitor.get('/account/security'), {}, { action: '/app' })
      const secret = secretOn(page.text)
      const app = authenticator(secret)
      await visitor.followForm(page, { code: app.wrongCodeAt(Date.now()) }, { action: '/confirm' })
      const typed = { code: app.codeAt(Date.now()) }
      const shown = await visitor.followForm(page, typed, { action: '/confirm' })
      const codes = [...shown.text.matchAll(/<li><code>([^<]+)</g)].map(([, code = '']) => code)
      expect([secret, ...codes]).to.have.length(11)
      await visitor.get('/account/security/codes/file')
      await visitor.get(`/account/security/codes?code=${codes[0]}`)
      for (const kept of [secret, ...codes]) expect(stage.log().includes(kept), kept).to.equal(false)
    })

    it('are one JSON object per line, for any content of a request [S-3.19]', async () => {
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

/** The secret, or so much of it that the rest could be guessed, as it came and as a form or a base64 has it. */
function partsOf(secret: string): string[] {
  const parts = [secret.slice(0, 12), secret.slice(-12), secret.slice(8, 20)]
  const coded = [Buffer.from(secret).toString('base64').slice(0, 14)]
  return [...parts.flatMap((part) => [part, encodeURIComponent(part)]), ...coded].filter(
    // What every JWT begins with is no secret.
    (part) => !part.startsWith('eyJ') && !part.startsWith('ZXlK'),
  )
}

function batches<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size))
}
