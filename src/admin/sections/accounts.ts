/** Accounts: people who sign in. */
import { at } from './section.ts'
import type { Section } from './section.ts'

export const accounts: Section = {
  name: 'accounts',
  key: 'id',
  list: {
    id: 'listAccounts',
    fields: ['email', 'name', 'created_at'],
    tags: [
      { field: 'disabled', is: true, word: 'disabled' },
      { field: 'email_verified', is: false, word: 'unverified' },
      { field: 'delete_at', is: 'given', word: 'deletion_planned' },
    ],
    searches: true,
    filters: ['state', 'group', 'role'],
    filterChoices: { group: 'listGroups', role: 'listRoles' },
  },
  one: {
    id: 'getAccount',
    titled: ['name', 'email'],
    fields: [
      'email',
      'email_verified',
      'username',
      'given_name',
      'family_name',
      'disabled',
      'delete_at',
      'locale',
      'zoneinfo',
      'terms_version',
      'terms_accepted_at',
      'created_at',
      'updated_at',
      'id',
    ],
    parts: [
      { id: 'getAccountRoles', fields: ['roles'] },
      {
        id: 'getAccountFactors',
        fields: [
          'totp.confirmed_at',
          'totp.last_used_at',
          'passkeys',
          'recovery_codes.left',
          'recovery_codes.made_at',
          'reset.due_at',
        ],
      },
      { id: 'listAccountGroups', fields: ['name', 'description'], link: { section: 'groups', field: 'id' } },
      {
        id: 'listAccountUpstreams',
        fields: ['upstream.label', 'shown_as', 'connected_at', 'last_used_at'],
        acts: [
          {
            verb: 'disconnect',
            id: 'disconnectAccountUpstream',
            danger: true,
            key: { param: 'upstream', field: 'upstream.id' },
          },
        ],
      },
      {
        id: 'listAccountSessions',
        fields: ['browser', 'ip', 'amr', 'created_at', 'last_seen_at'],
        acts: [
          {
            verb: 'end-session',
            id: 'endAccountSession',
            danger: true,
            key: { param: 'session_id', field: 'id' },
          },
        ],
      },
      {
        id: 'listAccountApps',
        fields: ['name', 'scopes', 'granted_at', 'last_used_at'],
        link: { section: 'clients', field: 'client_id' },
        further: { page: 'preview', id: 'previewClient', by: 'account' },
        acts: [
          {
            verb: 'revoke-app',
            id: 'revokeAccountApp',
            danger: true,
            key: { param: 'client_id', field: 'client_id' },
          },
        ],
      },
      {
        id: 'listAccountMails',
        fields: ['kind', 'state', 'created_at', 'delivered_at', 'last_error'],
        link: { section: 'mails', field: 'id' },
      },
      {
        id: 'listAccountLimits',
        fields: ['kind', 'network', 'state', 'count', 'limit', 'until'],
        acts: [{ verb: 'clear-limit', id: 'clearAccountLimit', key: { param: 'limit_id', field: 'id' } }],
      },
      { id: 'getAccountNewEmail', fields: ['email', 'expires_at'] },
      {
        id: 'listAuditEntries',
        by: 'account_id',
        fields: ['action', 'at', 'actor', 'ip', 'client_id'],
        link: { section: 'audit-entries', field: 'id' },
      },
    ],
  },
  create: { verb: 'create', id: 'createAccount', fields: ['email', 'name', 'username', 'email_verified'] },
  acts: [
    { verb: 'update', id: 'updateAccount' },
    { verb: 'set-email', id: 'setAccountEmail' },
    {
      verb: 'set-roles',
      id: 'setAccountRoles',
      choices: { roles: { id: 'listRoles', takes: 'setAccountRoles' } },
    },
    { verb: 'send-reset', id: 'sendAccountReset', when: ({ disabled }) => disabled === false },
    { verb: 'unlock', id: 'unlockAccount' },
    { verb: 'verify', id: 'verifyAccount', when: ({ email_verified: verified }) => verified === false },
    { verb: 'enable', id: 'enableAccount', when: ({ disabled }) => disabled === true },
    { verb: 'keep', id: 'keepAccount', when: ({ delete_at: at }) => at !== null },
    {
      verb: 'keep-factors',
      id: 'keepAccountFactors',
      when: (shown) => at(shown, 'getAccountFactors.reset.due_at') !== undefined,
    },
    {
      verb: 'cancel-email',
      id: 'cancelAccountNewEmail',
      when: (shown) => at(shown, 'getAccountNewEmail.email') !== undefined,
    },
    { verb: 'end-sessions', id: 'endAccountSessions', danger: true },
    { verb: 'reset-factors', id: 'resetAccountFactors', danger: true },
    { verb: 'reset-factors-now', id: 'resetAccountFactorsNow', danger: true },
    {
      verb: 'remove-picture',
      id: 'removeAccountPicture',
      danger: true,
      when: ({ picture }) => picture !== null,
    },
    { verb: 'disable', id: 'disableAccount', danger: true, when: ({ disabled }) => disabled === false },
    {
      verb: 'plan-deletion',
      id: 'planAccountDeletion',
      danger: true,
      when: ({ delete_at: planned }) => planned === null,
    },
    { verb: 'delete', id: 'deleteAccount', danger: true },
  ],
}
