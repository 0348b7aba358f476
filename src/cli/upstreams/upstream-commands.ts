/** `upstream`: other providers that people may sign in with. */
import type { Noun, OptionSpec } from '../../command-line/command.ts'
import { TEMPLATE_NAMES } from '../../upstreams/upstream-templates.ts'

const actions = () => import('./upstream-actions.ts')

const noun = 'upstream'
const opens = 'api'
const operand = { name: 'ID', about: 'The id of the upstream in the list.' }

const shared: Record<string, OptionSpec> = {
  label: { value: 'NAME', about: 'What people read on the button: "Continue with NAME".' },
  issuer: { value: 'URL', about: 'The issuer of an OpenID provider, as its discovery document has it.' },
  'client-id': { value: 'ID', about: 'What the provider calls this server.' },
  'client-secret-file': { value: 'FILE', about: 'A file with the secret that the provider gave out.' },
  scope: { value: '"S…"', about: 'Scopes to ask for ("openid email profile").' },
  'email-trust': {
    value: 'claim|always|never',
    about: 'Whether its addresses count as verified: when it says so (claim), each, or none.',
  },
  'sign-up': {
    value: 'create|link_only',
    about: 'Whether a first sign-in makes an account (create), or needs an account that is there.',
  },
  'for-client': {
    value: 'CLIENT',
    about: 'Only the sign-in page of this client has the button; "account" is the page without a client.',
    many: true,
  },
  'email-domain': { value: 'DOMAIN', about: 'Only verified addresses of this domain may come.', many: true },
  'mfa-level': { value: 'ACR', about: 'An acr of the provider that means a second factor.', many: true },
  'trust-mfa': { about: 'Its second factor counts here, so that no other one is asked for.' },
  'sign-out': {
    value: 'offer|always|never',
    about: 'Whether a sign-out here goes on there: if the person wants it (offer), each, or none.',
  },
  'frontchannel-logout': {
    about: 'A browser may say that somebody signed out there, for a provider without back-channel logout.',
  },
  metadata: {
    value: 'FILE',
    about: 'More fields as JSON: endpoints, mapping, parameters, token_endpoint_auth_method.',
  },
}

export const upstream: Noun = {
  name: noun,
  about: 'Other providers that people may sign in with',
  commands: [
    {
      noun,
      verb: 'add',
      opens,
      operand: {
        name: 'ID',
        about: 'A short name for it, such as github. It is part of the redirect address.',
      },
      about: 'Adds a provider. Shows the redirect address that has to be registered there.',
      options: {
        template: {
          value: TEMPLATE_NAMES.join('|'),
          about: 'A ready description. Other options replace its fields.',
        },
        ...shared,
      },
      examples: [
        'upstream add github --template github --client-id Iv1.0a1b2c --client-secret-file github.secret',
        'upstream add work --label "Example Corp" --issuer https://id.example.com --client-id as --client-secret-file work.secret --email-domain example.com',
      ],
      run: async (...args) => (await actions()).add(...args),
    },
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists all providers, with how many accounts are connected.',
      examples: ['upstream list', 'upstream list --json'],
      run: async (...args) => (await actions()).list(...args),
    },
    {
      noun,
      verb: 'show',
      opens,
      operand,
      about: 'Shows a provider, without its secret.',
      examples: ['upstream show github'],
      run: async (...args) => (await actions()).show(...args),
    },
    {
      noun,
      verb: 'update',
      opens,
      operand,
      about: 'Changes a provider. What is not named stays.',
      options: {
        ...shared,
        'all-clients': { about: 'Every sign-in page has the button.' },
        'all-domains': { about: 'Addresses of every domain may come.' },
        'ignore-mfa': { about: 'Its second factor does not count here.' },
        'ignore-frontchannel-logout': { about: 'No browser may say so.' },
        enable: { about: 'People may sign in with it again.' },
        disable: { about: 'Nobody may sign in with it. Connections stay.' },
      },
      examples: ['upstream update github --sign-up link_only', 'upstream update github --disable'],
      run: async (...args) => (await actions()).update(...args),
    },
    {
      noun,
      verb: 'test',
      opens: 'schema',
      operand,
      about: 'Asks a provider for its metadata and keys, and shows what is wrong.',
      notes: ['Ends with 2 when the provider does not answer, with 3 when its metadata does not fit.'],
      examples: ['upstream test github'],
      run: async (...args) => (await import('./upstream-test.ts')).test(...args),
    },
    {
      noun,
      verb: 'remove',
      opens,
      operand,
      about: 'Removes a provider and all connections with it. Accounts stay. This cannot be undone.',
      notes: ['Who has no password and no other connection sets a password with "Forgot your password?".'],
      examples: ['upstream remove github'],
      run: async (...args) => (await actions()).remove(...args),
    },
  ],
}
