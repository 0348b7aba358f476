/** `export`: everything that moves to another database of this server, and accounts for another system. */
import type { Noun } from '../../command-line/command.ts'
import type { Parts } from '../../process/start/parts.ts'

const actions = () => import('./export-actions.ts')

export const exporting: Noun<Parts> = {
  name: 'export',
  about: 'Writes accounts, apps, resource servers and keys to a file',
  commands: [
    {
      noun: 'export',
      opens: 'schema',
      operand: { name: 'FILE', about: 'The NDJSON file to write, readable by you alone (0600).' },
      about:
        'Exports everything that moves: accounts with hashes, factors, roles and consents, clients, keys.',
      options: {
        'passphrase-file': {
          value: 'FILE',
          about: 'Its first line seals keys, secrets and second factors. On a terminal, export asks.',
        },
      },
      notes: [
        'Without a passphrase, keys, secrets and second factors are left out, and the answer says how many.',
        'import takes the file back. A failure leaves an older file unchanged.',
        'Sessions, tokens, mails on their way and the audit trail are not in it.',
      ],
      examples: ['export moving.ndjson --passphrase-file passphrase.txt', 'export accounts.ndjson'],
      run: async (...args) => (await actions()).run(...args),
    },
  ],
}
