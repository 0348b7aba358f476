/** `client allow-exchange` and `client forbid-exchange`: which tokens a client may exchange (RFC 8693). */
import type { Extension, OptionSpec } from '../../command-line/command.ts'

const actions = () => import('./exchange-actions.ts')

const noun = 'client'
const opens = 'schema'
const operand = { name: 'CLIENT_ID', about: 'The client that exchanges, often that of a resource server.' }
const resource: OptionSpec = {
  value: 'U',
  about: 'The resource server that the new token is for.',
  required: true,
}

export const exchangeCommands: Extension = {
  commands: [
    {
      noun,
      verb: 'allow-exchange',
      opens,
      operand,
      about: 'Lets a client exchange tokens issued to it, or for it, for tokens of another resource server.',
      options: {
        resource,
        scope: {
          value: '"S…"',
          about: 'The most a new token may carry (all scopes of the resource server).',
        },
        impersonation: { about: 'New tokens need not say who acts.' },
        delegation: { about: 'New tokens may name an actor, whose token is sent along.' },
      },
      notes: ['At least one of --impersonation and --delegation. A new rule replaces the one before it.'],
      examples: [
        'client allow-exchange 1c9bf04c --resource https://ledger.example.com/ --scope "ledger:read" --impersonation',
        'client allow-exchange 1c9bf04c --resource https://ledger.example.com/ --delegation --json',
      ],
      run: async (...args) => (await actions()).allow(...args),
    },
    {
      noun,
      verb: 'forbid-exchange',
      opens,
      operand,
      about:
        'Takes back what allow-exchange gave; tokens that were exchanged before live on until they expire.',
      options: { resource },
      examples: ['client forbid-exchange 1c9bf04c --resource https://ledger.example.com/'],
      run: async (...args) => (await actions()).forbid(...args),
    },
  ],
  shown: async (...args) => (await actions()).rulesOf(...args),
}
