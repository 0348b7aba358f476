/**
 * The JSON API as a resource server (RFC 8707): its address is the `resource` that a client names and the audience of its
 * tokens. It has no row of its own, because it follows the issuer. Its tokens are opaque, so that a revocation counts at once.
 */
import type { Resource } from '../resources/resources.ts'

export const API_PATH = '/api/v1'

/** What a token for the API may allow, in words for the consent page and the documentation. */
export const API_SCOPES = {
  'account:read': 'Read your profile, your sessions and the apps that you allowed',
  'account:write': 'Change your profile and password, and end sessions and the access of apps',
  'account:email': 'Change your email address',
  'account:delete': 'Delete your account',
  'account:export': 'Download everything that is kept about you',
  'account:factors': 'Set up and remove your authenticator app, make new recovery codes and add a password',
  'accounts:register': 'Register people, confirm their addresses and send them reset mails',
  'accounts:check': 'Look an account up by its exact address or user name',
  'accounts:read': 'List and read all accounts',
  'accounts:support': 'Unlock accounts, end their sessions and mail them resets',
  'accounts:manage': 'Create and change accounts, end their sessions and mail them resets',
  'accounts:email': 'Give accounts another email address',
  'accounts:roles': 'Give accounts roles, and take them away',
  'accounts:factors': 'Remove all second factors of an account',
  'accounts:delete': 'Delete accounts',
  'groups:read': 'List groups and who is in them',
  'groups:manage': 'Create, change and delete groups, and add and remove people',
  'roles:read': 'List roles and what they allow',
  'roles:manage': 'Create, change and delete roles',
  'upstreams:read': 'List the other providers that people sign in with, and who is connected',
  'upstreams:manage': 'Add, change and remove other providers, and end connections with them',
  'clients:read': 'List and read clients',
  'clients:manage': 'Register, change and delete clients',
  'resources:read': 'List and read resource servers',
  'resources:manage': 'Register, change and delete resource servers',
  'audit:read': 'Read the audit trail',
  'limits:read': 'Read which networks and accounts are limited',
  'limits:manage': 'Clear limits of networks and accounts',
  'keys:read': 'List the keys that sign, encrypt and seal',
  'keys:manage': 'Rotate the keys that sign and encrypt',
  'mails:read': 'Read the kind, recipient and state of mails, but not their text',
  'mails:manage': 'Send mails again, and delete those that wait',
  'events:read': 'Read what waits for the receivers of events, and list webhooks',
  'events:manage': 'Send events again, and add, change and delete webhooks',
  'statistics:read': 'Read how often people register and sign in, and what waits',
  'settings:read': 'Read the settings in effect, with secrets masked',
} as const

export type ApiScope = keyof typeof API_SCOPES

/** True at every address of the API. */
export function isOfApi(path: string): boolean {
  return path === API_PATH || path.startsWith(`${API_PATH}/`)
}

/** The API's identifier: `resource` in requests, `aud` in tokens. */
export function apiIdentifier(issuer: string): string {
  return `${issuer}${API_PATH}`
}

/** The API as the token endpoint and the consent page know a resource server. No client may introspect its tokens. */
export function apiResource({ issuer, serverName }: { issuer: string; serverName: string }): Resource {
  return {
    identifier: apiIdentifier(issuer),
    name: serverName,
    scopes: Object.keys(API_SCOPES).join(' '),
    scopeTexts: API_SCOPES,
    accessTokenFormat: 'opaque',
    accessTokenTtlSeconds: null,
    accessTokenAlg: null,
    clientId: '',
    createdAtMs: 0,
  }
}
