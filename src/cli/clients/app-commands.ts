/** `client errors`: how an app is doing. */
import type { Extension } from '../../command-line/command.ts'

const actions = () => import('./app-actions.ts')
const operand = { name: 'CLIENT_ID', about: 'The client_id of the client.' }

export const appCommands: Extension = {
  commands: [
    {
      noun: 'client',
      verb: 'errors',
      opens: 'schema',
      operand,
      about: 'Lists the last errors of a client, with what it sent and what is registered.',
      notes: ['At most 100, of the last 7 days. Equal errors are one with a count.'],
      examples: ['client errors demo-app', 'client errors demo-app --json'],
      run: async (...args) => (await actions()).errors(...args),
    },
  ],
  shown: () => Promise.resolve({}),
}
