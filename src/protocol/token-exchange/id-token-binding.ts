/**
 * Binds an ID token to the key or certificate of its sign-in. No standard does so, because an ID token gives no access.
 * But it can be exchanged for a token that does. Its `jti` (RFC 7519 §4.1.7) says what the access token was bound to,
 * so that the exchange can require the same.
 */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { randomToken } from '../../platform/tokens.ts'
import { replaceMember } from '../../provider/library/members.ts'

/** Thumbprints, as in `cnf` (RFC 9449 §6.1, RFC 8705 §3.1). */
export type Binding = { jkt?: string | undefined; 'x5t#S256'?: string | undefined }

const KINDS = ['jkt', 'x5t#S256'] as const
const RANDOM_BITS = 96
/** A base64url SHA-256 behind its kind. */
const MARK = /\.(jkt|x5t#S256)\.([\w-]{43})$/

type IdToken = {
  ctx?: KoaContextWithOIDC
  set: (claim: string, value: unknown) => void
}
type Issue = (this: IdToken, how: { use: string }) => Promise<string>

/** Adds the `jti` to ID tokens of this provider. Call it once per provider instance. */
export function markIdTokens(provider: Provider): void {
  replaceMember(
    provider,
    'IdToken#issue',
    (issue: Issue): Issue =>
      function markAndIssue(how) {
        const mark = how.use === 'idtoken' ? markOf(this.ctx) : undefined
        if (mark !== undefined) this.set('jti', mark)
        return issue.call(this, how)
      },
  )
}

/** The binding of a sign-in, from the `jti` of an ID token with a checked signature. */
export function bindingOfIdToken(jti: unknown): Binding {
  const [, kind, thumbprint] = MARK.exec(typeof jti === 'string' ? jti : '') ?? []
  return kind === undefined ? {} : { [kind]: thumbprint }
}

function markOf(ctx: KoaContextWithOIDC | undefined): string | undefined {
  const token: Binding = ctx?.oidc.entities.AccessToken ?? {}
  const kind = KINDS.find((one) => token[one] !== undefined)
  return kind && `${randomToken(RANDOM_BITS)}.${kind}.${token[kind]}`
}
