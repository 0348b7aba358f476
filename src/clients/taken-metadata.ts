/** What a client may say of itself, in a registration or in its document. */
import { optionalFields } from './client-fields.ts'
import { withKnownTags } from '../words/tagged.ts'
import type { ClientInput } from './client-metadata.ts'

/** Everything else is ignored (RFC 7591 §2), what only the operator decides above all. */
const TAKEN = [
  'client_name',
  'application_type',
  'redirect_uris',
  'post_logout_redirect_uris',
  'scope',
  'grant_types',
  'response_types',
  'token_endpoint_auth_method',
  'id_token_signed_response_alg',
  'profile',
  ...Object.keys(optionalFields),
]

/** The taken names of a request, in which null and the empty string mean "not given" (RFC 7592 §2.2). */
export function takenMetadata(said: Record<string, unknown>): Partial<ClientInput> & { client_name: string } {
  const given = withKnownTags(said)
  const entries = TAKEN.filter((name) => Object.hasOwn(given, name)).map(
    (name) => [name, given[name]] as const,
  )
  const present = Object.fromEntries(entries.filter(([, value]) => value !== null && value !== ''))
  // A client may ask for the stricter rule; the looser one is the operator's to give.
  const strict = given['require_pkce'] === true && { require_pkce: true }
  return { client_name: nameFor(present), ...present, ...strict }
}

// A consent page needs a name. A client without one is named by the address that people return to.
function nameFor({ client_uri: site, redirect_uris: redirects }: Record<string, unknown>): string {
  const [first] = [site, redirects].flat().filter((value) => typeof value === 'string')
  const url = first === undefined ? null : URL.parse(first)
  return url?.host || url?.protocol.slice(0, -1) || 'Unnamed application'
}
