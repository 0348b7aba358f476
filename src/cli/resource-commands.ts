/** `resource`: the APIs that take access tokens and may introspect those meant for them. */
import { SIGNING_ALGS } from '../platform/algorithms.ts'
import type { Noun, OptionSpec } from '../command-line/command.ts'

const actions = () => import('./resource-actions.ts')

const noun = 'resource'
const opens = 'schema'
const operand = { name: 'IDENTIFIER', about: 'The identifier of the resource server, an absolute URI.' }

const SCOPE_TEXT: OptionSpec = {
  value: '"S=W"',
  about: 'What people read in place of the scope S when they are asked for consent.',
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
        'Registers a resource server; answers the client_id and, only then, the client_secret it introspects with.',
      options: {
        identifier: {
          value: 'U',
          about: 'What apps send as "resource" and tokens carry as "aud".',
          required: true,
        },
        scope: { value: '"S…"', about: 'The scopes it knows, separated by spaces.', required: true },
        'scope-text': SCOPE_TEXT,
        name: { value: 'N', about: 'Name as people see it when they are asked for consent.' },
        format: {
          value: 'opaque|jwt',
          about:
            'Its access tokens (opaque). JWTs are verified with the published keys and a status list; introspection takes both.',
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
      about: 'Changes a resource server; its client, its secret and what was granted stay.',
      options: {
        scope: { value: '"S…"', about: 'The scopes that it knows from now on: the whole list.' },
        'scope-text': SCOPE_TEXT,
        name: { value: 'N', about: 'Name as people see it when they are asked for consent.' },
        ...TOKENS_AND_DETAILS,
      },
      notes: [
        'What is not named stays. "S=" takes the words of a scope away; a type of details takes the place of the' +
          ' one of its name.',
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
      about: 'Shows a resource server; never its secret.',
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
