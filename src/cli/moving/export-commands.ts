/** `export`: accounts for another system, or for another database of this one. */
import type { Noun } from '../../command-line/command.ts'

const actions = () => import('./export-actions.ts')

export const exporting: Noun = {
  name: 'export',
  about: 'Writes all accounts to a file, with their password hashes',
  commands: [
    {
      noun: 'export',
      opens: 'schema',
      operand: { name: 'FILE', about: 'The NDJSON file to write, readable by you alone (0600).' },
      about: 'Exports accounts with hashes, roles and consents. import takes the file back.',
      notes: [
        'A failure leaves an older file unchanged. Clients, keys, sessions and the audit trail are not in it.',
      ],
      examples: ['export accounts.ndjson'],
      run: async (...args) => (await actions()).run(...args),
    },
  ],
}
