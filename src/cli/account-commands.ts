/** `account`: people's accounts, by id or e-mail address. */
import { ROLES } from '../accounts/role-names.ts'
import type { Noun, OptionSpec } from '../command-line/command.ts'

const actions = () => import('./account-actions.ts')
const noun = 'account'
const opens = 'schema'
const operand = { name: 'ID_OR_EMAIL', about: 'The account, by its id or its e-mail address.' }

const nameOptions: Record<string, OptionSpec> = {
  name: { value: 'N', about: 'Name as it is shown.' },
  'given-name': { value: 'N', about: 'Given name, for apps that ask for it alone.' },
  'family-name': { value: 'N', about: 'Family name, for apps that ask for it alone.' },
}

export const account: Noun = {
  name: noun,
  about: 'People who sign in',
  commands: [
    {
      noun,
      verb: 'create',
      opens,
      about: 'Adds an account, past the mail.',
      options: {
        email: { value: 'E', about: 'E-mail address.', required: true },
        password: { value: 'P', about: 'Password. Visible to every user of this machine while it runs.' },
        'password-stdin': { about: 'Read the password from standard input, which nobody else can see.' },
        ...nameOptions,
        verified: { about: 'The address counts as confirmed; otherwise the person has to confirm it.' },
        role: { value: 'ROLE', about: `Role in this service: ${ROLES.join(', ')}.`, many: true },
      },
      notes: [
        'Arguments show up in process lists, in the shell history and in what npm prints. Prefer --password-stdin.',
        'It takes one line; a line break at its end is not part of the password.',
      ],
      examples: [
        'account create --email person@example.com --password-stdin --verified < password.txt',
        'account create --email admin@example.com --password-stdin --verified --role admin < password.txt',
        'account create --email person@example.com --password "violet kettle 41" --name "Sample Person"',
      ],
      run: async (...args) => (await actions()).create(...args),
    },
    {
      noun,
      verb: 'show',
      opens,
      operand,
      about: 'Shows an account.',
      examples: ['account show person@example.com', 'account show person@example.com --json'],
      run: async (...args) => (await actions()).show(...args),
    },
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists accounts, newest first.',
      options: {
        search: { value: 'TEXT', about: 'Only those with this in their address or name.' },
        limit: { value: 'COUNT', about: 'At most this many, 1 to 200 (50).' },
        after: { value: 'NEXT', about: 'Go on where a list ended: its "next".' },
      },
      examples: ['account list', 'account list --search example.com --limit 200 --json'],
      run: async (...args) => (await actions()).list(...args),
    },
    {
      noun,
      verb: 'update',
      opens,
      operand,
      about: 'Changes the profile of an account; what is not named stays. An empty value removes it.',
      options: {
        ...nameOptions,
        username: { value: 'U', about: 'User name: letters, digits, dots, dashes and underscores.' },
        locale: { value: 'L', about: 'Language, as en-GB.' },
      },
      examples: ['account update person@example.com --given-name Sample --family-name Person'],
      run: async (...args) => (await actions()).update(...args),
    },
    {
      noun,
      verb: 'reset-password',
      opens,
      operand,
      about: 'Gives an account a new password, printed once, and ends all its sessions and access.',
      options: {
        'password-stdin': { about: 'Take the new password from standard input instead of making one.' },
        mail: { about: 'Mail the person a link to choose a new password; until then nothing ends.' },
      },
      notes: [
        'It works for every account, the only administrator and disabled accounts too. A disabled one stays disabled.',
        'The person gets a mail about the change.',
      ],
      examples: [
        'account reset-password admin@localhost.localdomain',
        'account reset-password person@example.com --password-stdin < password.txt',
        'account reset-password person@example.com --mail',
      ],
      run: async (...args) => (await actions()).resetPassword(...args),
    },
    {
      noun,
      verb: 'disable',
      opens,
      operand,
      about: 'Ends all sessions and access of an account at once and lets nobody sign in to it.',
      examples: ['account disable person@example.com'],
      run: async (...args) => (await actions()).disable(...args),
    },
    {
      noun,
      verb: 'enable',
      opens,
      operand,
      about: 'Lets a disabled account sign in again; what was ended stays ended.',
      examples: ['account enable person@example.com'],
      run: async (...args) => (await actions()).enable(...args),
    },
    {
      noun,
      verb: 'delete',
      opens,
      operand,
      about: 'Deletes an account with its sessions, access and consents. This cannot be undone.',
      examples: ['account delete person@example.com'],
      run: async (...args) => (await actions()).remove(...args),
    },
  ],
}
