/** `statistics`: what happened how often. */
import type { Noun } from '../../command-line/command.ts'

const noun = 'statistics'

export const statistics: Noun = {
  name: noun,
  about: 'Registrations, sign-ins, tokens and failures',
  commands: [
    {
      noun,
      opens: 'api',
      about:
        'Shows what happened how often. --json has the counts of each minute, quarter of an hour or day.',
      options: { period: { value: 'PERIOD', about: 'The last hour, day or month (day).' } },
      examples: ['statistics', 'statistics --period month --json'],
      run: async (...args) => (await import('./statistics-actions.ts')).show(...args),
    },
  ],
}
