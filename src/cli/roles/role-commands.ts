/** `role`: what people may do in the administration. */
import { ADMIN_SCOPES } from '../../accounts/roles/admin-scopes.ts'
import type { Noun, OptionSpec } from '../../command-line/command.ts'

const actions = () => import('./role-actions.ts')
const noun = 'role'
const opens = 'api'
const operand = { name: 'NAME', about: 'The role, by its name.' }
const options: Record<string, OptionSpec> = {
  description: { value: 'TEXT', about: 'What the role is for. An empty text removes it.' },
  scope: {
    value: 'SCOPE',
    about: `What it allows: ${ADMIN_SCOPES.join(', ')}.`,
    many: true,
  },
}
const NOTE = 'A role without a scope is for apps alone. They read it in the claim "roles".'

export const role: Noun = {
  name: noun,
  about: 'What people may do in the administration',
  commands: [
    {
      noun,
      verb: 'create',
      opens,
      about: 'Creates a role.',
      options: {
        name: {
          value: 'N',
          about: 'Its name: small letters, digits, hyphens and underscores. It never changes.',
          required: true,
        },
        ...options,
      },
      notes: [NOTE, 'Who may do everything has the role admin, which is built in.'],
      examples: [
        'role create --name auditors --description "Read the trail" --scope audit:read',
        'role create --name editors',
      ],
      run: async (...args) => (await actions()).create(...args),
    },
    {
      noun,
      verb: 'show',
      opens,
      operand,
      about: 'Shows a role and what it allows.',
      examples: ['role show support', 'role show support --json'],
      run: async (...args) => (await actions()).show(...args),
    },
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists roles by name, with how many accounts have each.',
      examples: ['role list', 'role list --json'],
      run: async (...args) => (await actions()).list(...args),
    },
    {
      noun,
      verb: 'update',
      opens,
      operand,
      about: 'Changes what is named. With --scope the role allows exactly these.',
      options: { ...options, 'no-scopes': { about: 'The role allows nothing in the administration.' } },
      notes: [NOTE, 'It counts at the next request of everybody who has the role.'],
      examples: [
        'role update support --scope accounts:read --scope accounts:support',
        'role update support --description "Night shift"',
      ],
      run: async (...args) => (await actions()).update(...args),
    },
    {
      noun,
      verb: 'delete',
      opens,
      operand,
      about: 'Deletes a role. Everybody who has it loses it. This cannot be undone.',
      examples: ['role delete support'],
      run: async (...args) => (await actions()).remove(...args),
    },
  ],
}
