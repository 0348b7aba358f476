/** What the folders inside provider/ own. Those of pages/ and protocol/ say it in their `*.feature.ts`. */
export const INSIDE_PROVIDER: Readonly<Record<string, string>> = {
  requests: 'Parameters of an authorization request: levels, hints, request objects, authorization details.',
  sessions: 'The browser session of the protocol, and its record for the account page.',
  subjects: 'The account behind a `sub`, pairwise or not, and our own JWT access tokens when they come back.',
  grants: 'What a grant allows and for how long: scopes in words, refresh, offline access.',
  refusals: 'What a refused app reads, and what the operator finds in the log.',
  clients: 'Clients as the library sees them: look-up, keys, documents, secrets, allowed resources.',
  endpoints: 'Addresses of the protocol, their metadata, and what is added to answers.',
  binding: 'Tokens bound to a key or a certificate, and client assertions.',
  checks: 'What is refused before the library looks: size, unknown scopes, missing PKCE.',
  records: 'The library’s storage on the grant store; all writes of a request are one step.',
  contract: 'What a feature may add to the library, and the current provider.',
  library:
    'Every replaced member, private module and inner step of the library, in three tables, checked at start.',
}
