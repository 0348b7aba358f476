/** The other half of step-up authentication (RFC 9470 §4): what a resource server's challenge asks a new sign-in for. */

const LONGEST = 4096

/** Parameters for the authorization request; nothing when a better sign-in is not what is missing. */
export function stepUpOf(response: Pick<Response, 'status' | 'headers'>): Record<string, string> | undefined {
  const challenge = response.headers.get('WWW-Authenticate') ?? ''
  // name="value", name="value": every second piece between quotes is a value, and its name ends the piece before.
  const pieces = challenge.slice(0, LONGEST).split('"')
  const parameters: Record<string, string> = {}
  for (let at = 0; at + 1 < pieces.length; at += 2) {
    const name = pieces[at]?.split(/[\s,]/).at(-1) ?? ''
    if (name.endsWith('=')) parameters[name.slice(0, -1)] = pieces[at + 1] ?? ''
  }
  if (response.status !== 401 || parameters['error'] !== 'insufficient_user_authentication') return undefined
  const { max_age, acr_values } = parameters
  return { ...(max_age && { max_age }), ...(acr_values && { acr_values }) }
}
