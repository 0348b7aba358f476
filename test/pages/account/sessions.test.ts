import { expect } from 'chai'
import { HOUR_MS } from '../../../src/platform/clock.ts'
import { enroll } from '../../factors/enrolled.ts'
import { callbackOf, register } from '../../provider/relying-party.ts'
import { PASSWORD, sqliteStage, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import type { Visited, Visitor } from '../../support/visitor.ts'

const PAGE = '/account/sessions'
const FIREFOX = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }

describe('the pages of one’s sessions and apps', () => {
  let stage: Stage

  before(async () => {
    stage = await sqliteStage()
  })

  async function signedIn(headers: Record<string, string> = {}) {
    const person = await stage.person()
    const visitor = stage.visitor(headers)
    await visitor.signIn({ ...person, password: PASSWORD })
    return { person, visitor }
  }
  const plain = ({ text }: Visited) => text.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
  const noticeOf = ({ text }: Visited) => /<p class="notice"[^>]*>([^<]*)</.exec(text)?.[1] ?? ''
  const use = async (visitor: Visitor) => {
    const app = await register(stage)
    const page = await visitor.get(app.authorizePath({ scope: 'openid', prompt: undefined }))
    const back = await visitor.followForm(page, { decision: 'allow' }, { action: '/consent' })
    await app.redeem(callbackOf(back)['code'] ?? '')
    return app
  }
  const earlier = (accountId: string, byMs: number) =>
    stage.parts
      .db('account_sessions')
      .where({ accountId })
      .update({ createdAtMs: Date.now() - byMs, lastSeenAtMs: Date.now() - byMs })

  it('say where, since when, how and for which apps one is signed in', async () => {
    const { person, visitor } = await signedIn(FIREFOX)
    await use(visitor)
    await earlier(person.id, 3 * HOUR_MS + 1000)
    const page = await visitor.get(PAGE)
    expect(plain(page)).to.contain('Firefox on Linux this one')
    expect(plain(page)).to.contain('Signed in with password 3 hours ago')
    expect(plain(page), 'in use now').to.contain('last seen now')
    expect(plain(page)).to.contain('Apps: Demo app')
    expect(page.text).to.match(
      /<time datetime="[^"]+Z" title="[A-Z][a-z]{2} \d+, \d{4}, [^"]+ UTC" data-local="title">3 hours ago<\/time>/,
    )
  })

  it('name the second factor of each session', async () => {
    const { person, visitor } = await signedIn()
    const factor = await enroll(stage.parts, person.id)
    for (const code of [await factor.code(), factor.recoveryCodes[0]!]) {
      const other = stage.visitor()
      await other.followForm(
        await other.signIn({ ...person, password: PASSWORD }),
        { code },
        { action: '/code' },
      )
    }
    const text = plain(await visitor.get(PAGE))
    expect(text).to.contain('with password and authenticator app')
    expect(text).to.contain('with password and recovery code')
  })

  it('end every session but this one', async () => {
    const { person, visitor } = await signedIn()
    expect((await visitor.get(PAGE)).text, 'only one').not.to.contain('end-others')
    const other = stage.visitor()
    await other.signIn({ ...person, password: PASSWORD })
    const page = await visitor.followForm(await visitor.get(PAGE), {}, { action: '/end-others' })
    expect(page.heading).to.equal('Sessions')
    expect(noticeOf(page)).to.equal('You’re signed out everywhere else.')
    expect(page.url.pathname, 'a reload sends no form').to.equal(PAGE)
    expect(noticeOf(await visitor.get(PAGE)), 'once').to.equal('')
    expect((await other.get('/account')).heading).to.equal('Sign in')
  })

  it('say when an app was last used', async () => {
    const { person, visitor } = await signedIn()
    const { clientId } = await use(visitor)
    const consent = () => stage.parts.db('consents').where({ accountId: person.id, clientId })
    await until(async () => (await consent().first('lastUsedAtMs')).lastUsedAtMs !== null, 'the use is noted')
    expect(plain(await visitor.get('/account/apps'))).to.contain('last used now')
    await consent().update({ lastUsedAtMs: Date.now() - 3 * 24 * HOUR_MS })
    expect(plain(await visitor.get('/account/apps'))).to.contain('last used 3 days ago')
  })
})
