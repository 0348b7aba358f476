/**
 * Step-up authentication (RFC 9470) at a resource server: what weighs more needs a sign-in that is recent and strong
 * enough. The token says how and when the person signed in; the challenge says what to ask the account server for.
 */
export type Demand = {
  /** Seconds since the person signed in. */
  maxAgeSeconds: number
  /** Levels of authentication, any of which will do. */
  acrValues: readonly string[]
}

export type SignIn = { acr?: unknown; auth_time?: unknown }

export function meetsDemand(
  { maxAgeSeconds, acrValues }: Demand,
  { acr, auth_time: authTime }: SignIn,
): boolean {
  const recent = typeof authTime === 'number' && Date.now() / 1000 - authTime <= maxAgeSeconds
  return recent && acrValues.some((value) => value === acr)
}

/** The parameters of a `WWW-Authenticate` header with 401 (RFC 9470 §3). */
export function stepUpChallenge({ maxAgeSeconds, acrValues }: Demand): string {
  const description = 'sign in again, in one of these ways'
  return (
    `error="insufficient_user_authentication", error_description="${description}", ` +
    `max_age="${maxAgeSeconds}", acr_values="${acrValues.join(' ')}"`
  )
}
