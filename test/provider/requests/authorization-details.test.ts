import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { deleteResource } from '../../../src/resources/resources.ts'
import type { DetailsTypeInput } from '../../../src/resources/details-type.ts'
import { isMounted } from '../../support/mounted.ts'
import { callbackOf, register } from '../relying-party.ts'
import type { Fields, Party } from '../relying-party.ts'
import { basic } from '../send.ts'
import { PASSWORD, STAGES, until } from '../stage.ts'
import type { Stage } from '../stage.ts'

const ACCOUNTS: DetailsTypeInput = {
  type: 'account_information',
  title: 'Read your account',
  fields: { actions: { label: 'To', kind: 'list', required: true, values: ['list', 'balance'] } },
}

for (const { name, stage: open } of STAGES)
  describe(`authorization_details (RFC 9396), on two processes with ${name}`, function () {
    let stage: Stage
    let app: Party
    let stranger: Party
    let person: Account
    let bank: Party['auth']
    const bankId = `https://bank.example/${name.length}`
    const ledgerId = `https://ledger.example/${name.length}`
    const type = `payment:${name.length}`
    const PAYMENT: DetailsTypeInput = {
      type,
      title: 'Pay once from your account',
      fields: {
        amount: {
          label: 'Amount',
          kind: 'group',
          required: true,
          fields: {
            value: { label: 'Value', required: true },
            currency: { label: 'Currency', required: true, values: ['EUR', 'USD'] },
          },
        },
        to: { label: 'To', required: true },
        urgent: { label: 'At once', kind: 'boolean' },
        parts: { label: 'Parts', kind: 'number' },
      },
    }
    const payment = { type, amount: { value: '12.50', currency: 'EUR' }, to: 'Sample Shop', urgent: true }
    const reading = { type: `${ACCOUNTS.type}:${name.length}`, actions: ['balance'] }

    before(async () => {
      stage = await open()
      const types = [PAYMENT]
      const { client } = await stage.createResource({
        identifier: bankId,
        scope: 'pay:read',
        authorization_details_types: types,
      })
      bank = basic(client.client_id, client.client_secret ?? '')
      await stage.createResource({
        identifier: ledgerId,
        scope: 'ledger:read',
        authorization_details_types: [{ ...ACCOUNTS, type: reading.type }],
      })
      const own = [type, reading.type]
      app = await register(stage, {
        client_name: 'Shop',
        allowed_resources: [bankId, ledgerId],
        authorization_details_types: own,
      })
      stranger = await register(stage, { authorization_details_types: own })
      person = await stage.person()
      await until(async () => {
        const answers = await Promise.all(
          [1, 2].map(() => stage.send({ to: '/.well-known/openid-configuration' })),
        )
        return answers.every(({ text }) => text.includes(reading.type))
      }, 'every process knows the types')
    })

    const asking = (details: unknown, given: Fields = {}) =>
      app.authorizePath({
        scope: 'pay:read',
        prompt: undefined,
        authorization_details: typeof details === 'string' ? details : JSON.stringify(details),
        ...given,
      })
    const refusal = async (details: unknown, party = app) => {
      const path =
        party === app
          ? asking(details)
          : party.authorizePath({ authorization_details: JSON.stringify(details) })
      return callbackOf(await stage.send({ to: path }))
    }
    const consentPage = async (path: string, visitor = stage.visitor()) => {
      const page = await visitor.get(path)
      const { email } = person
      const consent = page.heading.includes('asks for access')
        ? page
        : await visitor.followForm(page, { email, password: PASSWORD }, { action: '/sign-in' })
      return { visitor, consent }
    }
    const allow = async (path: string, visitor = stage.visitor()) => {
      const { consent } = await consentPage(path, visitor)
      const done = await visitor.followForm(consent, { decision: 'allow' }, { action: '/consent' })
      return String(callbackOf(done)['code'])
    }

    it('are shown in words, and are in the token response, the introspection and nowhere else', async () => {
      const { visitor, consent } = await consentPage(asking([payment]))
      const words = consent.text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
      expect(words).to.contain('Pay once from your account')
      expect(words).to.contain('Amount: Value 12.50')
      expect(words).to.contain('Amount: Currency EUR')
      expect(words).to.contain('To Sample Shop')
      expect(words).to.contain('At once Yes')
      const done = await visitor.followForm(consent, { decision: 'allow' }, { action: '/consent' })
      const tokens = (await app.redeem(String(callbackOf(done)['code']))).json()
      expect(tokens['authorization_details']).to.eql([payment])
      const seen = await stage.send({
        to: '/oauth/introspect',
        form: { token: String(tokens['access_token']) },
        headers: bank,
      })
      expect(seen.json()).to.deep.include({ active: true, aud: bankId, authorization_details: [payment] })
    })

    it('are asked for each time, also when the same was allowed a moment ago', async () => {
      const visitor = stage.visitor()
      await allow(asking([payment]), visitor)
      const { consent } = await consentPage(asking([payment]), visitor)
      expect(consent.heading).to.equal('Shop asks for access')
      const silent = await visitor.get(asking([payment], { prompt: 'none' }))
      expect(callbackOf(silent)).to.include({ error: 'consent_required' })
    })

    it('for two resource servers reach each of them with its own part alone', async () => {
      const code = await allow(
        asking([payment, reading], { scope: 'pay:read ledger:read offline_access', prompt: 'consent' }),
      )
      const first = (await app.redeem(code, { resource: bankId })).json()
      expect(first['authorization_details']).to.eql([payment])
      const second = (await app.refresh(String(first['refresh_token']), { resource: ledgerId })).json()
      expect(second['authorization_details']).to.eql([reading])
      expect(second['scope']).to.equal('ledger:read')
    })

    it('can be narrowed at the token endpoint, never widened or changed', async () => {
      const other = { ...payment, to: 'Another Shop' }
      const narrowed = await app.redeem(await allow(asking([payment, other])), {
        authorization_details: JSON.stringify([other]),
      })
      expect(narrowed.json()['authorization_details']).to.eql([other])
      const widened = { ...payment, amount: { value: '9999', currency: 'EUR' } }
      const answer = await app.redeem(await allow(asking([payment])), {
        authorization_details: JSON.stringify([widened]),
      })
      expect(answer.json()).to.include({ error: 'invalid_authorization_details' })
    })

    it('survive a pushed request', async () => {
      const { searchParams } = new URL(asking([payment]), 'http://server')
      const pushed = await app.call('/oauth/par', Object.fromEntries(searchParams))
      const request = new URLSearchParams({
        client_id: app.clientId,
        request_uri: String(pushed.json()['request_uri']),
      })
      const code = await allow(`/oauth/authorize?${request}`)
      expect((await app.redeem(code)).json()['authorization_details']).to.eql([payment])
    })

    it('are refused, with the reason, when the consent page could not show them truly', async () => {
      const faults: [unknown, RegExp][] = [
        ['no json', /not valid JSON/],
        [{}, /JSON array/],
        [[{ type: 'unknown' }], /unsupported/],
        [[{ ...payment, hidden: 'yes' }], /hidden/],
        [[{ ...payment, to: undefined }], /to/],
        [[{ ...payment, to: 'A\u202Eshop' }], /not allowed/],
        [[{ ...payment, to: 'x'.repeat(501) }], /to/],
        [[{ ...payment, amount: { value: '1', currency: 'GBP' } }], /currency/],
        [[{ ...payment, amount: { value: '1', currency: 'EUR', tip: '9' } }], /tip/],
        [[{ ...payment, parts: 'many' }], /parts/],
        [[{ ...payment, locations: ['https://elsewhere.example/'] }], /locations/],
        [[{ ...reading, actions: ['everything'] }], /actions/],
      ]
      for (const [details, reason] of faults) {
        const answer = await refusal(details)
        expect(answer, JSON.stringify(details)).to.include({ error: 'invalid_authorization_details' })
        expect(answer['error_description'], JSON.stringify(details)).to.match(reason)
      }
    })

    it('of a deleted type are refused, and their client goes on with everything else', async () => {
      const identifier = `https://gone.example/${name.length}`
      const gone = `gone:${name.length}`
      const types = [{ ...PAYMENT, type: gone }]
      const party = await register(stage, {
        allowed_resources: [identifier],
        authorization_details_types: [gone],
      })
      expect((await stage.send({ to: party.authorizePath() })).status).to.equal(303)
      await stage.createResource({ identifier, authorization_details_types: types })
      await deleteResource(stage.parts.db, identifier)
      // Each process hears of a change by itself.
      const refusals = () =>
        Promise.all(stage.processes.map(() => refusal([{ ...payment, type: gone }], party)))
      await until(
        async () => (await refusals()).every(({ error }) => error === 'invalid_authorization_details'),
        'no process knows the type',
      )
      await party.tokensFor(person)
    })

    it('are refused to a client that did not register them', async () => {
      const answer = await refusal([payment], await register(stage, { allowed_resources: [bankId] }))
      expect(answer).to.include({ error: 'invalid_authorization_details' })
    })

    it('are refused when no resource server of the client knows them, and beside another resource', async () => {
      expect(await refusal([payment], stranger)).to.include({ error: 'invalid_authorization_details' })
      const answer = callbackOf(
        await stage.send({ to: asking([payment], { resource: ledgerId, scope: 'ledger:read' }) }),
      )
      expect(answer).to.include({ error: 'invalid_authorization_details' })
      expect(answer['error_description']).to.contain(bankId)
    })

    if (isMounted('device'))
      it('are refused for grants that have no page to show them', async () => {
        const tv = await register(stage, {
          redirect_uris: [],
          grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
          allowed_resources: [bankId],
          authorization_details_types: [type],
        })
        const answer = await tv.call('/oauth/device', {
          scope: 'openid',
          authorization_details: JSON.stringify([payment]),
        })
        expect(answer.json()).to.include({ error: 'invalid_authorization_details' })
      })

    it('are refused to a client that acts without a person', async () => {
      const machine = await register(stage, {
        redirect_uris: [],
        grant_types: ['client_credentials'],
        scope: 'pay:read',
        allowed_resources: [bankId],
        authorization_details_types: [type],
      })
      const answer = await machine.call('/oauth/token', {
        grant_type: 'client_credentials',
        authorization_details: JSON.stringify([payment]),
      })
      expect(answer.json()).to.include({ error: 'invalid_authorization_details' })
    })
  })
