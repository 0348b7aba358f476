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
      about:
        'Lets a client exchange its tokens, or tokens for its API, for tokens of another resource server.',
      options: {
        resource,
        scope: {
          value: '"S…"',
          about: 'The most scopes of a new token (all scopes of the resource server).',
        },
        impersonation: { about: 'New tokens may leave out the actor.' },
        delegation: { about: "New tokens may name an actor. The request contains the actor's token." },
      },
      notes: ['Needs --impersonation, --delegation or both. A new rule replaces the earlier one.'],
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
        'Removes the rule of allow-exchange. Tokens from earlier exchanges stay valid until they expire.',
      options: { resource },
      examples: ['client forbid-exchange 1c9bf04c --resource https://ledger.example.com/'],
      run: async (...args) => (await actions()).forbid(...args),
    },
  ],
  shown: async (...args) => (await actions()).rulesOf(...args),
}
