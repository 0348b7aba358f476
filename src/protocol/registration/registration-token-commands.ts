/** `registration-token`: the right to register clients by the protocol (RFC 7591), under a policy. */
import { GRANT_TYPES, PROFILES } from '../../clients/client-choices.ts'
import type { Noun, OptionSpec } from '../../command-line/command.ts'
import type { replaceInitialAccessToken } from './initial-access-tokens.ts'

const actions = () => import('./registration-token-actions.ts')

const noun = 'registration-token'
const opens = 'schema'

const createOptions: Record<string, OptionSpec> = {
  name: { value: 'N', about: 'Who or what the token is for. The list shows it.', required: true },
  policy: {
    value: 'FILE',
    about: 'The policy as a JSON file with the names below. Options take precedence.',
  },
  'grant-type': { value: 'G', about: `${GRANT_TYPES.join(', ')} (the first two).`, many: true },
  profile: {
    value: 'P',
    about: `${PROFILES.join(', ')}; the first one is assigned (default).`,
    many: true,
  },
  scope: { value: '"S…"', about: 'Scopes that may be registered (all).' },
  'redirect-host': {
    value: 'H',
    about: 'Hosts of redirect addresses, or schemes like com.example.app: (any).',
    many: true,
  },
  resource: {
    value: 'U',
    about: 'A resource server that its clients may get tokens for (none).',
    many: true,
  },
  'expires-hours': { value: 'HOURS', about: 'Lifetime in hours (24).' },
  uses: { value: 'COUNT', about: 'How many clients it may register (1).' },
  reusable: { about: 'It may register any number of clients.' },
}

export const registrationToken: Noun = {
  name: noun,
  about: 'Initial access tokens for apps that register themselves',
  commands: [
    {
      noun,
      verb: 'create',
      opens,
      about: 'Makes an initial access token (RFC 7591 §3). It is shown only now.',
      options: createOptions,
      examples: [
        'registration-token create --name "Partner portal" --redirect-host partner.example.com',
        'registration-token create --name "Tool servers" --profile mcp --resource https://tools.example.com/ --reusable --expires-hours 720',
      ],
      run: async (...args) => (await actions()).create(...args),
    },
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists initial access tokens, newest first. Never shows the tokens themselves.',
      examples: ['registration-token list'],
      run: async (...args) => (await actions()).list(...args),
    },
    {
      noun,
      verb: 'revoke',
      opens,
      operand: { name: 'ID', about: 'The id of the token in the list.' },
      about: 'Revokes an initial access token. Clients that were registered with it stay.',
      examples: ['registration-token revoke 6f1ed002-ab12-4a5c-9d3e-0c1f2e3d4b5a'],
      run: async (...args) => (await actions()).revoke(...args),
    },
  ],
}

/** For `seed`, which makes clients that register themselves. */
export async function replaceToken(...args: Parameters<typeof replaceInitialAccessToken>): Promise<string> {
  const tokens = await import('./initial-access-tokens.ts')
  return tokens.replaceInitialAccessToken(...args)
}
