import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { allowExchange } from '../../src/protocol/token-exchange/exchange-rules.ts'
import { createCaller } from '../api/caller.ts'
import { png } from '../pictures/samples.ts'
import { account, client, disabledAccount, disabledClient } from './prepared-subjects.ts'
import { exchanger, resource, signedIn } from './prepared-subjects.ts'
import type { Prepare } from './prepared-subjects.ts'
import { openEventWorld } from './event-world.ts'
import type { EventWorld } from './event-world.ts'

const api = async (world: EventWorld, method: string, path: string, body?: object) => {
  const caller = await createCaller(world, ['accounts:manage', 'accounts:roles', 'clients:manage'])
  const answer = await caller.call(method, path, {
    token: await caller.ownToken(),
    body: body as Record<string, unknown>,
  })
  expect(answer.status, answer.text).to.be.within(200, 299)
}

/** Done once, it changes something. Done again, it does not. */
const REPEATED: Record<string, [Prepare, Repeat]> = {
  'disabling an account': [account, ({ command }, id) => command('account', 'disable', id)],
  'disabling an account by API': [account, (world, id) => api(world, 'POST', `/accounts/${id}/disable`)],
  'enabling an account': [disabledAccount, ({ command }, id) => command('account', 'enable', id)],
  'the same name': [account, ({ command }, id) => command('account', 'update', id, '--name', 'Other')],
  'the same profile by API': [
    account,
    (world, id) =>
      api(world, 'PATCH', `/accounts/${id}`, { name: 'Other', locale: 'de', username: `u-${id}` }),
  ],
  'ending all sessions': [signedIn, ({ command }, id) => command('account', 'end-sessions', id)],
  'ending all sessions by API': [signedIn, (world, id) => api(world, 'POST', `/accounts/${id}/end-sessions`)],
  'the same roles': [account, ({ command }, id) => command('account', 'set-roles', id, '--role', 'admin')],
  'disabling a client': [client, ({ command }, id) => command('client', 'disable', id)],
  'enabling a client': [disabledClient, ({ command }, id) => command('client', 'enable', id)],
  'the same metadata': [
    client,
    async ({ command, dataDir }, id) => {
      const file = join(dataDir, 'same.json')
      await writeFile(file, JSON.stringify({ client_name: 'Renamed', first_party: true }))
      await command('client', 'update', id, '--metadata', file)
    },
  ],
  'the same logo': [
    client,
    async ({ command, dataDir }, id) => {
      const file = join(dataDir, 'logo.png')
      await writeFile(file, await png())
      await command('client', 'logo', id, '--file', file)
    },
  ],
  'the same resource server': [
    resource,
    ({ command }, identifier) =>
      command('resource', 'update', identifier, '--name', 'Renamed', '--scope-text', 'notes:read=Read notes'),
  ],
  'the same rule of token exchange': [
    exchanger,
    ({ parts }, pair) => {
      const [clientId = '', resourceId = ''] = pair.split(' ')
      return allowExchange(parts, { clientId, resource: resourceId, impersonation: true, delegation: false })
    },
  ],
}
type Repeat = (world: EventWorld, given: string) => Promise<unknown>

describe('what changes nothing', () => {
  let world: EventWorld

  before(async () => {
    world = await openEventWorld()
  })
  after(async () => world.stop())

  for (const [name, [given, act]] of Object.entries(REPEATED))
    it(`sends no event: ${name} again`, async () => {
      const prepared = await given(world)
      await world.taken()
      await act(world, prepared)
      const first = (await world.taken()).filter(({ subject }) => prepared.includes(subject))
      expect(first, 'the first time').to.have.length(1)
      await act(world, prepared)
      expect((await world.taken()).filter(({ subject }) => prepared.includes(subject))).to.deep.equal([])
    })

  it('sends no event: ending all other sessions by API again', async () => {
    const caller = await createCaller(world, ['account:write'])
    const person = await world.createAccount()
    const token = await caller.tokenOf(person.account)
    await world.visitor().signIn(person)
    await world.taken()
    const types: string[][] = []
    for (let turn = 0; turn < 2; turn += 1) {
      const { status } = await caller.call('POST', '/account/sessions/end-others', { token })
      expect(status, `turn ${turn}`).to.equal(204)
      types.push((await world.taken()).map(({ type }) => type))
    }
    expect(types).to.deep.equal([['account.signed_out_elsewhere'], []])
  })

  it('sends no event: ending sessions that have expired', async () => {
    const id = await signedIn(world)
    await world.parts.db('account_sessions').where({ accountId: id }).update({ expiresAtMs: 1 })
    await world.taken()
    await world.command('account', 'end-sessions', id)
    expect(await world.taken()).to.deep.equal([])
  })

  it('leaves the time of the last change', async () => {
    const id = await account(world)
    const read = async () => (await world.command('account', 'show', id))['updated_at']
    await world.command('account', 'update', id, '--name', 'Once')
    const before = await read()
    await world.command('account', 'update', id, '--name', 'Once')
    await world.command('account', 'end-sessions', id)
    expect(await read()).to.equal(before)
  })
})
