import { expect } from 'chai'
import { embeddedPlace } from './command-line.ts'
import type { Place } from './command-line.ts'

const API = 'https://ledger.example.com/'

describe('cli client allow-exchange', () => {
  let place: Place
  let id: string
  before(async () => {
    place = embeddedPlace()
    await place.json(['migrate'])
    const made = await place.json(['resource', 'create', '--identifier', API, '--scope', 'read write'])
    id = made.client_id
  })
  after(() => place.remove())

  it('lets a client exchange tokens, shows it, and takes it back', async () => {
    const rule = { client_id: id, resource: API, scope: 'read', impersonation: true, delegation: false }
    const allowed = ['client', 'allow-exchange', id, '--resource', API, '--scope', 'read', '--impersonation']
    expect(await place.json(allowed)).to.eql(rule)
    const shown = await place.json(['client', 'show', id])
    expect(shown).to.deep.include({ token_exchange: [rule] })
    expect(shown)
      .to.have.property('grant_types')
      .that.includes('urn:ietf:params:oauth:grant-type:token-exchange')
    await place.json(['client', 'allow-exchange', id, '--resource', API, '--delegation'])
    expect(await place.json(['client', 'show', id])).to.deep.include({
      token_exchange: [{ ...rule, scope: 'read write', impersonation: false, delegation: true }],
    })
    expect(await place.json(['client', 'forbid-exchange', id, '--resource', API])).to.include({
      allowed: false,
    })
    expect(await place.json(['client', 'show', id])).not.to.have.property('token_exchange')
  })

  const WRONG: [string[], string][] = [
    [['--resource', API], 'usage'],
    [['--impersonation'], 'usage'],
    [['--resource', 'https://unknown.example/', '--impersonation'], 'resource_not_found'],
    [['--resource', API, '--scope', 'fly', '--impersonation'], 'invalid_exchange_rule'],
  ]
  for (const [options, error] of WRONG)
    it(`refuses ${options.join(' ')}`, async () => {
      expect((await place.refused(['client', 'allow-exchange', id, ...options])).error).to.equal(error)
    })

  it('says when there is nothing to take back', async () => {
    const refusal = await place.refused(['client', 'forbid-exchange', id, '--resource', API])
    expect(refusal.error).to.equal('exchange_rule_not_found')
  })
})
