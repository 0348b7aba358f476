/** `account`: people's accounts, by id or e-mail address. */
import { ACCOUNT_STATES } from '../../accounts/search/account-states.ts'
import type { Api } from '../../command-line/api.ts'
import type { Noun, OptionSpec } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { pageOptions } from '../../command-line/page-options.ts'
import { accessCommands } from './access-commands.ts'
import { factorCommands } from './factor-commands.ts'
import type { Parts } from '../../process/start/parts.ts'

const actions = () => import('./account-actions.ts')
const noun = 'account'
const opens = 'api' as const
const operand = { name: 'ID_OR_EMAIL', about: 'The account, by its id, e-mail address or user name.' }

const usernameOption: Record<string, OptionSpec> = {
  username: {
    value: 'U',
    about: 'User name, also to sign in: letters, digits, dots, dashes and underscores.',
  },
}

const nameOptions: Record<string, OptionSpec> = {
  name: { value: 'N', about: 'Full name, as people see it.' },
  'given-name': { value: 'N', about: 'Given name, for apps that read it on its own.' },
  'family-name': { value: 'N', about: 'Family name, for apps that read it on its own.' },
}

const placeOptions: Record<string, OptionSpec> = {
  locale: { value: 'L', about: 'Language, as en-GB.' },
  zoneinfo: { value: 'Z', about: 'Time zone, as Europe/Berlin.' },
}

const roleOption: Record<string, OptionSpec> = {
  role: { value: 'ROLE', about: 'A role, as admin or support. `role list` shows them.', many: true },
}

