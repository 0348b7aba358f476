/** `invite` and `registration`: who may register, and who waits for an answer. */
import type { Noun } from '../../command-line/command.ts'

const actions = () => import('./registration-actions.ts')
const opens = 'api'
const operand = { name: 'EMAIL_OR_ID', about: 'The account that waits, by address, user name or id.' }

export const invite: Noun = {
  name: 'invite',
  about: 'Invitations to register',
  commands: [
    {
      noun: 'invite',
      verb: 'create',
      opens,
      about: 'Makes an invitation for one account. The link is shown only now.',
      options: {
        email: { value: 'E', about: 'The only address that may use it (any).' },
        role: { value: 'R', about: 'A role that the account gets, as admin or support. Needs --email.' },
        group: { value: 'NAME_OR_ID', about: 'A group that the account joins.', many: true },
        days: { value: 'DAYS', about: 'How long it may be used, 1 to 365 (7).' },
        mail: { about: 'Mails the link to --email.' },
      },
      notes: ['It works in every mode of ACCOUNT_REGISTRATION except closed.'],
      examples: [
        'invite create',
        'invite create --email person@example.com --group staff --days 30 --mail',
        'invite create --email boss@example.com --role admin --json',
      ],
      run: async (...args) => (await actions()).create(...args),
    },
    {
      noun: 'invite',
      verb: 'list',
      opens,
      about: 'Lists invitations, newest first. Never shows their links.',
      examples: ['invite list'],
      run: async (...args) => (await actions()).list(...args),
    },
    {
      noun: 'invite',
      verb: 'revoke',
      opens,
      operand: { name: 'ID', about: 'The id of the invitation in the list.' },
      about: 'Revokes an invitation that nobody has used.',
      examples: ['invite revoke 6f1ed002-ab12-4a5c-9d3e-0c1f2e3d4b5a'],
      run: async (...args) => (await actions()).revoke(...args),
    },
  ],
}

export const registration: Noun = {
  name: 'registration',
  about: 'People who registered and wait for an answer',
  commands: [
    {
      noun: 'registration',
      verb: 'list',
      opens,
      about: 'Lists the accounts that wait for an approval, the oldest first.',
      examples: ['registration list', 'registration list --json'],
      run: async (...args) => (await actions()).waiting(...args),
    },
    {
      noun: 'registration',
      verb: 'approve',
      opens,
      operand,
      about: 'Lets an account that waits sign in, and mails its person.',
      examples: ['registration approve person@example.com'],
      run: async (...args) => (await actions()).approve(...args),
    },
    {
      noun: 'registration',
      verb: 'refuse',
      opens,
      operand,
      about: 'Deletes an account that waits, and mails its person.',
      examples: ['registration refuse person@example.com'],
      run: async (...args) => (await actions()).refuse(...args),
    },
  ],
}
