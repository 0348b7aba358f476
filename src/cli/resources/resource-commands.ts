/** `resource`: the APIs that take access tokens and may introspect those meant for them. */
import { SIGNING_ALGS } from '../../platform/algorithms.ts'
import type { Noun, OptionSpec } from '../../command-line/command.ts'

const actions = () => import('./resource-actions.ts')

const noun = 'resource'
const opens = 'api'
const operand = { name: 'IDENTIFIER', about: 'The identifier of the resource server, an absolute URI.' }

const SCOPE_TEXT: OptionSpec = {
  value: '"S=W"',
  about: 'The text that people read on the consent page instead of the scope S.',
  many: true,
}

const TOKENS_AND_DETAILS: Record<string, OptionSpec> = {
  'access-token-alg': {
    value: SIGNING_ALGS.join('|'),
    about: 'Signs its access tokens when they are JWTs (TOKEN_ALGORITHM).',
  },
  'access-token-seconds': { value: 'SECONDS', about: 'Lifetime of its access tokens, 10 to 86400.' },
  'authorization-details-type': {
    value: 'FILE',
    about:
      'A type of authorization_details (RFC 9396), JSON: {"type", "title", "fields": {name: {"label"}}}.',
    many: true,
  },
}

export const resource: Noun = {
  name: noun,
  about: 'Resource servers (APIs) and their scopes',
  commands: [
    {
      noun,
      verb: 'create',
      opens,
      about:
        'Registers a resource server. Shows its client_id and, only now, its client_secret for introspection.',
      options: {
        identifier: {
          value: 'U',
          about: 'What apps send as "resource" and tokens carry as "aud".',
          required: true,
        },
        scope: { value: '"S…"', about: 'Its scopes, separated by spaces.', required: true },
        'scope-text': SCOPE_TEXT,
        name: { value: 'N', about: 'Name on the consent page.' },
        format: {
          value: 'opaque|jwt',
          about:
            'Format of its access tokens (opaque). JWTs are verified with the published keys and a status list. Introspection accepts both.',
        },
        ...TOKENS_AND_DETAILS,
      },
      examples: [
        'resource create --identifier https://api.example.com/ --scope "ledger:read ledger:transfer" --name Ledger',
        'resource create --identifier https://notes.example.com/ --scope "notes:read" --scope-text "notes:read=Read your notes"',
        'resource create --identifier https://jwt.example.com/ --scope "report:read" --format jwt --json',
      ],
      run: async (...args) => (await actions()).create(...args),
    },
    {
      noun,
      verb: 'update',
      opens,
      operand,
      about: 'Changes a resource server. Its client, its secret and its grants stay.',
      options: {
        scope: { value: '"S…"', about: 'The complete new list of its scopes.' },
        'scope-text': SCOPE_TEXT,
        name: { value: 'N', about: 'Name on the consent page.' },
        ...TOKENS_AND_DETAILS,
      },
      notes: [
        'What is not named stays. "S=" removes the text of a scope. A type of details replaces the one of its name.',
      ],
      examples: [
        'resource update https://api.example.com/ --scope "ledger:read ledger:transfer ledger:close"',
        'resource update https://api.example.com/ --scope-text "ledger:read=See your balance" --name Ledger',
      ],
      run: async (...args) => (await actions()).update(...args),
    },
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists resource servers.',
      examples: ['resource list', 'resource list --json'],
      run: async (...args) => (await actions()).list(...args),
    },
    {
      noun,
      verb: 'show',
      opens,
      operand,
      about: 'Shows a resource server, without its secret.',
      examples: ['resource show https://api.example.com/'],
      run: async (...args) => (await actions()).show(...args),
    },
    {
      noun,
      verb: 'delete',
      opens,
      operand,
      about: 'Deletes a resource server and the client it introspects with.',
      examples: ['resource delete https://api.example.com/'],
      run: async (...args) => (await actions()).remove(...args),
    },
  ],
}
