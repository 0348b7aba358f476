/** What a JWT says of itself, read without believing it: for what is checked elsewhere, or is only talked about. */
import { decodeJwt } from 'jose'

/** Nothing when it is none. */
export function unverifiedClaims(jwt: unknown): Record<string, unknown> {
  try {
    return decodeJwt(String(jwt))
  } catch {
    return {}
  }
}
