/**
 * Protected resource metadata (RFC 9728): tells a client that has no token which authorization server gives one, for
 * which resource and scopes. MCP clients begin here.
 */
type Described = { issuer: string; identifier: string; scopes: string[] }

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** The path where the document is served: the well-known path comes before the identifier's own (RFC 9728 §3.1). */
export function metadataPath(identifier: string): string {
  const { pathname } = new URL(identifier)
  return WELL_KNOWN + (pathname === '/' ? '' : pathname)
}

export function resourceMetadata({ issuer, identifier, scopes }: Described) {
  return {
    resource: identifier,
    authorization_servers: [issuer],
    scopes_supported: scopes,
    bearer_methods_supported: ['header'],
  }
}

/** The parameter of a challenge that leads to the document (RFC 9728 §5.1). */
export function metadataHint(identifier: string): string {
  return `resource_metadata="${new URL(metadataPath(identifier), identifier).href}"`
}
