/** `upgrade`: what the next release needs to know of the place where it is going to run. */
import type { Noun } from '../../command-line/command.ts'
import type { Parts } from '../../process/start/parts.ts'

export const upgrade: Noun<Parts> = {
  name: 'upgrade',
  about: 'What an upgrade would do here',
  commands: [
    {
      noun: 'upgrade',
      verb: 'check',
      opens: 'database',
      about: 'Says what an upgrade to this release does here, and what stops it. Changes nothing.',
      notes: [
        'Run it with the new release and the settings of the running one, before you replace a process.',
        'A setting that this release refuses is an error before the check begins. Exit code 1: something stops the upgrade.',
      ],
      examples: ['upgrade check', 'upgrade check --json'],
      run: async (...args) => (await import('./check.ts')).check(...args),
    },
  ],
}
