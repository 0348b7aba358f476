/** Other providers that people may sign in with. */
import type { Section } from './section.ts'

export const upstreams: Section = {
  name: 'upstreams',
  key: 'id',
  list: {
    id: 'listUpstreams',
    fields: ['label', 'id', 'kind'],
    tags: [{ field: 'enabled', is: false, word: 'disabled' }],
  },
  one: {
    id: 'getUpstream',
    titled: ['label'],
    fields: [
      'id',
      'kind',
      'enabled',
      'issuer',
      'client_id',
      'redirect_uri',
      'post_logout_redirect_uri',
      'backchannel_logout_uri',
      'scope',
      'sign_up',
      'email_trust',
      'email_domains',
      'clients',
      'trust_mfa',
      'mfa_levels',
      'created_at',
    ],
  },
  create: {
    verb: 'add',
    id: 'createUpstream',
    fields: ['id', 'template', 'label', 'issuer', 'client_id', 'client_secret'],
  },
  acts: [
    {
      verb: 'update',
      id: 'updateUpstream',
      fields: [
        'label',
        'enabled',
        'client_id',
        'client_secret',
        'sign_up',
        'email_trust',
        'email_domains',
        'clients',
      ],
    },
    { verb: 'remove', id: 'deleteUpstream', danger: true },
  ],
}
