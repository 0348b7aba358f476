/** `outbox`: mails and events that could not be delivered. */
import type { Noun } from '../../command-line/command.ts'

const actions = () => import('./outbox-actions.ts')

const noun = 'outbox'
const opens = 'schema'

export const outbox: Noun = {
  name: noun,
  about: 'Mails and events that could not be delivered',
  commands: [
    {
      noun,
      verb: 'list-dead',
      opens,
      about:
        'Lists undelivered messages that are not retried, newest first, and how many wait. Never shows their content.',
      options: {
        limit: { value: 'COUNT', about: 'At most this many, 1 to 1000 (100).' },
        topic: { value: 'TOPIC', about: 'Of one topic, such as mail or events.kafka.' },
      },
      examples: ['outbox list-dead', 'outbox list-dead --topic events.kafka --json'],
      run: async (...args) => (await actions()).listDead(...args),
    },
    {
      noun,
      verb: 'show',
      opens,
      operand: { name: 'ID', about: 'A message from list-dead.' },
      about:
        'Shows one message: its state, its last error and, for an event, the content. Mails stay sealed.',
      examples: ['outbox show 0190c0de-0000-7000-8000-000000000000'],
      run: async (...args) => (await actions()).show(...args),
    },
    {
      noun,
      verb: 'replay',
      opens,
      operand: { name: 'ID', about: 'A message from list-dead.', many: true, optional: true },
      about: 'Queues messages from list-dead again. A worker then delivers them.',
      options: {
        all: { about: 'All messages of list-dead.' },
        topic: { value: 'TOPIC', about: 'All of one topic, such as mail or events.kafka.' },
      },
      examples: [
        'outbox replay 0190c0de-0000-7000-8000-000000000000',
        'outbox replay --topic events.kafka',
        'outbox replay --all',
      ],
      run: async (...args) => (await actions()).replay(...args),
    },
  ],
}
