/** `group`: groups of accounts, by name or id. */
import type { Api } from '../../command-line/api.ts'
import type { Noun, OptionSpec } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { pageOptions } from '../../command-line/page-options.ts'

const actions = () => import('./group-actions.ts')
const noun = 'group'
const opens = 'api' as const
const operand = { name: 'NAME_OR_ID', about: 'The group, by its name or its id.' }

const description: OptionSpec = { value: 'TEXT', about: 'What the group is for. An empty text removes it.' }

export const group: Noun = {
  name: noun,
  about: 'Groups of people, which apps read in the claim "groups"',
  commands: [
    {
      noun,
      verb: 'create',
      opens,
      about: 'Creates a group.',
      options: {
        name: {
          value: 'N',
          about: 'Its name, 1 to 100 characters. Case makes no other name.',
          required: true,
        },
        description,
      },
      examples: ['group create --name staff', 'group create --name "Night shift" --description "From 22:00"'],
      run: async (...args) => (await actions()).create(...args),
    },
    {
      noun,
      verb: 'show',
      opens,
      operand,
      about: 'Shows a group and a page of its members.',
      options: pageOptions,
      examples: ['group show staff', 'group show staff --limit 200 --json'],
      run: async (...args) => (await actions()).show(...args),
    },
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists groups by name, with how many members each has.',
      options: {
        search: { value: 'TEXT', about: 'Only groups with a name that begins with this text.' },
        ...pageOptions,
      },
      examples: ['group list', 'group list --search night --json'],
      run: async (...args) => (await actions()).list(...args),
    },
    {
      noun,
      verb: 'update',
      opens,
      operand,
      about: 'Gives a group another name or description. Apps see it at once.',
      options: { name: { value: 'N', about: 'Its new name.' }, description },
      examples: ['group update staff --name employees', 'group update staff --description ""'],
      run: async (...args) => (await actions()).update(...args),
    },
    onMembers('add', 'Adds accounts to a group. Those that are in it already stay.'),
    onMembers('remove', 'Removes accounts from a group.'),
    {
      noun,
      verb: 'delete',
      opens,
      operand,
      about: 'Deletes a group. Its members keep their accounts. This cannot be undone.',
      examples: ['group delete staff'],
      run: async (...args) => (await actions()).remove(...args),
    },
  ],
}

function onMembers(verb: 'add' | 'remove', about: string) {
  const account: OptionSpec = {
    value: 'ID_OR_EMAIL',
    about: 'An account, by its id, e-mail address or user name.',
    required: true,
    many: true,
  }
  return {
    noun,
    verb,
    opens,
    operand,
    about,
    options: { account },
    examples: [
      `group ${verb} staff --account person@example.com`,
      `group ${verb} staff --account person@example.com --account other@example.com`,
    ],
    run: async (input: Input, api: Api) =>
      (await actions())[verb === 'add' ? 'addMembers' : 'removeMembers'](input, api),
  }
}
