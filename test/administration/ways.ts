/**
 * What operators do, one row for each thing, with every way to do it. A way that there is not has its reason. Another way
 * needs a column here, and its names in `ways.test.ts`.
 */

/** An operation of the JSON API by its id, or a command by its noun and verb. */
export type Way = string | { none: string }

export type Row = {
  /** The id of an operation for administrators. */
  api: Way
  /** A command without its arguments. */
  cli: Way
  /** Why the two have different words. Absent where `ways.test.ts` derives one from the other. */
  words?: string
}

const both = (api: string, cli: string, words?: string): Row => ({ api, cli, ...(words && { words }) })
const apiOnly = (api: string, none: string): Row => ({ api, cli: { none } })
const cliOnly = (cli: string, none: string): Row => ({ api: { none }, cli })

/** The API does it with an operation of another row. */
export const THROUGH_ANOTHER: Readonly<Record<string, string>> = { 'client set-groups': 'updateClient' }

const SHOWN = 'account show has it.'
const FILES = 'It reads and writes files of the machine.'
const MACHINE = 'It is about the machine and its settings, which no token should reach.'
const ADD = 'People add a provider that is there already. Programs create a row.'
const GIVES_ACCESS = 'Who may do this could register apps of any kind, so it stays with who runs the server.'
const TRAIL = 'It reads the whole trail, and checks it with keys of the machine.'
const DELIVERY = 'Mails and receivers have operations of their own. This shows the rows of both.'

