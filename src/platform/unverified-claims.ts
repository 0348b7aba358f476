/** The claims of a JWT, read without verification. For tokens that are verified elsewhere, and for log entries. */
import { decodeJwt } from 'jose'

/** `undefined` for text that is not a JWT. */
export function unverifiedClaims(jwt: unknown): Record<string, unknown> {
  try {
    return decodeJwt(String(jwt))
  } catch {
    return {}
  }
}
