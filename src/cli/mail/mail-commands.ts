/** `mail`: whether mails leave and arrive, and the queue. */
import type { Noun } from '../../command-line/command.ts'
import type { Parts } from '../../process/start/parts.ts'
import { FAULTS } from './faults.ts'
import { queueCommands } from './queue-commands.ts'

const noun = 'mail'

export const mail: Noun<Parts> = {
  name: noun,
  about: 'Whether mails leave and arrive, and the queue',
  commands: [
    {
      noun,
      verb: 'doctor',
      opens: 'schema',
      about:
        'Checks the way of a mail: the mail server with TLS and login, the queue, and the DNS records of the sender.',
      options: {
        to: { value: 'ADDRESS', about: 'Also sends a test letter to this address, through the queue.' },
        wait: { value: 'SECONDS', about: 'How long a worker may take for the letter, 1 to 300 (20).' },
        'dkim-selector': { value: 'NAME', about: 'The DKIM selector that the mail server signs with.' },
        'dns-server': {
          value: 'ADDRESS',
          about: 'Asks this name server for the records, such as 192.0.2.53 or 192.0.2.53:5353.',
        },
      },
      notes: [
        'A worker delivers the letter. When none does in time, or it fails, the command sends it itself and shows the answer.',
        'The exit code names the first fault:',
        ...Object.entries(FAULTS).map(([name, { exitCode }]) => `  ${exitCode}  ${name}`),
      ],
      examples: ['mail doctor', 'mail doctor --to me@example.com --dkim-selector s1', 'mail doctor --json'],
      run: async (...args) => (await import('./doctor.ts')).doctor(...args),
    },
    ...queueCommands,
  ],
}