export const ROWS: readonly Row[] = [
  // Accounts
  both('createAccount', 'account create'),
  both('getAccount', 'account show'),
  both('listAccounts', 'account list'),
  both('updateAccount', 'account update'),
  apiOnly('setAccountEmail', 'account update --email.'),
  both('deleteAccount', 'account delete'),
  apiOnly('planAccountDeletion', 'account delete --later.'),
  both('disableAccount', 'account disable'),
  both('enableAccount', 'account enable'),
  both('unlockAccount', 'account unlock'),
  both('endAccountSessions', 'account end-sessions'),
  both('listAccountSessions', 'account sessions', 'The verb is left out in front of what it shows.'),
  both('endAccountSession', 'account end-session'),
  both('listAccountApps', 'account apps', 'The verb is left out in front of what it shows.'),
  both('revokeAccountApp', 'account revoke-app'),
  both('verifyAccount', 'account verify'),
  both('sendAccountReset', 'account send-reset'),
  cliOnly('account reset-password', 'It prints a password. Nobody reads one over the API.'),
  both('setAccountRoles', 'account set-roles'),
  apiOnly('getAccountRoles', SHOWN),
  both('getAccountFactors', 'account factors', 'The verb is left out in front of what it shows.'),
  both('resetAccountFactors', 'account reset-factors'),
  apiOnly('resetAccountFactorsNow', 'account reset-factors --now.'),
  both('keepAccountFactors', 'account keep-factors'),
  both('keepAccount', 'account keep'),
  both('removeAccountPicture', 'account remove-picture'),
  apiOnly('getAccountPicture', SHOWN),
  both('cancelAccountNewEmail', 'account cancel-email', 'The command has no other address to cancel.'),
  apiOnly('getAccountNewEmail', SHOWN),
  cliOnly(
    'account export',
    'A stolen token would read whole lives. Who asks for their data has exportOwnData.',
  ),

  // Registration
  both('createInvitation', 'invite create', 'The noun of commands is short.'),
  both('listInvitations', 'invite list', 'The noun of commands is short.'),
  both('revokeInvitation', 'invite revoke', 'The noun of commands is short.'),
  both('listWaitingAccounts', 'registration list', 'The API names what it answers: accounts.'),
  both('approveAccount', 'registration approve', 'The API names what it answers: accounts.'),
  both('refuseAccount', 'registration refuse', 'The API names what it answers: accounts.'),

  // Groups
  both('createGroup', 'group create'),
  both('getGroup', 'group show'),
  both('listGroups', 'group list'),
  both('updateGroup', 'group update'),
  both('deleteGroup', 'group delete'),
  both('addGroupMember', 'group add', 'The operand of the command says that it is an account.'),
  both('removeGroupMember', 'group remove', 'The operand of the command says that it is an account.'),
  apiOnly('listGroupMembers', 'group show has them.'),
  apiOnly('listAccountGroups', SHOWN),

  // Roles
  both('createRole', 'role create'),
  both('getRole', 'role show'),
  both('listRoles', 'role list'),
  both('updateRole', 'role update'),
  both('deleteRole', 'role delete'),

  // Clients
  both('createClient', 'client create'),
  both('getClient', 'client show'),
  both('listClients', 'client list'),
  both('updateClient', 'client update'),
  both('deleteClient', 'client delete'),
  both('disableClient', 'client disable'),
  both('enableClient', 'client enable'),
  both('listClientErrors', 'client errors', 'The verb is left out in front of what it shows.'),
  both('previewClient', 'client preview'),
  both('rotateClientSecret', 'client rotate-secret'),
  both('setClientLogo', 'client logo', 'The verb is left out in front of what it sets.'),
  both('removeClientLogo', 'client remove-logo'),
  cliOnly('client set-groups', 'updateClient has the field allowed_groups.'),
  apiOnly('listClientExchangeRules', 'client show has them.'),
  cliOnly('client allow-exchange', GIVES_ACCESS),
  cliOnly('client forbid-exchange', GIVES_ACCESS),
  cliOnly('registration-token create', GIVES_ACCESS),
  cliOnly('registration-token list', GIVES_ACCESS),
  cliOnly('registration-token revoke', GIVES_ACCESS),

  // Resource servers
  both('createResource', 'resource create'),
  both('getResource', 'resource show'),
  both('listResources', 'resource list'),
  apiOnly('listResourceDetailsTypes', 'resource show has their names.'),
  both('updateResource', 'resource update'),
  both('deleteResource', 'resource delete'),

  // Other providers
  both('createUpstream', 'upstream add', ADD),
  both('getUpstream', 'upstream show'),
  both('listUpstreams', 'upstream list'),
  both('updateUpstream', 'upstream update'),
  both('deleteUpstream', 'upstream remove', ADD),
  cliOnly('upstream test', 'It sends requests from the server and says what went wrong with them.'),
  apiOnly('listAccountUpstreams', 'It is for programs that show it to a help desk.'),
  apiOnly('disconnectAccountUpstream', 'It is for programs that show it to a help desk.'),

  // The server
  both('listKeys', 'keys list', 'The noun of commands is plural already.'),
  both('rotateKeys', 'keys rotate'),
  cliOnly('keys list-sealed', 'It counts in whole tables, which a server must not do beside requests.'),
  cliOnly('keys reseal', MACHINE),
  both('listSettings', 'config', 'The command has one noun and no verb.'),
  cliOnly('login', 'It signs in for the others.'),
  cliOnly('logout', 'It signs out.'),
  cliOnly('migrate', MACHINE),
  cliOnly('upgrade check', MACHINE),
  cliOnly('seed', MACHINE),
  cliOnly('mail doctor', MACHINE),
  both('listMails', 'mail list'),
  both('getMail', 'mail show'),
  apiOnly('listAccountMails', 'mail list --to.'),
  both('replayMail', 'mail replay'),
  apiOnly('replayMails', 'mail replay --all.'),
  both('deleteMail', 'mail delete'),
  cliOnly('brand preview', FILES),
  cliOnly('import', FILES),
  cliOnly('export', FILES),
  cliOnly('backup', FILES),
  cliOnly('restore', FILES),
  both('listAuditEntries', 'audit list', 'The API names what it answers: entries.'),
  both('getAuditEntry', 'audit show', 'The API names what it answers: entries.'),
  both('listLimits', 'limit list'),
  both('clearLimit', 'limit clear'),
  both('listLimitRules', 'limit rules', 'The verb is left out in front of what it shows.'),
  apiOnly('getLimit', 'limit list has it.'),
  apiOnly('listAccountLimits', 'limit list --account.'),
  apiOnly('clearAccountLimit', 'limit clear takes the id of a limit of an account, too.'),
  cliOnly('audit verify', TRAIL),
  cliOnly('audit accept', TRAIL),
  both('exportAuditEntries', 'audit export', 'The API names what it answers: entries.'),
  cliOnly('audit anchors', TRAIL),
  cliOnly('outbox list-dead', DELIVERY),
  cliOnly('outbox show', DELIVERY),
  cliOnly('outbox replay', DELIVERY),
  both('getStatistics', 'statistics', 'The command has one noun and no verb.'),
  both('listReceivers', 'receiver list'),
  both('getReceiver', 'receiver show'),
  both('resumeReceiver', 'receiver resume'),
  both('replayReceiver', 'receiver replay'),
  both('createWebhook', 'webhook create'),
  both('listWebhooks', 'webhook list'),
  both('getWebhook', 'webhook show'),
  both('updateWebhook', 'webhook update'),
  both('rotateWebhookSecret', 'webhook rotate-secret'),
  both('replayWebhook', 'webhook replay'),
  both('deleteWebhook', 'webhook delete'),
]
