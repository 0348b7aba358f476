/** `limit`: who is limited now, and clearing a limit. */
import type { Noun } from '../../command-line/command.ts'

const actions = () => import('./limit-actions.ts')

const noun = 'limit'
const opens = 'api'

export const limit: Noun = {
  name: noun,
  about: 'Who is limited now, and clearing a limit',
  commands: [
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists who is limited now. With a network or an account: each of its counts.',
      options: {
        network: { value: 'NETWORK', about: 'An address, an IPv4 /24, an IPv6 /64 or /48.' },
        account: { value: 'ACCOUNT', about: 'An id, an address or a user name.' },
        kind: { value: 'KIND', about: 'One kind, such as registrations: limit rules has them.' },
      },
      notes: [
        'Without a network and an account it looks up those who are in the latest entries of the audit trail.',
      ],
      examples: ['limit list', 'limit list --network 203.0.113.7', 'limit list --account ann@example.com'],
      run: async (...args) => (await actions()).list(...args),
    },
    {
      noun,
      verb: 'clear',
      opens,
      operand: { name: 'ID', about: 'The id of a limit in the list.' },
      about: 'Clears a limit: the count begins anew, in every process within a second.',
      examples: ['limit clear registrations:203.0.113.0/24'],
      run: async (...args) => (await actions()).clear(...args),
    },
    {
      noun,
      verb: 'rules',
      opens,
      about: 'Lists the limits in effect, with the settings that change them.',
      examples: ['limit rules', 'limit rules --json'],
      run: async (...args) => (await actions()).rules(...args),
    },
  ],
}
