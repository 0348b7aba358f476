import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Account } from '../../../src/accounts/account.ts'
import { LEVELS, reachableLevels } from '../../../src/accounts/levels.ts'
import { authenticationLevel, needsMoreThan } from '../../../src/provider/requests/authentication-levels.ts'
import { callbackOf, register, signIn } from '../relying-party.ts'
import type { Fields, Party, Tokens } from '../relying-party.ts'
import { PASSWORD, sqliteStage } from '../stage.ts'
import type { Stage } from '../stage.ts'

const [PASSWORD_LEVEL, SECOND_FACTOR, PHISHING_RESISTANT] = LEVELS
const UNMET = 'unmet_authentication_requirements'

describe('the sign-in that a client wants by default', function () {
  let stage: Stage
  let person: Account

  before(async () => {
    stage = await sqliteStage()
    person = await stage.person()
  })

  const path = (app: Party, given: Fields = {}) =>
    app.authorizePath({ scope: 'openid', prompt: undefined, ...given })
  const claims = async (app: Party, url: URL) => {
    const answer = await app.redeem(url.searchParams.get('code') ?? '')
    return decodeJwt((answer.json() as Tokens).id_token)
  }
  /** Signs in once, and comes again in the same browser. */
  const again = async (app: Party, given: Fields = {}) => {
    const visitor = stage.visitor()
    const first = await claims(app, await signIn(visitor, path(app), person))
    return { visitor, first, page: await visitor.get(path(app, given)) }
  }

  it('is named in each ID token: default_acr_values and require_auth_time', async () => {
    const app = await register(stage, { default_acr_values: [PASSWORD_LEVEL], require_auth_time: true })
    const { first } = await again(app)
    expect(first).to.include({ acr: PASSWORD_LEVEL }).and.include.keys('auth_time')
    const plain = await again(await register(stage))
    expect(plain.first).not.to.have.any.keys('acr', 'auth_time')
  })

  it('is a fresh one where it is older than default_max_age, and is asked for once', async () => {
    const strict = await register(stage, { default_max_age: 0 })
    const { visitor, page, first } = await again(strict)
    expect(page.heading).to.equal('Sign in')
    const done = await visitor.followForm(
      page,
      { email: person.email, password: PASSWORD },
      { action: '/sign-in' },
    )
    const second = await claims(strict, new URL(done.headers.get('location') ?? ''))
    expect(Number(second['auth_time'])).to.be.at.least(Number(first['auth_time']))
    const relaxed = await again(await register(stage, { default_max_age: 3600 }))
    expect(callbackOf(relaxed.page)).to.have.property('code')
  })

  it('gives way to what a request names', async () => {
    const app = await register(stage, { default_max_age: 0 })
    const { page } = await again(app, { max_age: '600' })
    expect(callbackOf(page)).to.have.property('code')
  })

  const essential = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:elsewhere' } } })
  const COMBINED: [string, Fields, string][] = [
    ['max_age=0 and prompt=none', { max_age: '0', prompt: 'none' }, 'login_required'],
    ['an unreachable level and max_age=0', { claims: essential, max_age: '0' }, UNMET],
    ['an unreachable level and prompt=login', { claims: essential, prompt: 'login' }, UNMET],
  ]
  for (const [what, given, error] of COMBINED)
    it(`never asks for a sign-in again and again: ${what}`, async () => {
      const { page } = await again(await register(stage), given)
      expect(callbackOf(page)['error']).to.match(new RegExp(`^(${error})$`))
    })

  for (const given of [{ max_age: '0' }, { prompt: 'login' }])
    it(`asks once where the level needs a passkey that the person has not: ${JSON.stringify(given)}`, async () => {
      const asked = { ...given, acr_values: PHISHING_RESISTANT }
      const { visitor, page } = await again(await register(stage), asked)
      expect(page.heading).to.equal('Sign in')
      const typed = { email: person.email, password: PASSWORD }
      const setUp = await visitor.followForm(page, typed, { action: '/sign-in' })
      expect(setUp.heading).to.equal('Add a passkey')
      expect((await visitor.get(setUp.url.href)).heading, 'after a reload').to.equal('Add a passkey')
      const declined = await visitor.followForm(setUp, {}, { action: '/later' })
      expect(callbackOf(declined)['error']).to.equal(UNMET)
    })

  it('is refused at once where only a passkey reaches it, and this server has none', async () => {
    const { check } = authenticationLevel({
      passkeys: false,
      strongest: () => Promise.resolve(PHISHING_RESISTANT),
      isRequired: () => Promise.resolve(false),
    })
    const asked = (acr_values: string) => check({ oidc: { params: { acr_values } } } as never)
    const refused = await Promise.resolve(asked(PHISHING_RESISTANT)).then(String, String)
    expect(refused).to.contain(UNMET)
    expect(await asked(SECOND_FACTOR)).to.equal(true)
    expect(await asked(`${SECOND_FACTOR} ${PHISHING_RESISTANT}`)).to.equal(true)
    expect(reachableLevels(false)).to.eql([PASSWORD_LEVEL, SECOND_FACTOR])
  })

  it('is asked for once with max_age=0 and a level that can be reached', async () => {
    const app = await register(stage)
    const { visitor, page } = await again(app, { max_age: '0', acr_values: PASSWORD_LEVEL })
    expect(page.heading).to.equal('Sign in')
    const done = await visitor.followForm(
      page,
      { email: person.email, password: PASSWORD },
      { action: '/sign-in' },
    )
    const last = await claims(app, new URL(done.headers.get('location') ?? ''))
    expect(last).to.include({ acr: PASSWORD_LEVEL }).and.include.keys('auth_time')
  })

  it('cannot be one that nobody reaches', async () => {
    const refused = await register(stage, { default_acr_values: ['urn:elsewhere'] }).then(
      () => 'registered',
      (error: unknown) => (error as Error).message,
    )
    expect(refused).to.contain('default_acr_values').and.contain(PASSWORD_LEVEL)
  })

  it('is measured by levels: a stronger one meets every weaker one', () => {
    const asked = (acr_values: string) => ({ acr_values })
    expect(needsMoreThan(undefined, asked(PASSWORD_LEVEL))).to.equal(true)
    expect(needsMoreThan(PASSWORD_LEVEL, asked(PASSWORD_LEVEL))).to.equal(false)
    expect(needsMoreThan(PHISHING_RESISTANT, asked(SECOND_FACTOR))).to.equal(false)
    expect(needsMoreThan(SECOND_FACTOR, asked(SECOND_FACTOR))).to.equal(false)
    expect(needsMoreThan(PASSWORD_LEVEL, asked('urn:elsewhere'))).to.equal(false)
    expect(needsMoreThan(PASSWORD_LEVEL, asked(SECOND_FACTOR))).to.equal(true)
    expect(needsMoreThan(SECOND_FACTOR, asked(PHISHING_RESISTANT))).to.equal(true)
    expect(() => needsMoreThan(PHISHING_RESISTANT, { claims: essential })).to.throw('unmet')
  })
})
