/** The other half of step-up authentication (RFC 9470 §4): what a resource server's challenge asks a new sign-in for. */

/** Parameters for the authorization request; nothing when a better sign-in is not what is missing. */
export function stepUpOf(response: Pick<Response, 'status' | 'headers'>): Record<string, string> | undefined {
  const challenge = response.headers.get('WWW-Authenticate') ?? ''
  const parameters = Object.fromEntries(
    [...challenge.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )
  if (response.status !== 401 || parameters['error'] !== 'insufficient_user_authentication') return undefined
  const { max_age, acr_values } = parameters
  return { ...(max_age && { max_age }), ...(acr_values && { acr_values }) }
}
