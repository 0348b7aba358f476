/** `backup` and `restore`: the database file of an embedded server. */
import type { Noun } from '../../command-line/command.ts'
import type { Parts } from '../../process/start/parts.ts'

const actions = () => import('./backup-actions.ts')

export const backup: Noun<Parts> = {
  name: 'backup',
  about: 'Copies the database of an embedded server while it runs',
  commands: [
    {
      noun: 'backup',
      opens: 'database',
      operand: { name: 'FILE', about: 'Where the copy is written, readable by you alone (0600).' },
      about: 'Writes a whole and consistent copy of the database. The server may run meanwhile.',
      notes: [
        'Keep secret.key of the data folder as well, in another place: the copy cannot be used without it.',
        'A failure leaves an older file unchanged.',
      ],
      examples: ['backup accounts.sqlite'],
      run: async (...args) => (await actions()).backUp(...args),
    },
  ],
}

export const restore: Noun<Parts> = {
  name: 'restore',
  about: 'Puts a copy back as the database of an embedded server',
  commands: [
    {
      noun: 'restore',
      opens: 'settings',
      operand: { name: 'FILE', about: 'A file that backup wrote.' },
      options: { force: { about: 'Replaces an existing database. The old file is kept beside it.' } },
      about: 'Restores a copy. The server must not run meanwhile.',
      examples: ['restore accounts.sqlite', 'restore accounts.sqlite --force'],
      run: async (...args) => (await actions()).restore(...args),
    },
  ],
}
