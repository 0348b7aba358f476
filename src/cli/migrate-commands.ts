/** `migrate`: the schema of the database. */
import type { Noun } from '../command-line/command.ts'

const actions = () => import('./migrate-actions.ts')

export const migrate: Noun = {
  name: 'migrate',
  about: 'Brings the schema of the database up to date',
  commands: [
    {
      noun: 'migrate',
      opens: 'database',
      about: 'Brings the schema up to date. A lock makes it safe to run several times, also in parallel.',
      examples: ['migrate', 'migrate --json'],
      run: async (...args) => (await actions()).migrate(...args),
    },
  ],
}
