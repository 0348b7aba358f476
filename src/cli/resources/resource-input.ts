/** What was typed about a resource server. */
import { readJsonFile, usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { SIGNING_ALGS } from '../../platform/algorithms.ts'
import type { SigningAlg } from '../../platform/algorithms.ts'
import type { DetailsTypeInput } from '../../resources/details-type.ts'
import type { Resource, ResourceChanges, ResourceInput } from '../../resources/resources.ts'

export function wantedOf(input: Input): ResourceInput {
  return {
    identifier: input.text('identifier') ?? '',
    format: formatOf(input.text('format')),
    ...inputOf(input),
  }
}

export function changesOf(input: Input): ResourceChanges {
  const { name, scope, ...rest } = inputOf(input)
  return { ...(name && { name }), ...(scope !== undefined && { scope }), ...rest }
}

function inputOf(input: Input) {
  return {
    name: input.text('name'),
    scope: input.text('scope'),
    scope_texts: Object.fromEntries(input.texts('scope-text').map(scopeText)),
    access_token_alg: algOf(input.text('access-token-alg')),
    access_token_ttl_seconds: input.integer('access-token-seconds', { min: 10, max: 86_400 }),
    // Checked together with the other values.
    authorization_details_types: input
      .texts('authorization-details-type')
      .map((file) => readJsonFile('authorization-details-type', file) as DetailsTypeInput),
  }
}

function scopeText(typed: string): [string, string] {
  const at = typed.indexOf('=')
  if (at < 1) throw usageError('--scope-text takes a scope and its words: "ledger:read=See your balance"')
  return [typed.slice(0, at), typed.slice(at + 1).trim()]
}

function formatOf(typed: string | undefined): Resource['accessTokenFormat'] | undefined {
  if (typed === undefined || typed === 'opaque' || typed === 'jwt') return typed
  throw usageError('--format takes opaque or jwt')
}

function algOf(typed: string | undefined): SigningAlg | undefined {
  const known = SIGNING_ALGS.find((alg) => alg === typed)
  if (typed !== undefined && !known) throw usageError(`--access-token-alg takes ${SIGNING_ALGS.join(', ')}`)
  return known
}
