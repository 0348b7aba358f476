import { expect } from 'chai'
import { LEVELS } from '../../../src/accounts/levels.ts'
import { enroll } from '../../factors/enrolled.ts'
import { addKey, givePasskey } from '../../passkeys/on-pages.ts'
import { softwareKey } from '../../passkeys/software-key.ts'
import { openStage, PASSWORD, sqliteStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import type { Party } from '../../provider/relying-party.ts'
import type { CreationOptions } from '../../../src/passkeys/options.ts'
import { askedOn } from '../../passkeys/on-pages.ts'
import { answer, CIBA_GRANT, errorOf, idOf, registerAsker, requestsOf, rest, signedIn } from './asker.ts'

describe('the level that a backchannel request asks for', () => {
  let stage: Stage
  let bank: Party

  before(async () => {
    stage = await sqliteStage()
    bank = await registerAsker(stage)
  })

  const ask = (email: string, given: Record<string, string>, party = bank) =>
    party.call('/oauth/backchannel', { scope: 'openid', login_hint: email, ...given })

  async function acrOf(id: string): Promise<unknown> {
    await rest(stage, id)
    const polled = await bank.call('/oauth/token', { grant_type: CIBA_GRANT, auth_req_id: id })
    const [, payload = ''] = String(polled.json()['id_token']).split('.')
    return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { acr?: string }).acr
  }

  it('is reached by a sign-in with the passkey, and by no password [S-1.97]', async () => {
    const person = await stage.person()
    const key = await addKey(stage.parts, person.id)
    const id = idOf(await ask(person.email, { acr_values: LEVELS[2] }))
    const visitor = stage.visitor()
    await givePasskey(visitor, await visitor.signIn({ email: person.email, password: PASSWORD }), key)
    await answer(visitor, await requestsOf(visitor), 'allow')
    expect(await acrOf(id)).to.equal(LEVELS[2])
  })

  it('leads a session with the code of an app to the sign-in, with words, and goes on after it', async () => {
    const person = await stage.person()
    const factor = await enroll(stage.parts, person.id)
    const key = await addKey(stage.parts, person.id)
    const id = idOf(await ask(person.email, { acr_values: LEVELS[2] }))
    const visitor = await signedIn(stage, person.email)
    const asked = await visitor.get('/sign-in/code')
    await visitor.followForm(asked, { code: await factor.code() }, { action: '/code' })
    const weak = await answer(visitor, await requestsOf(visitor), 'allow')
    expect(weak.heading).to.match(/^Confirm it’s you|^Sign in/)
    expect(weak.text).to.contain('asks for a stronger sign-in')
    const requests = await givePasskey(visitor, weak, key)
    expect(requests.url.pathname).to.equal('/account/requests')
    expect((await answer(visitor, requests, 'allow')).text).to.contain('Allowed.')
    expect(await acrOf(id)).to.equal(LEVELS[2])
  })

  it('leads a person without a passkey to a new one, and goes on after it', async () => {
    const person = await stage.person()
    const id = idOf(await ask(person.email, { acr_values: LEVELS[2] }))
    const visitor = await signedIn(stage, person.email)
    const page = await answer(visitor, await requestsOf(visitor), 'allow')
    expect(page.heading).to.equal('Add a passkey')
    const options = askedOn(page) as unknown as CreationOptions['options']
    const passkey = softwareKey({ origin: stage.issuer }).create({ options })
    const codes = await visitor.followForm(page, { passkey }, { action: '/passkeys/new' })
    const requests = await visitor.followForm(codes, {}, { action: '/codes/saved' })
    expect(requests.url.pathname).to.equal('/account/requests')
    expect((await answer(visitor, requests, 'allow')).text).to.contain('Allowed.')
    expect(await acrOf(id)).to.equal(LEVELS[2])
  })

  it('may be unknown where it is voluntary, and is refused where nobody can reach it', async () => {
    const { email } = await stage.person()
    expect((await ask(email, { acr_values: 'urn:example:gold' })).status).to.equal(200)
    const essential = { id_token: { acr: { essential: true, value: 'urn:example:gold' } } }
    const refused = await ask(email, { claims: JSON.stringify(essential) })
    expect(errorOf(refused)).to.equal('unmet_authentication_requirements')
  })

  it('is refused where this server has no passkeys, as it would wait for nobody [S-1.97]', async () => {
    const bare = await openStage({ store: 'sqlite' })
    try {
      // As at an IP address.
      Object.assign(bare.parts.config.factors.passkeys, { domain: undefined })
      const asker = await registerAsker(bare)
      const { email } = await bare.person()
      const refused = await ask(email, { acr_values: LEVELS[2] }, asker)
      expect(refused.status, refused.text).to.equal(400)
      expect(errorOf(refused)).to.equal('unmet_authentication_requirements')
      expect(refused.json()['error_description']).to.contain(LEVELS[1]).and.not.contain(LEVELS[2])
      const either = { acr_values: `${LEVELS[1]} ${LEVELS[2]}` }
      expect((await ask(email, either, asker)).status, 'one of them is enough').to.equal(200)
    } finally {
      await bare.stop()
    }
  })
})
