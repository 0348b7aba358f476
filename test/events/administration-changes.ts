/** Every operation of the JSON API for administrators that changes something, with the events of one call. */
import { expect } from 'chai'
import type { EventType } from '../../src/events/event-types.ts'
import { ADMIN_SCOPES as SCOPES } from '../../src/accounts/roles/admin-scopes.ts'
import { createCaller } from '../api/caller.ts'
import { png } from '../pictures/samples.ts'
import {
  account,
  CALLBACK,
  client,
  disabledAccount,
  disabledClient,
  enrolled,
  unverified,
  withApp,
  withDeletion,
  withSession,
  withLogo,
  withPicture,
  withPlannedReset,
  group,
  role,
  member,
} from './prepared-subjects.ts'
import { upstream } from './upstream-changes.ts'
import { waiting } from './registration-changes.ts'
import { resource, signedIn } from './prepared-subjects.ts'
import type { Change, Changes, Prepare } from './prepared-subjects.ts'

const OF_A_RECEIVER = { none: 'A receiver gets events. It is the subject of none.' }
const OF_A_MAIL = { none: 'It is about a mail in the queue, and changes nothing else.' }

let made = 0
const next = () => (made += 1)

const encodedResource: Prepare = async (world) => encodeURIComponent(await resource(world))
const groupWithMember: Prepare = async (world) => (await member(world)).split(' ')[0]!
const memberPath: Prepare = async (world) => (await member(world)).replace(' ', '/members/')
const sessionPath: Prepare = async (world) => (await withSession(world)).replace(' ', '/sessions/')
const appPath: Prepare = async (world) => (await withApp(world)).replace(' ', '/apps/')
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
  setAccountEmail: call('PUT /accounts/{}/email', account, ['account.changed'], () => ({
    email: `moved-${next()}@example.org`,
  })),
  setAccountRoles: call('PUT /accounts/{}/roles', account, ['account.roles_changed'], () => ({
    roles: ['admin'],
  })),
  disableAccount: call('POST /accounts/{}/disable', account, ['account.disabled']),
  enableAccount: call('POST /accounts/{}/enable', disabledAccount, ['account.enabled']),
  unlockAccount: { none: 'Attempts are counted again. The account itself stays as it was.' },
  clearLimit: { none: 'Attempts are counted again. Nothing else changes.' },
  clearAccountLimit: { none: 'Attempts are counted again. The account itself stays as it was.' },
  endAccountSessions: call('POST /accounts/{}/end-sessions', signedIn, ['account.signed_out_everywhere']),
  endAccountSession: call('DELETE /accounts/{}', sessionPath, ['session.ended']),
  revokeAccountApp: call('DELETE /accounts/{}', appPath, ['consent.revoked']),
  verifyAccount: call('POST /accounts/{}/verify', unverified, ['account.changed']),
  resetAccountFactors: call('POST /accounts/{}/reset-factors', enrolled, ['account.factors_changed']),
  resetAccountFactorsNow: call('POST /accounts/{}/reset-factors-now', enrolled, ['account.factors_changed']),
  keepAccountFactors: call('POST /accounts/{}/keep-factors', withPlannedReset, ['account.factors_changed']),
  planAccountDeletion: call('POST /accounts/{}/plan-deletion', account, ['account.deletion_requested']),
  keepAccount: call('POST /accounts/{}/keep', withDeletion, ['account.deletion_cancelled']),
  cancelAccountNewEmail: { none: 'The account is as it was. Only a mail loses its effect.' },
  removeAccountPicture: call('DELETE /accounts/{}/picture', withPicture, ['account.changed']),
  sendAccountReset: { none: 'Only a mail is sent.' },
  createInvitation: { none: 'The account that registers with it is the event.' },
  revokeInvitation: { none: 'Nobody registered with it.' },
  approveAccount: call('POST /waiting-accounts/{}/approve', waiting, ['account.enabled']),
  refuseAccount: call('POST /waiting-accounts/{}/refuse', waiting, ['account.deleted']),
  createGroup: call('POST /groups', nothing, ['group.created'], () => ({ name: `administered-${next()}` })),
  updateGroup: call('PATCH /groups/{}', group, ['group.changed'], () => ({ name: `renamed-${next()}` })),
  deleteGroup: call('DELETE /groups/{}', groupWithMember, ['group.deleted']),
  addGroupMember: {
    given: group,
    async run(world, id) {
      const api = await createCaller(world, SCOPES)
      const body = { account_id: await account(world) }
      await world.taken()
      const token = await api.ownToken()
      const answer = await api.call('POST', `/groups/${id}/members`, { token, body })
      expect(answer.status, answer.text).to.equal(204)
    },
    events: ['account.groups_changed'],
  },
  removeGroupMember: call('DELETE /groups/{}', memberPath, ['account.groups_changed']),
  createRole: call('POST /roles', nothing, ['role.created'], () => ({ name: `administered-${next()}` })),
  updateRole: call('PATCH /roles/{}', role, ['role.changed'], () => ({ description: `Changed ${next()}` })),
  deleteRole: call('DELETE /roles/{}', role, ['role.deleted']),
  createUpstream: call('POST /upstreams', nothing, ['upstream.created'], () => ({
    id: `administered-${next()}`,
    template: 'google',
    client_id: 'here',
  })),
  updateUpstream: call('PATCH /upstreams/{}', upstream, ['upstream.changed'], () => ({ enabled: false })),
  deleteUpstream: call('DELETE /upstreams/{}', upstream, ['upstream.deleted']),
  disconnectAccountUpstream: {
    none: 'A page takes connections away as well: `/account/security/connections/:upstream/remove`.',
  },
  createClient: call('POST /clients', nothing, ['client.created'], () => ({
    client_name: 'App',
    redirect_uris: [CALLBACK],
  })),
  updateClient: call('PATCH /clients/{}', client, ['client.changed'], () => ({ client_name: 'Renamed' })),
  deleteClient: call('DELETE /clients/{}', client, ['client.deleted']),
  rotateClientSecret: call('POST /clients/{}/rotate-secret', client, ['client.secret_rotated'], () => ({})),
  setClientLogo: {
    async run(world) {
      const api = await createCaller(world, SCOPES)
      const id = await client(world)
      await world.taken()
      const headers = { authorization: `Bearer ${await api.ownToken()}`, 'content-type': 'image/png' }
      const to = `/api/v1/clients/${id}/logo`
      const answer = await world.send({ method: 'PUT', to, headers, body: await png() })
      expect(answer.status, answer.text).to.equal(200)
    },
    events: ['client.changed'],
  },
  removeClientLogo: call('DELETE /clients/{}/logo', withLogo, ['client.changed']),
  disableClient: call('POST /clients/{}/disable', client, ['client.disabled']),
  enableClient: call('POST /clients/{}/enable', disabledClient, ['client.enabled']),
  rotateKeys: call('POST /keys/rotate', nothing, ['key.activated', 'key.published'], () => ({
    alg: 'ES256',
    now: true,
  })),
  replayMail: OF_A_MAIL,
  replayMails: OF_A_MAIL,
  deleteMail: OF_A_MAIL,
  resumeReceiver: OF_A_RECEIVER,
  replayReceiver: OF_A_RECEIVER,
  createWebhook: OF_A_RECEIVER,
  updateWebhook: OF_A_RECEIVER,
  rotateWebhookSecret: OF_A_RECEIVER,
  replayWebhook: OF_A_RECEIVER,
  deleteWebhook: OF_A_RECEIVER,
  createResource: call('POST /resources', nothing, ['client.created', 'resource.created'], () => ({
    identifier: `https://administered-${next()}.example/`,
  })),
  updateResource: call('PATCH /resources/{}', encodedResource, ['resource.changed'], () => ({
    name: 'Renamed',
  })),
  deleteResource: call('DELETE /resources/{}', encodedResource, ['client.deleted', 'resource.deleted']),
}
