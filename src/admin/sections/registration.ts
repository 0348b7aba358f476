/** Invitations to register, and people who registered and wait for an answer. */
import type { Section } from './section.ts'

export const invitations: Section = {
  name: 'invitations',
  key: 'id',
  list: { id: 'listInvitations', fields: ['email', 'role', 'state', 'expires_at', 'created_at'] },
  create: {
    verb: 'create',
    id: 'createInvitation',
    fields: ['email', 'mail', 'role', 'group_ids', 'days'],
    choices: { role: { id: 'listRoles', takes: 'setAccountRoles' } },
  },
  acts: [{ verb: 'revoke', id: 'revokeInvitation', danger: true }],
}

export const waitingAccounts: Section = {
  name: 'waiting-accounts',
  key: 'id',
  list: { id: 'listWaitingAccounts', fields: ['email', 'name', 'created_at'] },
  acts: [
    { verb: 'approve', id: 'approveAccount' },
    { verb: 'refuse', id: 'refuseAccount', danger: true },
  ],
}
