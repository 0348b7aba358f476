import { expect } from 'chai'
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import type { Account } from '../../src/accounts/account.ts'
import { passkeysOf } from '../../src/accounts/passkeys/passkey.ts'
import { createCaller } from '../api/caller.ts'
import { openStage, PASSWORD, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { auditTrailOf } from '../support/audit-trail.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { addKey, askedOn, givePasskey, sendPasskey } from './on-pages.ts'
import { softwareKey } from './software-key.ts'
import type { SoftwareKey } from './software-key.ts'

const SECURITY = '/account/security'

/** What a page says to the password manager. */
function signalsOf({ text }: Visited): unknown[] {
  const found = [...text.matchAll(/data-passkey-signals="([^"]+)"/g)]
  return found.flatMap(([, json = '']): unknown[] =>
    JSON.parse(json.replaceAll('&#34;', '"').replaceAll('&amp;', '&')),
  )
}

for (const { name, stage: open } of STAGES)
  describe(`passkeys on the pages, on two processes with ${name}`, () => {
    let stage: Stage
    let person: Account
    let key: SoftwareKey

    before(async () => {
      stage = await open()
    })
    beforeEach(async () => {
      person = await stage.person()
      key = await addKey(stage.parts, person.id)
    })

    const isSignedIn = async (visitor: Visitor) => (await visitor.get('/account')).heading === 'Your account'
    const signedIn = async (): Promise<Visitor> => {
      const visitor = stage.visitor()
      await givePasskey(visitor, await visitor.get('/sign-in'), key)
      return visitor
    }

    it('sign in once with one answer, also when it is sent to both processes at once [S-2.121]', async () => {
      const visitor = stage.visitor()
      const page = await visitor.get('/sign-in')
      const answer = key.get(askedOn(page))
      const before = await stage.parts.db('account_sessions').where({ accountId: person.id })
      await Promise.all(Array.from({ length: 10 }, () => sendPasskey(visitor, page, answer)))
      const sessions: unknown[] = await stage.parts.db('account_sessions').where({ accountId: person.id })
      expect(sessions.length - before.length).to.equal(1)
      const other = stage.visitor()
      await sendPasskey(other, await other.get('/sign-in'), answer)
      expect(await isSignedIn(other)).to.equal(false)
    })

    it('are refused with a challenge of another browser [S-2.121]', async () => {
      const [one, other] = [stage.visitor(), stage.visitor()]
      const stolen = key.get(askedOn(await one.get('/sign-in')))
      const refused = await sendPasskey(other, await other.get('/sign-in'), stolen)
      expect(refused.text).to.contain('did not work')
      expect(await isSignedIn(other)).to.equal(false)
    })

    it('are refused from another origin and for another domain [S-2.120]', async () => {
      for (const lie of [{ origin: 'https://evil.example' }, { rpId: 'evil.example' }]) {
        const visitor = stage.visitor()
        Object.assign(key.options, { origin: stage.issuer, rpId: undefined }, lie)
        const refused = await givePasskey(visitor, await visitor.get('/sign-in'), key)
        expect(refused.text, JSON.stringify(lie)).to.contain('did not work')
        expect(await isSignedIn(visitor), JSON.stringify(lie)).to.equal(false)
      }
    })

    it('of another account are no second step [S-2.122]', async () => {
      const stranger = await stage.person()
      const strangersKey = await addKey(stage.parts, stranger.id)
      const visitor = stage.visitor()
      const atStep = await visitor.signIn({ email: person.email, password: PASSWORD })
      expect(atStep.heading).to.equal('Use your passkey')
      expect(askedOn(atStep).allowCredentials.map(({ id }) => id)).to.eql([key.id])
      const refused = await givePasskey(visitor, atStep, strangersKey)
      expect(refused.text).to.contain('did not work')
      expect(await isSignedIn(visitor)).to.equal(false)
      expect((await givePasskey(visitor, refused, key)).heading).to.equal('Your account')
      const trail = (await auditTrailOf(stage.parts.db, person.id)).map(({ action }) => action)
      expect(trail).to.include.members(['second_factor.failed', 'sign_in.succeeded'])
    })

    it('of another person can be neither named nor removed', async () => {
      const [{ id } = { id: '' }] = await passkeysOf(stage.parts.db, (await owner()).id)
      const visitor = await signedIn()
      for (const path of [`/passkeys/${id}`, `/passkeys/${id}/remove`]) {
        const page = await visitor.get(SECURITY + path)
        expect(page.text, path).to.contain('was removed already')
      }
      const page = await visitor.get(SECURITY)
      const csrf = /name="_csrf" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
      await visitor.post(`${SECURITY}/passkeys/${id}`, { _csrf: csrf, name: 'Mine' })
      await visitor.post(`${SECURITY}/passkeys/${id}/remove`, { _csrf: csrf })
      expect(await stage.parts.db('passkeys').where({ id }).first('name')).to.deep.include({ name: 'A key' })
    })

    async function owner(): Promise<Account> {
      const other = await stage.person()
      await addKey(stage.parts, other.id)
      return other
    }

    it('confirm who one is where there is no password, and the last one stays, with words [S-2.124]', async () => {
      await updateAccount(stage.parts.db, { id: person.id }, { passwordHash: null })
      const visitor = await signedIn()
      // The proof is older than the factors.
      await stage.parts.db('passkeys').where({ accountId: person.id }).increment('createdAtMs', 5000)
      const [{ id } = { id: '' }] = await passkeysOf(stage.parts.db, person.id)
      const asked = await visitor.get(`${SECURITY}/passkeys/${id}/remove`)
      expect(asked.heading).to.equal('Confirm it’s you')
      expect(asked.text).not.to.contain('type="password"')
      await stage.parts.db('passkeys').where({ accountId: person.id }).decrement('createdAtMs', 5000)
      const refused = await givePasskey(visitor, asked, key)
      expect(refused.text).to.contain('your only way to sign in')
      const password = await visitor.get('/account/password')
      expect(password.text).to.contain('has no password').and.contain('href="/forgot"')
      expect(await passkeysOf(stage.parts.db, person.id)).to.have.length(1)
    })

    it('are listed, named and removed over the API, with a fresh sign-in', async () => {
      const api = await createCaller(stage, ['account:read', 'account:factors'])
      const someone = await stage.person()
      const { id: accountId } = someone
      const token = await api.tokenOf(someone)
      expect((await api.call('GET', '/account/factors', { token })).json()).to.deep.include({ passkeys: [] })
      await addKey(stage.parts, accountId)
      const [{ id } = { id: '' }] = await passkeysOf(stage.parts.db, accountId)
      const to = `/account/factors/passkeys/${id}`
      const renamed = await api.call('PATCH', to, { token, body: { name: 'Key ring' } })
      expect(renamed.status, renamed.text).to.equal(204)
      const shown = (await api.call('GET', '/account/factors', { token })).json()
      expect(JSON.stringify(shown['passkeys'])).to.contain('Key ring')
      const wrong = await api.call('POST', `${to}/remove`, { token, body: { current_password: 'not mine' } })
      expect([wrong.status, wrong.json()['code']]).to.eql([422, 'password_wrong'])
      const proof = { current_password: PASSWORD }
      expect((await api.call('POST', `${to}/remove`, { token, body: proof })).status).to.equal(204)
      const gone = await api.call('POST', `${to}/remove`, { token, body: proof })
      expect([gone.status, gone.json()['code']]).to.eql([404, 'passkey_not_found'])
    })

    it('have the address and name of today in the password manager, which forgets a removed one', async () => {
      const visitor = await signedIn()
      const [{ id, userHandle: userId } = { id: '', userHandle: '' }] = await passkeysOf(
        stage.parts.db,
        person.id,
      )
      const own = { rpId: 'localhost', userId }
      const accepted = { signal: 'signalAllAcceptedCredentials', ...own, allAcceptedCredentialIds: [key.id] }
      const details = { signal: 'signalCurrentUserDetails', ...own, name: person.email }
      for (const name of ['Ada & “Co”', '']) {
        await updateAccount(stage.parts.db, { id: person.id }, { name })
        const shown = [accepted, { ...details, displayName: name || person.email }]
        for (const path of ['/account', SECURITY])
          expect(signalsOf(await visitor.get(path)), path + name).to.eql(shown)
      }
      const asked = await visitor.get(`${SECURITY}/passkeys/${id}/remove`)
      const removed = await visitor.followForm(asked, {}, { action: '/remove' })
      expect(removed.text).to.contain('The passkey is removed.')
      const unknown = { signal: 'signalUnknownCredential', rpId: 'localhost', credentialId: key.id }
      expect(signalsOf(removed)).to.eql([unknown])
      expect(signalsOf(await visitor.get('/account')), 'without a passkey').to.eql([])
    })

    it('that nobody here has leave the other ways, and the password manager may forget them', async () => {
      const visitor = stage.visitor()
      const stranger = softwareKey({ origin: stage.issuer })
      const page = await givePasskey(visitor, await visitor.get('/sign-in'), stranger)
      expect(page.text).to.contain('does not belong to an account')
      expect(page.text).to.contain('signalUnknownCredential').and.contain(stranger.id)
    })
  })

describe('the domain of passkeys', () => {
  it('may be that of an earlier host, which then names this one to browsers [S-2.125]', async () => {
    const stage = await openStage({
      store: 'sqlite',
      env: {
        ACCOUNT_SERVER_PASSKEY_DOMAIN: 'old.example',
        ACCOUNT_SERVER_PASSKEY_RELATED_ORIGINS: 'https://shop.example',
      },
    })
    try {
      const to = '/.well-known/webauthn'
      const listed = await stage.send({ to, headers: { host: 'old.example' } })
      expect(listed.json()).to.eql({ origins: [stage.issuer, 'https://shop.example'] })
      expect(listed.headers['content-type']).to.contain('application/json')
      const visitor = stage.visitor()
      expect(askedOn(await visitor.get('/sign-in')).rpId).to.equal('old.example')
      const person = await stage.person()
      const key = await addKey(stage.parts, person.id)
      const page = await givePasskey(visitor, await visitor.get('/sign-in'), key)
      expect(page.heading).to.equal('Your account')
    } finally {
      await stage.stop()
    }
  })

  it('is named to nobody where only this host has passkeys', async () => {
    const stage = await STAGES[0].stage()
    expect((await stage.send({ to: '/.well-known/webauthn' })).status).to.equal(404)
  })
})
