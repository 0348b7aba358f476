/** Who gets events: all receivers with what waits for each, and the webhooks. */
import type { Section } from './section.ts'

export const receivers: Section = {
  name: 'receivers',
  key: 'topic',
  list: {
    id: 'listReceivers',
    fields: ['topic', 'waiting', 'given_up', 'behind_since', 'delivered_at', 'paused_until', 'last_error'],
  },
  one: {
    id: 'getReceiver',
    titled: ['topic'],
    fields: [
      'waiting',
      'given_up',
      'behind_since',
      'delivered_at',
      'failures',
      'paused_until',
      'last_error',
      'topic',
    ],
  },
  acts: [
    { verb: 'resume', id: 'resumeReceiver' },
    { verb: 'replay', id: 'replayReceiver', when: ({ given_up: dead }) => dead !== 0 },
  ],
}

export const webhooks: Section = {
  name: 'webhooks',
  key: 'id',
  list: {
    id: 'listWebhooks',
    fields: ['url', 'description', 'event_types', 'waiting', 'given_up', 'last_error'],
    tags: [{ field: 'enabled', is: false, word: 'disabled' }],
  },
  one: {
    id: 'getWebhook',
    titled: ['url'],
    fields: [
      'description',
      'event_types',
      'enabled',
      'waiting',
      'given_up',
      'last_error',
      'old_secret_until',
      'created_at',
      'id',
    ],
  },
  create: { verb: 'create', id: 'createWebhook' },
  acts: [
    { verb: 'update', id: 'updateWebhook', fields: ['url', 'event_types', 'description', 'enabled'] },
    { verb: 'rotate-secret', id: 'rotateWebhookSecret' },
    { verb: 'replay', id: 'replayWebhook' },
    { verb: 'delete', id: 'deleteWebhook', danger: true },
  ],
}
