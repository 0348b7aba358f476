/** Addresses in answers, whatever a request or a proxy says about its host. */
import Provider from 'oidc-provider'

/** Every address in a response comes from the issuer, none from `Host` or `X-Forwarded-*`. */
export function fixAddresses(app: Pick<Provider, 'request'>, issuer: string): void {
  const { host, protocol } = new URL(issuer)
  Object.defineProperties(app.request, {
    host: { get: () => host },
    protocol: { get: () => protocol.slice(0, -1) },
  })
  if (!(app instanceof Provider)) return
  app.OIDCContext.prototype.urlFor = (name, options) => app.urlFor(name, options)
}
