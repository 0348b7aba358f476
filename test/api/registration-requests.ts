/** Requests about invitations, and about accounts that wait for an approval. */
import type { Stage } from '../provider/stage.ts'
import type { Request } from './good-requests.ts'

type Make = () => Promise<Request>
type Tools = {
  token: string
  created: (path: string, body: Record<string, unknown>) => Promise<Record<string, unknown>>
}

export function registrationRequests(stage: Stage, { token, created }: Tools) {
  const answer =
    (verb: string, waits: boolean): Make =>
    async () => {
      const { id } = await stage.person()
      if (waits) await stage.parts.db('registration_approvals').insert({ accountId: id, requestedAtMs: 0 })
      return { path: `/waiting-accounts/${id}/${verb}`, token }
    }
  const inviting =
    (body: Record<string, unknown>): Make =>
    async () => ({ path: '/invitations', token, body })
  const good: Record<string, Make> = {
    getRegistrationRules: async () => ({ path: '/registrations/rules', token }),
    createInvitation: inviting({ email: 'invited@example.org' }),
    listInvitations: async () => ({ path: '/invitations', token }),
    async revokeInvitation() {
      const { id } = await created('/invitations', {})
      return { path: `/invitations/${String(id)}`, token }
    },
    listWaitingAccounts: async () => ({ path: '/waiting-accounts', token }),
    approveAccount: answer('approve', true),
    refuseAccount: answer('refuse', true),
  }
  const refused: Record<string, Make> = {
    'approveAccount 409': answer('approve', false),
    'refuseAccount 409': answer('refuse', false),
    'createInvitation 409': async () => inviting({ email: (await stage.person()).email })(),
    'createInvitation 422': inviting({ mail: true }),
    'createInvitation 404': inviting({ group_ids: ['nobody'] }),
  }
  return { good, refused }
}
