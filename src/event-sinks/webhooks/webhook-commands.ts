/** `webhook`: addresses that get events. */
import type { Noun, OptionSpec } from '../../command-line/command.ts'

const actions = () => import('./webhook-actions.ts')

const noun = 'webhook'
const opens = 'api'

const fields: Record<string, OptionSpec> = {
  event: { value: 'TYPE', about: 'A type of event, or a group such as account.* (all).', many: true },
  description: { value: 'TEXT', about: 'The owner or the purpose. `webhook list` shows it.' },
}
const operand = { name: 'ID', about: 'The id of the webhook in the list.' }
const EXAMPLE_ID = '6f1ed002-ab12-4a5c-9d3e-0c1f2e3d4b5a'

export const webhook: Noun = {
  name: noun,
  about: 'Addresses that get events as signed requests',
  commands: [
    {
      noun,
      verb: 'create',
      opens,
      about: 'Adds an address. Its secret, which signs each request, is shown only now.',
      options: { url: { value: 'URL', about: 'Where events are posted.', required: true }, ...fields },
      examples: [
        'webhook create --url https://crm.example.com/events --event "account.*"',
        'webhook create --url https://audit.example.com/events --description "Security team"',
      ],
      run: async (...args) => (await actions()).create(...args),
    },
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists all webhooks, what waits for each and what was given up. Never shows a secret.',
      examples: ['webhook list'],
      run: async (...args) => (await actions()).list(...args),
    },
    {
      noun,
      verb: 'show',
      opens,
      operand,
      about: 'Shows one webhook, what waits for it and why it fails. Never its secret.',
      examples: [`webhook show ${EXAMPLE_ID}`],
      run: async (...args) => (await actions()).show(...args),
    },
    {
      noun,
      verb: 'update',
      opens,
      operand,
      about: 'Changes a webhook. Options that are left out leave their field as it is.',
      options: {
        url: { value: 'URL', about: 'Where events are posted.' },
        ...fields,
        'all-events': { about: 'It gets every type of event.' },
        enable: { about: 'Deliveries go on. What waits is delivered as well.' },
        disable: { about: 'Deliveries stop. New events are not kept for it.' },
      },
      examples: [
        `webhook update ${EXAMPLE_ID} --event account.deleted`,
        `webhook update ${EXAMPLE_ID} --disable`,
      ],
      run: async (...args) => (await actions()).update(...args),
    },
    {
      noun,
      verb: 'rotate-secret',
      opens,
      operand,
      about:
        'Makes a new secret. The older one signs as well for a while, so that receivers can change over.',
      options: { 'overlap-hours': { value: 'HOURS', about: 'How long both sign, 0 to 720 (24).' } },
      examples: [`webhook rotate-secret ${EXAMPLE_ID}`],
      run: async (...args) => (await actions()).rotate(...args),
    },
    {
      noun,
      verb: 'replay',
      opens,
      operand,
      about: 'Sends events again: what was given up, or everything since a time of the last 7 days.',
      options: {
        since: { value: 'TIME', about: 'ISO 8601, such as 2026-11-20T08:00:00Z (only what was given up).' },
      },
      examples: [`webhook replay ${EXAMPLE_ID}`, `webhook replay ${EXAMPLE_ID} --since 2026-11-20T08:00:00Z`],
      run: async (...args) => (await actions()).replay(...args),
    },
    {
      noun,
      verb: 'delete',
      opens,
      operand,
      about: 'Removes a webhook and what waits for it.',
      examples: [`webhook delete ${EXAMPLE_ID}`],
      run: async (...args) => (await actions()).remove(...args),
    },
  ],
}
