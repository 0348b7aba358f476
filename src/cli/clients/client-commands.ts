/** `client`: the apps that sign people in or call resource servers. */
import { previewCommand } from './app-commands.ts'
import { CLIENT_AUTH_METHODS, GRANT_TYPES, PROFILES } from '../../clients/client-choices.ts'
import { SIGNING_ALGS } from '../../platform/algorithms.ts'
import type { Command, Extension, Noun, OptionSpec } from '../../command-line/command.ts'
import type { Parts } from '../../process/start/parts.ts'

const actions = () => import('./client-actions.ts')
const noun = 'client'
const opens = 'api'
const operand = { name: 'CLIENT_ID', about: 'The client_id of the client.' }

const createOptions: Record<string, OptionSpec> = {
  name: { value: 'N', about: 'Name on the consent page.', required: true },
  'redirect-uri': { value: 'U', about: 'Where codes are sent, compared as an exact string.', many: true },
  'post-logout-redirect-uri': {
    value: 'U',
    about: 'Where people may return to after signing out.',
    many: true,
  },
  scope: { value: '"S…"', about: 'Scopes that it may ask for (openid profile email groups offline_access).' },
  public: { about: 'For an app on a device or in a browser, which cannot keep a secret. PKCE protects it.' },
  'grant-type': { value: 'G', about: `${GRANT_TYPES.join(', ')} (the first two).`, many: true },
  'auth-method': { value: 'M', about: `${CLIENT_AUTH_METHODS.join(', ')} (the first).` },
  resource: { value: 'U', about: 'A resource server that it may get tokens for.', many: true },
  'first-party': { about: 'An app of this organisation, which needs no consent.' },
  profile: { value: 'P', about: `${PROFILES.join(', ')} (the first): the rules that it must follow.` },
  'id-token-alg': {
    value: 'ALG',
    about: `${SIGNING_ALGS.join(', ')} (what ID_TOKEN_ALGORITHM says): signs its ID and logout tokens.`,
  },
  metadata: { value: 'FILE', about: 'Further metadata by its registered names (RFC 7591), a JSON file.' },
  jwks: { value: 'FILE', about: 'Its public keys, a JSON file {"keys": […]}, for private_key_jwt.' },
  'jwks-uri': { value: 'U', about: 'Where it publishes its public keys.' },
}

/** The noun with the actions that features add. */
export function clientNoun(extensions: readonly Extension[]): Noun<Parts> {
  return {
    name: noun,
    about: 'Apps that sign people in or call resource servers',
    commands: [
      create,
      show(extensions),
      ...others,
      previewCommand,
      ...extensions.flatMap(({ commands }) => commands),
    ],
  }
}

const create: Command<Parts> = {
  noun,
  verb: 'create',
  opens: 'provider',
  about: 'Registers a client and shows its metadata (RFC 7591). The client_secret is shown only now.',
  options: createOptions,
  examples: [
    'client create --name "My app" --redirect-uri https://app.example.com/callback',
    'client create --name "My phone app" --public --redirect-uri com.example.app:/callback',
    'client create --name "Bank app" --profile fapi2-security --jwks keys.json --redirect-uri https://bank.example.com/callback',
    'client create --name "TV app" --public --grant-type urn:ietf:params:oauth:grant-type:device_code',
    'client create --name "Nightly job" --grant-type client_credentials --resource https://api.example.com/ --scope "ledger:read"',
  ],
  run: async (...args) => (await actions()).create(...args),
}

function show(extensions: readonly Extension[]): Command<Parts> {
  return {
    noun,
    verb: 'show',
    opens,
    operand,
    about: 'Shows a client, without its secret.',
    examples: ['client show demo-app --json'],
    run: async (...args) => (await actions()).show(...args, extensions),
  }
}

const others: Command<Parts>[] = [
  {
    noun,
    verb: 'list',
    opens,
    about: 'Lists clients, newest first.',
    options: {
      limit: { value: 'COUNT', about: 'At most this many, 1 to 1000 (100).' },
      offset: { value: 'COUNT', about: 'Skips this many of the newest.' },
    },
    examples: ['client list', 'client list --json'],
    run: async (...args) => (await actions()).list(...args),
  },
  {
    noun,
    verb: 'disable',
    opens,
    operand,
    about: 'Disables a client: every endpoint refuses it until it is enabled.',
    examples: ['client disable demo-app'],
    run: async (...args) => (await actions()).disable(...args),
  },
  {
    noun,
    verb: 'enable',
    opens,
    operand,
    about: 'Enables a disabled client.',
    examples: ['client enable demo-app'],
    run: async (...args) => (await actions()).enable(...args),
  },
  {
    noun,
    verb: 'delete',
    opens,
    operand,
    about: 'Deletes a client and ends its access. This cannot be undone.',
    examples: ['client delete demo-app'],
    run: async (...args) => (await actions()).remove(...args),
  },
  {
    noun,
    verb: 'update',
    opens: 'provider',
    operand,
    about: 'Changes the metadata of a client that the file names.',
    options: {
      metadata: { value: 'FILE', about: 'Metadata by its registered names, a JSON file.', required: true },
    },
    examples: ['client update demo-app --metadata changes.json'],
    run: async (...args) => (await actions()).update(...args),
  },
  {
    noun,
    verb: 'rotate-secret',
    opens,
    operand,
    about: 'Replaces the secret of a client or resource server. The old one ends at once, or later.',
    options: {
      'overlap-hours': {
        value: 'HOURS',
        about: 'How long the old secret also works (0).',
      },
    },
    examples: ['client rotate-secret demo-app --json', 'client rotate-secret demo-app --overlap-hours 48'],
    run: async (...args) => (await actions()).rotateSecret(...args),
  },
]
