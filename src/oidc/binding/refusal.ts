/** Why a token was refused for the key or certificate it is bound to: the library keeps that to itself as `invalid_grant`. */
import type { KoaContextWithOIDC } from 'oidc-provider'

/** What tells the client's developer what to change, and nobody anything about the code or token that was presented. */
const EXPLAINED = new Map([
  ['DPoP proof JWT not provided', 'a DPoP proof is needed: this client is registered for DPoP-bound tokens'],
  ['DPoP proof JWT Replay detected', 'the DPoP proof was used before: make a new one for each request'],
  ['mutual TLS client certificate not provided', 'a client certificate is needed: see mtls_endpoint_aliases'],
  [
    'failed jkt verification',
    'the DPoP proof is missing or made with another key than the grant is bound to',
  ],
  ['failed x5t#S256 verification', 'the client certificate is another than the grant is bound to'],
])

type Refusal = { error_detail?: string | undefined }

/** Puts the reason into the answer that the library has prepared. */
export function explainRefusal(ctx: KoaContextWithOIDC, { error_detail: detail }: Refusal): void {
  const reason = EXPLAINED.get(detail ?? '')
  const { body } = ctx as { body: unknown }
  const isAnswer = typeof body === 'object' && body !== null && 'error' in body
  if (reason && isAnswer && body.error === 'invalid_grant') ctx.body = { ...body, error_description: reason }
}
