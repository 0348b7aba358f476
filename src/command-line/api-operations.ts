/**
 * The operations of the JSON API that commands use: their addresses and scopes. The server's own description is the source;
 * a test compares the two.
 */
export const API_PATH = '/api/v1'

export const API_OPERATIONS = {
  getOwnAccount: 'GET /account account:read',

  listAccounts: 'GET /accounts accounts:read',
  createAccount: 'POST /accounts accounts:manage',
  getAccount: 'GET /accounts/{id} accounts:read',
  updateAccount: 'PATCH /accounts/{id} accounts:manage',
  setAccountEmail: 'PUT /accounts/{id}/email accounts:email',
  deleteAccount: 'DELETE /accounts/{id} accounts:delete',
  planAccountDeletion: 'POST /accounts/{id}/plan-deletion accounts:delete',
  disableAccount: 'POST /accounts/{id}/disable accounts:manage',
  enableAccount: 'POST /accounts/{id}/enable accounts:manage',
  keepAccount: 'POST /accounts/{id}/keep accounts:manage',
  unlockAccount: 'POST /accounts/{id}/unlock accounts:support',
  verifyAccount: 'POST /accounts/{id}/verify accounts:manage',
  endAccountSessions: 'POST /accounts/{id}/end-sessions accounts:support',
  listAccountSessions: 'GET /accounts/{id}/sessions accounts:read',
  endAccountSession: 'DELETE /accounts/{id}/sessions/{session_id} accounts:support',
  listAccountApps: 'GET /accounts/{id}/apps accounts:read',
  revokeAccountApp: 'DELETE /accounts/{id}/apps/{client_id} accounts:manage',
  sendAccountReset: 'POST /accounts/{id}/send-reset accounts:support',
  getAccountRoles: 'GET /accounts/{id}/roles accounts:read',
  setAccountRoles: 'PUT /accounts/{id}/roles accounts:roles',
  getAccountFactors: 'GET /accounts/{id}/factors accounts:read',
  resetAccountFactors: 'POST /accounts/{id}/reset-factors accounts:factors',
  resetAccountFactorsNow: 'POST /accounts/{id}/reset-factors-now accounts:factors',
  keepAccountFactors: 'POST /accounts/{id}/keep-factors accounts:factors',
  removeAccountPicture: 'DELETE /accounts/{id}/picture accounts:manage',
  getAccountNewEmail: 'GET /accounts/{id}/new-email accounts:read',
  cancelAccountNewEmail: 'DELETE /accounts/{id}/new-email accounts:manage',
  listAccountGroups: 'GET /accounts/{id}/groups groups:read',

  createInvitation: 'POST /invitations accounts:manage',
  listInvitations: 'GET /invitations accounts:read',
  revokeInvitation: 'DELETE /invitations/{id} accounts:manage',
  listWaitingAccounts: 'GET /waiting-accounts accounts:read',
  approveAccount: 'POST /waiting-accounts/{id}/approve accounts:manage',
  refuseAccount: 'POST /waiting-accounts/{id}/refuse accounts:manage',

  createGroup: 'POST /groups groups:manage',
  getGroup: 'GET /groups/{id} groups:read',
  listGroups: 'GET /groups groups:read',
  updateGroup: 'PATCH /groups/{id} groups:manage',
  deleteGroup: 'DELETE /groups/{id} groups:manage',
  listGroupMembers: 'GET /groups/{id}/members groups:read',
  addGroupMember: 'POST /groups/{id}/members groups:manage',
  removeGroupMember: 'DELETE /groups/{id}/members/{account_id} groups:manage',

  createRole: 'POST /roles roles:manage',
  getRole: 'GET /roles/{name} roles:read',
  listRoles: 'GET /roles roles:read',
  updateRole: 'PATCH /roles/{name} roles:manage',
  deleteRole: 'DELETE /roles/{name} roles:manage',

  createClient: 'POST /clients clients:manage',
  getClient: 'GET /clients/{client_id} clients:read',
  listClients: 'GET /clients clients:read',
  updateClient: 'PATCH /clients/{client_id} clients:manage',
  deleteClient: 'DELETE /clients/{client_id} clients:manage',
  disableClient: 'POST /clients/{client_id}/disable clients:manage',
  enableClient: 'POST /clients/{client_id}/enable clients:manage',
  rotateClientSecret: 'POST /clients/{client_id}/rotate-secret clients:manage',
  setClientLogo: 'PUT /clients/{client_id}/logo clients:manage',
  removeClientLogo: 'DELETE /clients/{client_id}/logo clients:manage',
  listClientErrors: 'GET /clients/{client_id}/errors clients:read',
  listClientExchangeRules: 'GET /clients/{client_id}/exchange-rules clients:read',
  previewClient: 'GET /clients/{client_id}/preview clients:read',

  createResource: 'POST /resources resources:manage',
  getResource: 'GET /resources/{identifier} resources:read',
  listResources: 'GET /resources resources:read',
  listResourceDetailsTypes: 'GET /resources/{identifier}/authorization-details-types resources:read',
  updateResource: 'PATCH /resources/{identifier} resources:manage',
  deleteResource: 'DELETE /resources/{identifier} resources:manage',

  createUpstream: 'POST /upstreams upstreams:manage',
  getUpstream: 'GET /upstreams/{id} upstreams:read',
  listUpstreams: 'GET /upstreams upstreams:read',
  updateUpstream: 'PATCH /upstreams/{id} upstreams:manage',
  deleteUpstream: 'DELETE /upstreams/{id} upstreams:manage',

  listKeys: 'GET /keys keys:read',
  rotateKeys: 'POST /keys/rotate keys:manage',
  listSettings: 'GET /settings settings:read',
  getStatistics: 'GET /statistics statistics:read',

  listMails: 'GET /mails mails:read',
  getMail: 'GET /mails/{id} mails:read',
  replayMail: 'POST /mails/{id}/replay mails:manage',
  replayMails: 'POST /mails/replay mails:manage',
  deleteMail: 'DELETE /mails/{id} mails:manage',

  listReceivers: 'GET /receivers events:read',
  getReceiver: 'GET /receivers/{topic} events:read',
  resumeReceiver: 'POST /receivers/{topic}/resume events:manage',
  replayReceiver: 'POST /receivers/{topic}/replay events:manage',

  createWebhook: 'POST /webhooks events:manage',
  listWebhooks: 'GET /webhooks events:read',
  getWebhook: 'GET /webhooks/{id} events:read',
  updateWebhook: 'PATCH /webhooks/{id} events:manage',
  rotateWebhookSecret: 'POST /webhooks/{id}/rotate-secret events:manage',
  replayWebhook: 'POST /webhooks/{id}/replay events:manage',
  deleteWebhook: 'DELETE /webhooks/{id} events:manage',

  listAuditEntries: 'GET /audit-entries audit:read',
  getAuditEntry: 'GET /audit-entries/{id} audit:read',
  exportAuditEntries: 'GET /audit-entries/export audit:read',

  listLimits: 'GET /limits limits:read',
  listLimitRules: 'GET /limit-rules limits:read',
  clearLimit: 'POST /limits/{id}/clear limits:manage',
  clearAccountLimit: 'POST /accounts/{id}/limits/{limit_id}/clear accounts:support',
} as const

export type OperationId = keyof typeof API_OPERATIONS

export type KnownOperation = { method: string; path: string; scope: string }

export function operationOf(id: OperationId): KnownOperation {
  const [method = '', path = '', scope = ''] = API_OPERATIONS[id].split(' ')
  return { method, path, scope }
}

/** Every scope that a command may need. */
export function neededScopes(): string[] {
  const ids = Object.keys(API_OPERATIONS) as OperationId[]
  return [...new Set(ids.map((id) => operationOf(id).scope))]
}
