/** `login` and `logout`: commands on a running server need a person, or a machine with credentials of its own. */
import type { Noun, OptionSpec } from '../../command-line/command.ts'

const actions = () => import('./login-actions.ts')
const server: OptionSpec = { value: 'URL', about: 'The address of the server, its issuer.', required: true }

export const login: Noun = {
  name: 'login',
  about: 'Signs you in at a running server, for commands with --server',
  commands: [
    {
      noun: 'login',
      opens: 'nothing',
      about: 'Signs you in at a running server. You allow it in a browser, on this machine or another.',
      options: { server },
      notes: [
        'It takes an administrator with a second factor. The sign-in counts for an hour (ADMIN_SIGN_IN_MINUTES).',
        'Tokens are kept in ~/.config/account-server/sign-ins.json (XDG_CONFIG_HOME), which only you can read.',
        'A machine has ACCOUNT_SERVER_TOKEN, or ACCOUNT_SERVER_CLIENT_ID and ACCOUNT_SERVER_CLIENT_SECRET_FILE.',
      ],
      examples: ['login --server https://accounts.example.com'],
      run: async (...args) => (await actions()).login(...args),
    },
  ],
}

export const logout: Noun = {
  name: 'logout',
  about: 'Ends the sign-in of login',
  commands: [
    {
      noun: 'logout',
      opens: 'nothing',
      about: 'Revokes the tokens of login, and removes them from this machine.',
      options: { server },
      examples: ['logout --server https://accounts.example.com'],
      run: async (...args) => (await actions()).logout(...args),
    },
  ],
}
