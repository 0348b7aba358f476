import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

for (const { name, stage: open } of STAGES)
  describe(`the API of one's own account, on two processes with ${name}`, function () {
    let stage: Stage
    let api: Api
    let person: Account
    let token: string

    before(async () => {
      stage = await open()
      api = await createCaller(stage, ['account:read', 'account:write'])
      person = await stage.person()
      token = await api.tokenOf(person)
    })

    it('shows the profile with an entity tag, and 304 to who has it already', async () => {
      const answer = await api.call('GET', '/account', { token })
      expect(answer.status).to.equal(200)
      expect(answer.json()).to.include({ id: person.id, email: person.email, email_verified: true })
      const again = await api.call('GET', '/account', {
        token,
        headers: { 'if-none-match': String(answer.headers['etag']) },
      })
      expect([again.status, again.text]).to.eql([304, ''])
    })

    it('changes what is named and leaves the rest [A22]', async () => {
      const answer = await api.call('PATCH', '/account', {
        token,
        body: { given_name: 'Ann', zoneinfo: 'UTC' },
      })
      expect(answer.status).to.equal(200)
      expect(answer.json()).to.include({ given_name: 'Ann', zoneinfo: 'UTC', name: person.name })
    })

    it('refuses a change that was made from an earlier state [S-3.47]', async () => {
      const { headers } = await api.call('GET', '/account', { token })
      const first = { token, body: { name: 'First' }, headers: { 'if-match': String(headers['etag']) } }
      expect((await api.call('PATCH', '/account', first)).status).to.equal(200)
      const second = await api.call('PATCH', '/account', { ...first, body: { name: 'Second' } })
      expect(second.status).to.equal(412)
      expect(second.json()).to.include({ code: 'precondition_failed' })
    })

    it('takes no field that is not for its caller [S-3.50]', async () => {
      const before = (await api.call('GET', '/account', { token })).text
      const surplus = {
        email_verified: true,
        roles: ['admin'],
        disabled: false,
        id: 'x',
        email: 'x@example.org',
      }
      for (const [field, value] of Object.entries(surplus)) {
        const answer = await api.call('PATCH', '/account', { token, body: { name: 'Eve', [field]: value } })
        expect([answer.status, answer.json()['code']], field).to.eql([400, 'invalid_request'])
      }
      expect((await api.call('GET', '/account', { token })).text).to.equal(before)
    })

    it('names every wrong field as the caller knows it', async () => {
      const answer = await api.call('PATCH', '/account', {
        token,
        body: { given_name: 'http://spam.example', family_name: 'a\u0000b' },
      })
      expect(answer.status).to.equal(400)
      expect(answer.headers['content-type']).to.match(/^application\/problem\+json/)
      const { errors } = answer.json() as { errors: { field: string }[] }
      expect(errors.map(({ field }) => field)).to.eql(['given_name', 'family_name'])
    })

    it('takes no token, a wrong one, one for elsewhere and one of a client with the words of RFC 6750', async () => {
      const none = await api.call('GET', '/account')
      expect(none.status).to.equal(401)
      expect(none.headers['www-authenticate']).to.match(/^Bearer, DPoP algs="/)
      const wrong = await api.call('GET', '/account', { token: 'wrong' })
      expect(wrong.status).to.equal(401)
      expect(wrong.headers['www-authenticate']).to.match(/^Bearer error="invalid_token", DPoP algs="/)
      const { access_token: elsewhere } = await api.party.tokensFor(person)
      expect((await api.call('GET', '/account', { token: elsewhere })).json()).to.include({
        code: 'invalid_token',
      })
      const own = await api.call('GET', '/account', { token: await api.ownToken() })
      expect([own.status, own.json()['code']]).to.eql([403, 'person_required'])
    })

    it('names the scope that is missing', async () => {
      const reader = await createCaller(stage, ['account:read'])
      const answer = await api.call('PATCH', '/account', { token: await reader.tokenOf(person), body: {} })
      expect([answer.status, answer.headers['www-authenticate']]).to.eql([
        403,
        'Bearer error="insufficient_scope", scope="account:write"',
      ])
    })

    it('answers problems at unknown addresses and for other methods', async () => {
      const unknown = await api.call('GET', '/nowhere')
      expect([unknown.status, unknown.json()['code']]).to.eql([404, 'not_found'])
      const method = await api.call('PUT', '/account', { token })
      expect([method.status, method.headers['allow']]).to.eql([405, 'GET, PATCH'])
    })
  })
