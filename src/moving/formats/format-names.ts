/** Names of the formats. Imports nothing: the command line's help lists them. */

export const FORMAT_NAMES = ['csv', 'ndjson', 'json', 'keycloak', 'auth0', 'logto', 'firebase'] as const
export type FormatName = (typeof FORMAT_NAMES)[number]

const ENDINGS: Readonly<Record<string, FormatName>> = { csv: 'csv', ndjson: 'ndjson', jsonl: 'ndjson' }

/** Their columns are named by the file, so `--map` can say which is which. */
export const MAPPED_FORMATS: ReadonlySet<FormatName> = new Set(['csv', 'ndjson', 'json'])

/** By the ending of the file's name, also before `.gz`; `.json` says too little. */
export function formatByName(file: string): FormatName | undefined {
  const unpacked = file.replace(/\.gz$/i, '')
  return ENDINGS[unpacked.slice(unpacked.lastIndexOf('.') + 1).toLowerCase()]
}
