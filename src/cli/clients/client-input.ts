/** What was typed about a client. */
import { CLIENT_AUTH_METHODS, GRANT_TYPES, PROFILES } from '../../clients/client-choices.ts'
import type { ClientInput } from '../../clients/client-metadata.ts'
import { readJsonFile, usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { SIGNING_ALGS } from '../../platform/algorithms.ts'

/** What was named, over the file. Checked together later. */
export function chosenIn(input: Input): Record<string, unknown> {
  const described = input.text('metadata')
  const options = {
    client_name: input.text('name'),
    redirect_uris: input.texts('redirect-uri'),
    post_logout_redirect_uris: input.texts('post-logout-redirect-uri'),
    scope: input.text('scope'),
    grant_types: oneOf(input, 'grant-type', GRANT_TYPES),
    token_endpoint_auth_method: authMethod(input),
    allowed_resources: input.texts('resource'),
    first_party: input.flag('first-party') || undefined,
    profile: oneOf(input, 'profile', PROFILES)?.[0],
    id_token_signed_response_alg: oneOf(input, 'id-token-alg', SIGNING_ALGS)?.[0],
    jwks: readKeys(input.text('jwks')),
    jwks_uri: input.text('jwks-uri'),
  }
  const typed = Object.entries(options).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  return {
    ...(described === undefined ? {} : readMetadata(described)),
    ...Object.fromEntries(typed),
  }
}

export function pageIn(input: Input): { limit: number; skip: number | undefined } {
  return {
    limit: input.integer('limit', { min: 1, max: 1000 }) ?? 100,
    skip: input.integer('offset', { min: 0, max: 1_000_000_000 }),
  }
}

export function overlapHoursIn(input: Input): number {
  return input.integer('overlap-hours', { min: 0, max: 24 * 90 }) ?? 0
}

/** Checked together with the other metadata. */
export function readMetadata(file: string): Partial<ClientInput> {
  const read = readJsonFile('metadata', file)
  if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read
  throw usageError(`--metadata: ${file} holds no JSON object`)
}

function authMethod(input: Input): ClientInput['token_endpoint_auth_method'] {
  const [method] = oneOf(input, 'auth-method', CLIENT_AUTH_METHODS) ?? []
  if (!input.flag('public')) return method
  if (method && method !== 'none') throw usageError('a --public client needs --auth-method none')
  return 'none'
}

function oneOf<const Known extends string>(input: Input, option: string, known: readonly Known[]) {
  const typed = input.texts(option)
  const values = typed.map((value) => known.find((one) => one === value))
  if (values.includes(undefined)) throw usageError(`--${option} takes ${known.join(', ')}`)
  return typed.length > 0 ? values.filter((value) => value !== undefined) : undefined
}

function readKeys(file: string | undefined): ClientInput['jwks'] {
  // Checked together with the other metadata.
  return file === undefined ? undefined : (readJsonFile('jwks', file) as ClientInput['jwks'])
}
