import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import type { Store } from '../support/running-server.ts'
import type { Visitor } from '../support/visitor.ts'
import { register } from '../provider/relying-party.ts'
import type { Party } from '../provider/relying-party.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'

const MAIN = 'the main secret from which keys are derived'
const NEW_COOKIES = 'a new cookie key that is long enough to be one'
const NEW_DATA = 'a new data key that is long enough to be one'

for (const store of ['sqlite', 'mariadb+redis'] satisfies Store[])
  describe(`exchanged cookie and data keys, with ${store}`, function () {
    let stage: Stage
    let app: Party
    let person: Account
    let visitor: Visitor

    before(async () => {
      stage = await openStage({
        store,
        separate: store === 'sqlite',
        env: { ACCOUNT_SERVER_TOKEN_SECRET_KEY: MAIN },
      })
      person = await stage.person()
      app = await register(stage)
      visitor = stage.visitor()
    })
    after(() => stage?.stop())

    async function restartWith(cookieKeys: string, dataKeys: string): Promise<void> {
      stage.env['ACCOUNT_SERVER_COOKIE_KEYS'] = cookieKeys
      stage.env['ACCOUNT_SERVER_DATA_KEYS'] = dataKeys
      await stage.restart('SIGTERM')
    }

    const isSignedIn = async () => {
      const path = app.authorizePath({ prompt: 'none', scope: 'openid email' })
      const { headers } = await visitor.get(path)
      return new URL(headers.get('location') ?? '').searchParams.has('code')
    }

    it('keep people signed in and tokens valid, as long as the old keys are in the lists', async () => {
      const { access_token, refresh_token } = await app.tokensFor(person, {}, visitor)
      expect(await isSignedIn()).to.equal(true)
      await restartWith(`${NEW_COOKIES},${MAIN}`, `${NEW_DATA},${MAIN}`)
      expect(await isSignedIn()).to.equal(true)
      expect((await app.introspect(access_token)).json()).to.include({ active: true })
      expect((await app.refresh(refresh_token)).status).to.equal(200)
    })

    // Cookies are signed in the server alone, wherever it keeps the rest.
    if (store !== 'sqlite') return

    it('can drop the old cookie key once browsers came back', async () => {
      await restartWith(NEW_COOKIES, `${NEW_DATA},${MAIN}`)
      expect(await isSignedIn()).to.equal(true)
    })

    it('sign people out without an error when a cookie key is dropped at once', async () => {
      await restartWith('another cookie key that nobody has seen', `${NEW_DATA},${MAIN}`)
      expect(await isSignedIn()).to.equal(false)
    })
  })
