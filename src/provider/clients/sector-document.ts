/** When a client's sector document is fetched and compared (OpenID Connect Registration §5). */
import Provider from 'oidc-provider'

/**
 * True while a client registers or changes its metadata, and for one that is not registered yet: the command line checks it
 * first. Later the document may change or go away, and nobody who is signing in waits for it.
 */
export function comparesSectors(client: { clientIdIssuedAt?: number }): boolean {
  const { route } = Provider.ctx?.oidc ?? {}
  return route === 'registration' || route === 'client_update' || client.clientIdIssuedAt === undefined
}
