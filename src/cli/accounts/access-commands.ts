/** The commands of `account` about where it is signed in, which apps have access, and ways back in. */
import type { Api } from '../../command-line/api.ts'
import type { Command } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import type { Parts } from '../../process/start/parts.ts'

const actions = () => import('./access-actions.ts')

type Common = Pick<Command<Parts>, 'noun' | 'operand'> & { opens: 'api' }

export function accessCommands(common: Common): readonly Command<Parts>[] {
  return [
    {
      ...common,
      verb: 'sessions',
      about: 'Lists where an account is signed in, newest first.',
      examples: ['account sessions person@example.com', 'account sessions person@example.com --json'],
      run: async (input: Input, api: Api) => (await actions()).sessions(input, api),
    },
    {
      ...common,
      verb: 'end-session',
      about: 'Ends one session of an account, with the apps that were signed in through it.',
      options: { session: { value: 'ID', about: 'The id that account sessions shows.', required: true } },
      examples: ['account end-session person@example.com --session 1c9bf04c'],
      run: async (input: Input, api: Api) => (await actions()).endSession(input, api),
    },
    {
      ...common,
      opens: 'provider',
      verb: 'apps',
      about: 'Lists the apps that an account gave access, the latest first.',
      examples: ['account apps person@example.com'],
      run: async (input: Input, api: Api) => (await actions()).apps(input, api),
    },
    {
      ...common,
      opens: 'provider',
      verb: 'revoke-app',
      about: 'Ends the access of an app to an account. It has to ask again.',
      options: {
        app: { value: 'CLIENT_ID', about: 'The client_id that account apps shows.', required: true },
      },
      examples: ['account revoke-app person@example.com --app demo-app'],
      run: async (input: Input, api: Api) => (await actions()).revokeApp(input, api),
    },
    ...wayBackCommands(common),
  ]
}

function wayBackCommands(common: Common): readonly Command<Parts>[] {
  return [
    {
      ...common,
      verb: 'verify',
      about: 'Marks the address of an account as confirmed. What was mailed to confirm it counts no longer.',
      notes: [
        'Be sure that the address is this person’s. Where somebody else may have registered it, use account send-reset:',
        'its link confirms the address as well, and the password of the registration ends.',
      ],
      examples: ['account verify person@example.com'],
      run: async (input: Input, api: Api) => (await import('./account-actions.ts')).verify(input, api),
    },
    {
      ...common,
      verb: 'send-reset',
      about: 'Mails the person a link to choose a new password. Nothing ends before it is used.',
      examples: ['account send-reset person@example.com'],
      run: async (input: Input, api: Api) => (await actions()).sendReset(input, api),
    },
  ]
}
