/** `import`: accounts and apps of another system, or our own export. */
import { FORMAT_NAMES } from '../../moving/formats/format-names.ts'
import type { Noun } from '../../command-line/command.ts'
import type { Parts } from '../../process/start/parts.ts'

const actions = () => import('./import-actions.ts')

export const importing: Noun<Parts> = {
  name: 'import',
  about: 'Takes accounts and apps over from another system, with hashes and secrets',
  commands: [
    {
      noun: 'import',
      opens: 'schema',
      operand: { name: 'FILE', about: 'What the other system exported; - reads standard input.' },
      about: 'Imports accounts and apps from a file. A second run of the same file changes nothing.',
      options: {
        format: {
          value: 'F',
          about: `${FORMAT_NAMES.join(', ')} (by the ending: .csv, .ndjson, .jsonl).`,
        },
        map: {
          value: 'COLUMN=FIELD',
          about: 'A column or path (profile.mail) and the field it is, for csv, ndjson and json.',
          many: true,
        },
        'dry-run': { about: 'Reports what an import would do, and imports nothing.' },
        verified: { about: 'Every address counts as confirmed where the file does not say.' },
        'without-unknown-hashes': {
          about: 'Imports an account without its password when this server cannot verify the hash.',
        },
        'firebase-hash': {
          value: 'FILE',
          about: 'The hash parameters of the Firebase project, a JSON file.',
        },
        'passphrase-file': {
          value: 'FILE',
          about: 'The passphrase of an export, as its first line. On a terminal, import asks.',
        },
        refused: { value: 'FILE', about: 'Where refused records are written (FILE.refused.ndjson).' },
      },
      notes: [
        'Fields: id, email, email_verified, name, given_name, family_name, username, locale, zoneinfo,',
        'password_hash, created_at, disabled, active, totp_secret (Base32 or an otpauth address), totp_enabled,',
        'totp_algorithm, totp_digits, totp_period, groups. Usual column names are found without --map. docs/migrating.md has a recipe for each system.',
      ],
      examples: [
        'import users.csv --map hashed_password=password_hash --dry-run',
        'import users.csv',
        'import realm.json --format keycloak',
        'import users.json --format firebase --firebase-hash hash.json',
      ],
      run: async (...args) => (await actions()).run(...args),
    },
  ],
}
