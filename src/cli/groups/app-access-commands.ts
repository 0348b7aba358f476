/** `client set-groups`: who may use an app. */
import type { Extension } from '../../command-line/command.ts'

const actions = () => import('./app-access-actions.ts')

export const appAccessCommands: Extension = {
  commands: [
    {
      noun: 'client',
      verb: 'set-groups',
      opens: 'provider',
      operand: { name: 'CLIENT_ID', about: 'The client_id of the client.' },
      about: 'Lets only members of these groups use a client. Without --group everybody may use it.',
      options: {
        group: { value: 'NAME_OR_ID', about: 'A group, by its name or its id.', many: true },
      },
      notes: ['What others got of the client ends within seconds.'],
      examples: [
        'client set-groups demo-app --group staff --group "Night shift"',
        'client set-groups demo-app',
      ],
      run: async (...args) => (await actions()).setGroups(...args),
    },
  ],
  shown: async (...args) => (await actions()).groupsOf(...args),
}
