/** Every operation of the JSON API for administrators that changes something, with the events of one call. */
import { expect } from 'chai'
import type { EventType } from '../../src/events/event-types.ts'
import { createCaller } from '../api/caller.ts'
import type { Change, Changes } from './command-changes.ts'
import type { EventWorld } from './event-world.ts'

const CALLBACK = 'https://app.example.com/cb'
const SCOPES = [
  'accounts:manage',
  'accounts:roles',
  'accounts:delete',
  'clients:manage',
  'resources:manage',
] as const

let made = 0
const next = () => (made += 1)

type Prepare = (world: EventWorld) => Promise<string>
const account: Prepare = async (world) => (await world.createAccount()).account.id
const signedIn: Prepare = async (world) => {
  const person = await world.createAccount()
  await world.visitor().signIn(person)
  return person.account.id
}
const disabled: Prepare = async (world) => {
  const id = await account(world)
  await world.command('account', 'disable', id)
  return id
}
const client: Prepare = async (world) => (await world.createClient({ redirect_uris: [CALLBACK] })).client_id
const disabledClient: Prepare = async (world) => {
  const id = await client(world)
  await world.command('client', 'disable', id)
  return id
}
const resource: Prepare = async (world) => {
  const identifier = `https://administered-${next()}.example/`
  await world.createResource({ identifier })
  return encodeURIComponent(identifier)
}
const nothing: Prepare = () => Promise.resolve('')

/** `{}` in the address takes what was prepared. */
function call(
  request: string,
  given: Prepare,
  events: readonly EventType[],
  body?: () => Record<string, unknown>,
): Change {
  const [method = '', path = ''] = request.split(' ')
  return {
    async run(world) {
      const api = await createCaller(world, SCOPES)
      const token = await api.ownToken()
      const prepared = await given(world)
      await world.taken()
      const answer = await api.call(method, path.replace('{}', prepared), { token, body: body?.() })
      expect(answer.status, answer.text).to.be.within(200, 299)
    },
    events,
  }
}

export const ADMINISTRATION_CHANGES: Changes = {
  createAccount: call('POST /accounts', nothing, ['account.created'], () => ({
    email: `administered-${next()}@example.org`,
  })),
  updateAccount: call('PATCH /accounts/{}', account, ['account.changed'], () => ({ given_name: 'Ann' })),
  deleteAccount: call('DELETE /accounts/{}', account, ['account.deleted']),
  setAccountRoles: call('PUT /accounts/{}/roles', account, ['account.roles_changed'], () => ({
    roles: ['admin'],
  })),
  disableAccount: call('POST /accounts/{}/disable', account, ['account.disabled']),
  enableAccount: call('POST /accounts/{}/enable', disabled, ['account.enabled']),
  unlockAccount: { none: 'Attempts are counted again. The account itself stays as it was.' },
  endAccountSessions: call('POST /accounts/{}/end-sessions', signedIn, ['account.signed_out_everywhere']),
  sendAccountReset: { none: 'Only a mail is sent.' },
  createClient: call('POST /clients', nothing, ['client.created'], () => ({
    client_name: 'App',
    redirect_uris: [CALLBACK],
  })),
  updateClient: call('PATCH /clients/{}', client, ['client.changed'], () => ({ client_name: 'Renamed' })),
  deleteClient: call('DELETE /clients/{}', client, ['client.deleted']),
  rotateClientSecret: call('POST /clients/{}/rotate-secret', client, ['client.secret_rotated'], () => ({})),
  disableClient: call('POST /clients/{}/disable', client, ['client.disabled']),
  enableClient: call('POST /clients/{}/enable', disabledClient, ['client.enabled']),
  createResource: call('POST /resources', nothing, ['client.created', 'resource.created'], () => ({
    identifier: `https://administered-${next()}.example/`,
  })),
  updateResource: call('PATCH /resources/{}', resource, ['resource.changed'], () => ({ name: 'Renamed' })),
  deleteResource: call('DELETE /resources/{}', resource, ['client.deleted', 'resource.deleted']),
}
