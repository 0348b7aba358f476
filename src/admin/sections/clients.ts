/** Apps that sign people in or call resource servers, and the resource servers. */
import { CONSOLE_PATH } from '../../operations/own-clients/console-client.ts'
import { logoHref } from '../../clients/logo/client-logo.ts'
import type { Section } from './section.ts'

const NAMED = [
  'client_name',
  'redirect_uris',
  'post_logout_redirect_uris',
  'initiate_login_uri',
  'client_uri',
  'logo_uri',
  'scope',
  'allowed_groups',
  'first_party',
] as const

export const clients: Section = {
  name: 'clients',
  key: 'client_id',
  list: {
    id: 'listClients',
    fields: ['client_name', 'client_id'],
    tags: [{ field: 'disabled', is: true, word: 'disabled' }],
  },
  one: {
    id: 'getClient',
    titled: ['client_name'],
    fields: [
      'client_id',
      'disabled',
      'redirect_uris',
      'post_logout_redirect_uris',
      'initiate_login_uri',
      'client_uri',
      'logo_uri',
      'grant_types',
      'token_endpoint_auth_method',
      'profile',
      'scope',
      'allowed_groups',
      'allowed_resources',
      'first_party',
    ],
    parts: [
      {
        id: 'listClientErrors',
        fields: [
          'error',
          'reason',
          'cause',
          'got',
          'registered',
          'times',
          'first_at',
          'last_at',
          'endpoint',
          'request_id',
        ],
      },
    ],
  },
  create: {
    verb: 'create',
    id: 'createClient',
    fields: [
      'client_name',
      'redirect_uris',
      'post_logout_redirect_uris',
      'token_endpoint_auth_method',
      'scope',
    ],
  },
  guide: `${CONSOLE_PATH}/clients/-/new`,
  pages: [
    { page: 'settings', id: 'getClient' },
    { page: 'preview', id: 'previewClient' },
  ],
  picture: ({ logo, ...client }) => {
    if (typeof logo === 'string') return new URL(logo).pathname
    return typeof client['logo_uri'] === 'string' ? logoHref(String(client['client_id']), client) : undefined
  },
  acts: [
    { verb: 'update', id: 'updateClient', fields: NAMED },
    { verb: 'logo', id: 'setClientLogo', file: true },
    { verb: 'remove-logo', id: 'removeClientLogo', danger: true, when: ({ logo }) => logo !== undefined },
    { verb: 'rotate-secret', id: 'rotateClientSecret' },
    { verb: 'enable', id: 'enableClient', when: ({ disabled }) => disabled === true },
    { verb: 'disable', id: 'disableClient', danger: true, when: ({ disabled }) => disabled === false },
    { verb: 'delete', id: 'deleteClient', danger: true },
  ],
}

export const resources: Section = {
  name: 'resources',
  key: 'identifier',
  list: { id: 'listResources', fields: ['name', 'identifier', 'access_token_format', 'created_at'] },
  one: {
    id: 'getResource',
    titled: ['name', 'identifier'],
    fields: [
      'identifier',
      'scope',
      'access_token_format',
      'access_token_alg',
      'access_token_ttl_seconds',
      'client_id',
      'warnings',
      'created_at',
    ],
    parts: [{ id: 'listResourceDetailsTypes', fields: ['title', 'type'] }],
  },
  create: {
    verb: 'create',
    id: 'createResource',
    fields: ['identifier', 'name', 'scope', 'format', 'access_token_ttl_seconds'],
  },
  acts: [
    { verb: 'update', id: 'updateResource', fields: ['name', 'scope', 'access_token_ttl_seconds'] },
    { verb: 'delete', id: 'deleteResource', danger: true },
  ],
}
