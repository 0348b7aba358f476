import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { callbackOf, register, signIn } from '../provider/relying-party.ts'
import type { Party } from '../provider/relying-party.ts'
import { PASSWORD, sqliteStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'

const FOREIGN = [
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  'https:evil.example',
  '/%09/evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '/account/../../evil.example',
  '__proto__',
  'constructor',
]
const OUT = 'https://app.example.com/signed-out'

describe('where a person is sent', function () {
  let stage: Stage
  let app: Party
  let person: Account

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage, { post_logout_redirect_uris: [OUT] })
    person = await stage.person()
  })

  for (const target of FOREIGN)
    it(`after signing in is never ${JSON.stringify(target)} [S-3.5]`, async () => {
      const visitor = stage.visitor()
      for (const name of ['next', 'return_to', 'returnTo', 'redirect', 'redirect_uri', 'url', 'continue']) {
        const page = await visitor.get(`/sign-in?${name}=${encodeURIComponent(target)}`)
        const fields = { email: person.email, password: PASSWORD, [name]: target }
        const answer = await visitor.followForm(page, fields, { follow: false })
        expect(answer.headers.get('location'), name).to.equal('/account')
        visitor.clearCookies()
      }
    })

  const signOut = async (query: Record<string, string>, given = {}) => {
    const visitor = stage.visitor()
    const tokens = await app.tokensFor(person, given, visitor)
    const { id_token_hint = tokens.id_token, ...rest } = query
    const asked = new URLSearchParams({ ...(id_token_hint && { id_token_hint }), ...rest })
    const page = await visitor.get(`/oauth/logout?${asked}`)
    if (page.status !== 200) return page
    return visitor.followForm(page, { logout: 'yes' })
  }

  it('after signing out is the address that the app registered, exactly [S-1.80]', async () => {
    const right = await signOut({ post_logout_redirect_uri: OUT, state: 'back' })
    expect(right.headers.get('location')).to.equal(`${OUT}?state=back`)
    for (const wrong of [`${OUT}/`, `${OUT}?a=b`, OUT.toUpperCase(), app.redirectUri, ...FOREIGN]) {
      const answer = await signOut({ post_logout_redirect_uri: wrong })
      expect(answer.status, wrong).to.equal(400)
      expect(answer.headers.get('location'), wrong).to.equal(null)
    }
  })

  it('after signing out is none without an ID token of the client that registered the address', async () => {
    const other = await register(stage)
    const { id_token } = await other.tokensFor(person)
    const nobody = await signOut({ id_token_hint: '', post_logout_redirect_uri: OUT })
    expect(nobody.headers.get('location')).to.equal(null)
    const foreign = await signOut({ id_token_hint: id_token, post_logout_redirect_uri: OUT })
    expect(foreign.status).to.equal(400)
    const [head, body] = id_token.split('.')
    for (const forged of [`${head}.${body}.`, `${head}.${body}.AAAA`, 'a.b.c', 'x'])
      expect(
        (await signOut({ id_token_hint: forged, post_logout_redirect_uri: OUT })).status,
        forged,
      ).to.equal(400)
  })

  it('from a restarted page is decided by the sealed copy of the request, which cannot be altered [S-6.8]', async () => {
    const page = await stage.visitor().get(app.authorizePath())
    const sealed = page.url.searchParams.get('restart') ?? ''
    expect(sealed.length).to.be.greaterThan(50)
    const other = stage.visitor()
    await other.get('/sign-in')
    const again = await other.get(`/interaction/unknown?restart=${sealed}`)
    expect(again.heading).to.equal('Sign in')
    for (const bent of [`${sealed.slice(0, -3)}AAA`, sealed.slice(5), 'https://evil.example', '']) {
      const lost = await stage.visitor().get(`/interaction/unknown?restart=${encodeURIComponent(bent)}`)
      expect([lost.status, lost.headers.get('location')], bent).to.eql([410, null])
    }
  })
})

describe('an interaction', function () {
  let stage: Stage
  let app: Party
  let person: Account

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage)
    person = await stage.person()
  })

  it('of another browser is not accepted: the victim signs in to its own request or none [S-6.2]', async () => {
    const attacker = stage.visitor()
    const prepared = await attacker.get(app.authorizePath({ state: 'of the attacker' }))
    const victim = stage.visitor()
    const bare = `${prepared.url.pathname}`
    const lost = await victim.get(bare)
    expect(lost.status).to.equal(410)
    const form = await victim.get('/register')
    const csrf = /name="_csrf" value="([^"]*)"/.exec(form.text)?.[1] ?? ''
    const fields = { _csrf: csrf, email: person.email, password: PASSWORD }
    await victim.post(`${bare}/sign-in`, fields)
    // What the victim did has moved the attacker's request nowhere.
    const still = await attacker.get(prepared.url.href)
    expect(still.heading).to.equal('Sign in')
    const resumed = await attacker.get(prepared.url.pathname.replace('/interaction/', '/oauth/authorize/'))
    expect(resumed.headers.get('location') ?? '').not.to.contain('code=')
  })

  it('cannot be resumed by the address alone, before or after it was finished', async () => {
    const owner = stage.visitor()
    const consent = await owner.followForm(
      await owner.get(app.authorizePath()),
      { email: person.email, password: PASSWORD },
      { action: '/sign-in' },
    )
    const posted = await owner.followForm(
      consent,
      { decision: 'allow' },
      { action: '/consent', follow: false },
    )
    const resume = posted.headers.get('location') ?? ''
    expect(resume).to.contain('/oauth/authorize/')
    const thief = await stage.visitor().get(resume)
    expect(thief.headers.get('location') ?? '').not.to.contain('code=')
    expect(thief.status).to.be.below(500)
    expect(callbackOf(await owner.get(resume))).to.have.property('code')
    const twice = await owner.get(resume)
    expect(twice.headers.get('location') ?? '').not.to.contain('code=')
    expect(twice.status).to.be.below(500)
  })

  it('in each of two tabs finishes its own request', async () => {
    const visitor = stage.visitor()
    const [one, two] = [
      await visitor.get(app.authorizePath({ state: 'one' })),
      await visitor.get(app.authorizePath({ state: 'two' })),
    ]
    const fields = { email: person.email, password: PASSWORD }
    const answers = []
    for (const page of [two, one]) {
      let next = await visitor.followForm(page, fields, { action: '/sign-in' })
      if (next.status === 200)
        next = await visitor.followForm(next, { decision: 'allow' }, { action: '/consent' })
      answers.push(callbackOf(next))
    }
    expect(answers.map(({ state }) => state)).to.eql(['two', 'one'])
    for (const answer of answers) expect(answer, JSON.stringify(answer)).to.have.property('code')
  })

  it('does not pass its request on when somebody signs in as another person meanwhile', async () => {
    const visitor = stage.visitor()
    const first = await stage.person()
    const consent = await visitor.followForm(
      await visitor.get(app.authorizePath({ state: 'first' })),
      { email: first.email, password: PASSWORD },
      { action: '/sign-in' },
    )
    await signIn(visitor, app.authorizePath({ prompt: 'login consent', state: 'second' }), person)
    const answer = await visitor.followForm(consent, { decision: 'allow' }, { action: '/consent' })
    const code = URL.parse(answer.headers.get('location') ?? '')?.searchParams.get('code')
    if (!code) return
    const { access_token } = (await app.redeem(code)).json() as { access_token: string }
    expect((await app.introspect(access_token)).json()).not.to.include({ sub: first.id })
  })
})
