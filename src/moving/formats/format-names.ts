/** Names of the formats. Imports nothing: the command line's help lists them. */

export const FORMAT_NAMES = ['csv', 'ndjson', 'json', 'keycloak', 'auth0', 'logto', 'firebase'] as const
export type FormatName = (typeof FORMAT_NAMES)[number]

const ENDINGS: Readonly<Record<string, FormatName>> = { csv: 'csv', ndjson: 'ndjson', jsonl: 'ndjson' }

/** By the ending of the file's name; `.json` says too little. */
export function formatByName(file: string): FormatName | undefined {
  return ENDINGS[file.slice(file.lastIndexOf('.') + 1).toLowerCase()]
}
