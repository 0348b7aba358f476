import { expect } from 'chai'
import { alter, DEVICE_GRANT, keyOf } from './device-code.ts'
import type { Issued } from './device-code.ts'
import { register } from '../../provider/relying-party.ts'
import type { Party } from '../../provider/relying-party.ts'
import { PASSWORD, STAGES, waitInterval } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import type { Visitor } from '../../support/visitor.ts'

for (const { name, stage: open } of STAGES)
  describe(`the complete address of a device, ${name}`, () => {
    let stage: Stage
    let tv: Party

    before(async () => {
      stage = await open()
      tv = await device()
    })

    const device = (given: object = {}) =>
      register(stage, {
        client_name: 'Living Room TV',
        redirect_uris: [],
        grant_types: [DEVICE_GRANT],
        token_endpoint_auth_method: 'none',
        scope: 'openid email',
        ...given,
      })
    const begin = async (at = tv) => (await at.call('/oauth/device', { scope: 'openid' })).json() as Issued
    const pollOf = async ({ device_code: code }: Issued, at = tv) => {
      await waitInterval(stage, keyOf(code))
      const answer = await at.call('/oauth/token', { grant_type: DEVICE_GRANT, device_code: code })
      return answer.status === 200 ? 'tokens' : answer.json()['error']
    }
    async function signedIn(): Promise<Visitor> {
      const { email } = await stage.person()
      const visitor = stage.visitor()
      await visitor.signIn({ email, password: PASSWORD })
      return visitor
    }
    const begun = (visitor: Visitor, { user_code: code }: Issued, headers: Record<string, string> = {}) =>
      visitor.get(`/device?user_code=${code}`, { headers })

    it('leads somebody who is signed in to the question at once, and answers nothing [S-1.46]', async () => {
      const ofOurs = await device({ first_party: true, scope: 'openid' })
      for (const [what, at] of Object.entries({ 'an app': tv, 'an app of our own': ofOurs })) {
        const visitor = await signedIn()
        const issued = await begin(at)
        for (const time of ['first', 'again']) {
          const page = await visitor.get(issued.verification_uri_complete)
          expect(page.heading, `${what}, ${time}`).to.equal('Connect this device?')
          expect(page.text, `${what}, ${time}`).to.contain(issued.user_code)
          expect(await pollOf(issued, at), `${what}, ${time}`).to.equal('authorization_pending')
        }
        const page = await visitor.get(issued.verification_uri_complete)
        const done = await visitor.followForm(page, { decision: 'allow' }, { action: '/consent' })
        expect(done.heading, what).to.equal('Device connected')
        expect(await pollOf(issued, at), what).to.equal('tokens')
        const next = await begin(at)
        expect((await visitor.get(next.verification_uri_complete)).heading, 'the next one').to.equal(
          'Connect this device?',
        )
        expect(await pollOf(next, at), 'the next one').to.equal('authorization_pending')
      }
    })

    it('leads anybody else to the question by way of the sign-in [S-1.46]', async () => {
      const { email } = await stage.person()
      const visitor = stage.visitor()
      const issued = await begin()
      const page = await visitor.get(issued.verification_uri_complete)
      expect(page.heading).to.contain('Sign in')
      const compare = await visitor.followForm(page, { email, password: PASSWORD }, { action: '/sign-in' })
      expect(compare.heading).to.equal('Connect this device?')
      expect(compare.text).to.contain(issued.user_code)
      expect(await pollOf(issued)).to.equal('authorization_pending')
    })

    it('says at the form what is wrong with a code: to somebody new here, and to somebody signed in', async () => {
      const used = await begin()
      const expired = await begin()
      const owner = await signedIn()
      const question = await owner.get(used.verification_uri_complete)
      await owner.followForm(question, { decision: 'deny' }, { action: '/consent' })
      await alter(stage, keyOf(expired.device_code), { exp: -660 })
      const wrong: Record<string, [address: string, said: string]> = {
        unknown: ['/device?user_code=BBBB-BBBB', 'There is no such code'],
        used: [used.verification_uri_complete, 'already answered or has expired'],
        expired: [expired.verification_uri_complete, 'already answered or has expired'],
      }
      for (const [what, [address, said]] of Object.entries(wrong))
        for (const [who, visitor] of Object.entries({
          new: stage.visitor(),
          'signed in': await signedIn(),
        })) {
          const page = await visitor.get(address)
          expect([page.heading, page.url.search], `${what}, ${who}`).to.eql(['Connect a device', ''])
          expect(page.text, `${what}, ${who}`).to.contain(said)
        }
    })

    it('counts as a guess, and only when a person opens it', async () => {
      const network = '203.0.113.8'
      const visitor = () => stage.visitor({ 'x-forwarded-for': network })
      const wrong = { user_code: 'BBBB-BBBB' } as Issued
      const others: Record<string, string>[] = [
        { 'sec-fetch-dest': 'image' },
        { 'sec-fetch-dest': 'iframe' },
        { 'sec-purpose': 'prefetch' },
      ]
      for (const headers of others) {
        const page = await begun(visitor(), wrong, headers)
        expect(page.text, JSON.stringify(headers))
          .to.contain('value="BBBB-BBBB"')
          .and.not.contain('There is no such')
      }
      const opened = { 'sec-fetch-dest': 'document' }
      const guesses = await Promise.all(Array.from({ length: 60 }, () => begun(visitor(), wrong, opened)))
      expect(guesses.filter(({ text }) => text.includes('There is no such code'))).to.have.length(40)
      expect(guesses.filter(({ text }) => text.includes('Too many wrong codes'))).to.have.length(20)
    })

    it('is no way to send the form: a code alone, and nothing else of the address', async () => {
      const visitor = await signedIn()
      const issued = await begin()
      const address = `${issued.verification_uri_complete}&confirm=yes&abort=yes&decision=allow`
      expect((await visitor.get(address)).heading).to.equal('Connect this device?')
      const twice = await visitor.get(`/device?user_code=${issued.user_code}&user_code=${issued.user_code}`)
      expect(twice.heading).to.equal('Connect a device')
      expect(await pollOf(issued)).to.equal('authorization_pending')
    })
  })
