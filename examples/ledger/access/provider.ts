/** The account server as the ledger knows it. Its metadata is read when first needed, so that either may start first. */
import * as oidc from 'openid-client'
import { Refusal } from '../books/refusal.ts'

export type Provider = () => Promise<oidc.Configuration>

const TIMEOUT_SECONDS = 5

/** @throws Refusal 503 from the answered function while the metadata cannot be read */
export function createProvider(
  issuer: string,
  { client_id, client_secret }: { client_id: string; client_secret: string },
): Provider {
  let known: Promise<oidc.Configuration> | undefined
  return () => {
    known ??= oidc
      .discovery(new URL(issuer), client_id, undefined, oidc.ClientSecretBasic(client_secret), {
        // openid-client insists on https; on this machine plain http is fine.
        execute: issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [],
        timeout: TIMEOUT_SECONDS,
      })
      .catch((cause: unknown) => {
        known = undefined
        throw outage(cause)
      })
    return known
  }
}

export function outage(cause: unknown): Refusal {
  return cause instanceof Refusal ? cause : new Refusal('temporarily_unavailable', undefined, { cause })
}
