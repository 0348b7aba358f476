/** Decides when a client's sector document is fetched and compared (OpenID Connect Registration §5). */
import Provider from 'oidc-provider'

/**
 * True while a client registers or changes its metadata, and for a client that is not registered yet (the command line
 * checks it first). Later the document may change or vanish, and a sign-in does not wait for it.
 */
export function comparesSectors(client: { clientIdIssuedAt?: number }): boolean {
  const { route } = Provider.ctx?.oidc ?? {}
  return route === 'registration' || route === 'client_update' || client.clientIdIssuedAt === undefined
}
