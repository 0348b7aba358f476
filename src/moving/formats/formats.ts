/** Every format that an import reads. */
import { flatReader } from '../fields.ts'
import type { Mapping } from '../fields.ts'
import { readCsv } from '../files/read-csv.ts'
import { readElements } from '../files/read-elements.ts'
import { readLines } from '../files/read-lines.ts'
import type { FirebaseKey } from '../../passwords/vendor-hash.ts'
import { auth0 } from './auth0.ts'
import { firebase } from './firebase.ts'
import type { Format } from './format.ts'
import type { FormatName } from './format-names.ts'
import { keycloak } from './keycloak.ts'
import { logto } from './logto.ts'

export type FormatChoices = { mapping: Mapping; firebaseKey: FirebaseKey | undefined }

export function formatOf(name: FormatName, { mapping, firebaseKey }: FormatChoices): Format {
  const flat = { name, accounts: [''], ...flatReader(mapping) }
  const formats: Record<FormatName, Format> = {
    csv: { ...flat, read: readCsv, first: undefined, table: true },
    ndjson: { ...flat, read: readLines, first: '{', own: true },
    json: { ...flat, read: readElements, first: '[{', accounts: ['', 'users', 'accounts'] },
    keycloak,
    auth0,
    logto,
    firebase: firebase(firebaseKey),
  }
  return formats[name]
}