export const account: Noun<Parts> = {
  name: noun,
  about: 'People who sign in',
  commands: [
    {
      noun,
      verb: 'create',
      opens,
      about: 'Adds an account without an activation mail.',
      options: {
        email: { value: 'E', about: 'E-mail address.', required: true },
        password: {
          value: 'P',
          about: 'Password. Other users of this machine can see it while the command runs.',
        },
        'password-stdin': { about: 'Reads the password from standard input, which other users cannot see.' },
        ...nameOptions,
        ...usernameOption,
        ...placeOptions,
        verified: { about: 'Marks the address as confirmed. Otherwise the person has to confirm it.' },
        ...roleOption,
      },
      notes: [
        'Arguments appear in process lists, in the shell history and in the output of npm. Prefer --password-stdin.',
        'It reads one line. A line break at the end is not part of the password.',
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
        search: {
          value: 'TEXT',
          about:
            'Only accounts with an address, a name, a user name or an id that begins with this text. @example.com: all of that domain.',
        },
        state: { value: 'STATE', about: `Only accounts in this state: ${ACCOUNT_STATES.join(', ')}.` },
        group: { value: 'GROUP', about: 'Only accounts in this group, by its id or name.' },
        role: { value: 'ROLE', about: 'Only accounts with this role.' },
        ...pageOptions,
      },
      notes: [
        'locked: after failures, sign-ins are refused for a while, at least from one network.',
        'Where the conditions leave out nearly all accounts, a page may be short or empty. `More` continues it.',
      ],
      examples: [
        'account list',
        'account list --search @example.com --limit 200 --json',
        'account list --state disabled --group Staff',
        'account list --role admin',
      ],
      run: async (...args) => (await actions()).list(...args),
    },
    {
      noun,
      verb: 'update',
      opens,
      operand,
      about: 'Changes the named fields of a profile. An empty value removes a field.',
      options: {
        ...nameOptions,
        ...usernameOption,
        ...placeOptions,
        email: { value: 'E', about: 'Another e-mail address. It ends all links that were mailed before.' },
        verified: { about: 'With --email: marks it as confirmed. Otherwise the person has to confirm it.' },
      },
      notes: ['The address before gets a notice, if it was confirmed. It cannot undo the change.'],
      examples: [
        'account update person@example.com --given-name Sample --family-name Person',
        'account update person@example.com --email sample@example.com --verified',
      ],
      run: async (...args) => (await actions()).update(...args),
    },
    {
      noun,
      verb: 'reset-password',
      opens: 'schema',
      operand,
      about: 'Sets a new password, prints it once, and ends all sessions and access of the account.',
      options: {
        'password-stdin': { about: 'Reads the new password from standard input instead of making one.' },
        mail: {
          about: 'Mails the person a link to choose a new password. Sessions end only when it is used.',
        },
      },
      notes: [
        'It works for every account, also for the last administrator. A disabled account stays disabled.',
        'The person gets a mail about the change.',
      ],
      examples: [
        'account reset-password admin@localhost.localdomain',
        'account reset-password person@example.com --password-stdin < password.txt',
        'account reset-password person@example.com --mail',
      ],
      run: async (...args) => (await import('./password-actions.ts')).resetPassword(...args),
    },
    onAccount('disable', 'disable', 'Ends all sessions and access of an account, and blocks its sign-in.'),
    onAccount(
      'enable',
      'enable',
      'Lets a disabled account sign in again. Ended sessions and access stay ended.',
    ),
    ...factorCommands({ noun, opens, operand }),
    onAccount('unlock', 'unlock', 'Lets a blocked person sign in again. Servers know it within a second.'),
    onAccount('end-sessions', 'endSessions', 'Ends all sessions and access of an account.'),
    ...accessCommands({ noun, opens, operand }),
    {
      noun,
      verb: 'remove-picture',
      opens,
      operand,
      about: 'Removes the picture of an account. Its address then answers 404.',
      examples: ['account remove-picture person@example.com'],
      run: async (...args) => (await actions()).removePicture(...args),
    },
    {
      noun,
      verb: 'set-roles',
      opens,
      operand,
      about: 'Gives an account exactly these roles. Without --role it has none.',
      options: roleOption,
      examples: [
        'account set-roles person@example.com --role admin',
        'account set-roles person@example.com --role support',
      ],
      run: async (...args) => (await actions()).setRoles(...args),
    },
    {
      noun,
      verb: 'delete',
      opens,
      operand,
      about: 'Deletes an account with its sessions, access and consents. This cannot be undone.',
      options: {
        later: {
          about:
            'Ends all sessions and access now, and deletes after ACCOUNT_DELETION_DAYS, as at the person’s wish.',
        },
      },
      notes: ['With --later the person gets a mail, and keeps the account by signing in before then.'],
      examples: ['account delete person@example.com', 'account delete person@example.com --later'],
      run: async (...args) => (await actions()).remove(...args),
    },
    {
      noun,
      verb: 'cancel-email',
      opens,
      operand,
      about: 'Cancels a change of address that waits for its confirmation.',
      examples: ['account cancel-email person@example.com'],
      run: async (...args) => (await actions()).cancelEmail(...args),
    },
    {
      noun,
      verb: 'export',
      opens: 'schema',
      operand,
      about: 'Writes all that is kept about a person into a file, as the person can download it.',
      options: {
        file: { value: 'FILE', about: 'A new file, which only you can read.', required: true },
      },
      notes: ['It has no passwords, keys or other secrets. The audit trail notes the export.'],
      examples: ['account export person@example.com --file person.json'],
      run: async (...args) => (await import('./export-actions.ts')).exportPerson(...args),
    },
    {
      noun,
      verb: 'keep',
      opens,
      operand,
      about: 'Cancels a deletion that waits.',
      examples: ['account keep person@example.com'],
      run: async (...args) => (await actions()).keep(...args),
    },
  ],
}

type Simple = 'disable' | 'enable' | 'unlock' | 'endSessions'

function onAccount(verb: string, action: Simple, about: string) {
  return {
    noun,
    verb,
    opens,
    operand,
    about,
    examples: [`account ${verb} person@example.com`],
    run: async (input: Input, api: Api) => (await actions())[action](input, api),
  }
}
