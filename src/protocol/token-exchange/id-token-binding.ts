/**
 * The key or certificate of the sign-in that an ID token comes from. An ID token is no bearer of access, so no standard
 * binds it; but it can be exchanged for a token that is. Its `jti` (RFC 7519 §4.1.7) says what the access token beside it
 * was bound to, and so the exchange can ask for the same.
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

/** Marks the ID tokens of this provider. Call once per provider instance. */
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

/** What the sign-in was bound to, by the `jti` of an ID token whose signature was checked. */
export function bindingOfIdToken(jti: unknown): Binding {
  const [, kind, thumbprint] = MARK.exec(typeof jti === 'string' ? jti : '') ?? []
  return kind === undefined ? {} : { [kind]: thumbprint }
}

function markOf(ctx: KoaContextWithOIDC | undefined): string | undefined {
  const token: Binding = ctx?.oidc.entities.AccessToken ?? {}
  const kind = KINDS.find((one) => token[one] !== undefined)
  return kind && `${randomToken(RANDOM_BITS)}.${kind}.${token[kind]}`
}
