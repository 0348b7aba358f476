/** Builds every address in an answer from the issuer, never from the request or a proxy. */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { provenAddress } from '../binding/mtls.ts'
import type { MtlsSettings } from '../binding/mtls.ts'
import { replaceMember } from '../library/members.ts'

type Context = KoaContextWithOIDC['oidc'] & { ctx: KoaContextWithOIDC }
type UrlFor = (this: Context, name: string, options?: Parameters<Context['urlFor']>[1]) => string

/** Every address in a response comes from the issuer, none from `Host` or `X-Forwarded-*`. */
export function fixAddresses(provider: Provider, mtls: MtlsSettings | undefined): void {
  const { issuer } = provider
  fixHost(provider, issuer)
  const urlFor: UrlFor = function (name, options) {
    const address = provider.urlFor(name, options)
    return name === this.route ? provenAddress(this.ctx, address, { issuer, mtls }) : address
  }
  replaceMember(provider, 'OIDCContext#urlFor', () => urlFor)
}

/** The same for what Koa itself says about the host of a request. */
export function fixHost(app: Pick<Provider, 'request'>, issuer: string): void {
  const { host, protocol } = new URL(issuer)
  Object.defineProperties(app.request, {
    host: { value: host },
    protocol: { value: protocol.slice(0, -1) },
  })
}
