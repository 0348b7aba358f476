/**
 * What an operator needs to help the developer of an app that was refused: what came, and what is registered. It stands
 * in the log alone, under the id that the page shows or the answer carries in `X-Request-Id`; a stranger learns no more
 * than RFC 6749 allows.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'

type Client = NonNullable<KoaContextWithOIDC['oidc']['client']>
export type RefusalFacts = { got?: string | undefined; registered?: unknown }

const LONGEST = 300

/** What was compared, by the part of the error's words that names it. */
const COMPARED: [RegExp, parameter: string, (client: Client) => unknown][] = [
  [/post_logout_redirect_uri/, 'post_logout_redirect_uri', (client) => client.postLogoutRedirectUris],
  [/redirect_uri/, 'redirect_uri', (client) => client.redirectUris],
  [/grant type|grant_type/, 'grant_type', (client) => client.grantTypes],
  [/response_type/, 'response_type', (client) => client.responseTypes],
  [/response_mode/, 'response_mode', (client) => client['responseModes']],
  [/scope/, 'scope', (client) => client.scope],
  [/resource|target/, 'resource', (client) => client['allowed_resources']],
]

export function refusalFacts({ oidc }: KoaContextWithOIDC, error: Error): RefusalFacts {
  const { client, params } = oidc
  if (!client) return {}
  if (error.message === 'invalid_client') return { registered: client.clientAuthMethod }
  const said = `${error.message} ${'error_description' in error ? String(error.error_description) : ''}`
  const found = COMPARED.find(([words]) => words.test(said))
  if (!found) return {}
  const [, parameter, registeredOf] = found
  return { got: textOf(params?.[parameter]), registered: registeredOf(client) }
}

function textOf(value: unknown): string | undefined {
  const text = Array.isArray(value) ? value.join(' ') : value
  return typeof text === 'string' ? text.slice(0, LONGEST) : undefined
}
