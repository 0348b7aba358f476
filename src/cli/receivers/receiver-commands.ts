/** `receiver`: who gets events, and how far each is. */
import type { Noun } from '../../command-line/command.ts'

const actions = () => import('./receiver-actions.ts')

const noun = 'receiver'
const opens = 'api'
const operand = { name: 'TOPIC', about: 'A topic of the list, such as events.kafka.' }

export const receiver: Noun = {
  name: noun,
  about: 'Receivers of events: Kafka, RabbitMQ, Redis and webhooks',
  commands: [
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists the receivers: what waits for each, what was given up, and why.',
      examples: ['receiver list', 'receiver list --json'],
      run: async (...args) => (await actions()).list(...args),
    },
    {
      noun,
      verb: 'show',
      opens,
      operand,
      about: 'Shows one receiver.',
      examples: ['receiver show events.kafka'],
      run: async (...args) => (await actions()).show(...args),
    },
    {
      noun,
      verb: 'resume',
      opens,
      operand,
      about: 'Delivers again at once, without waiting for the end of a pause.',
      examples: ['receiver resume events.kafka'],
      run: async (...args) => (await actions()).resume(...args),
    },
    {
      noun,
      verb: 'replay',
      opens,
      operand,
      about: 'Sends what was given up once more.',
      examples: ['receiver replay events.kafka'],
      run: async (...args) => (await actions()).replay(...args),
    },
  ],
}
