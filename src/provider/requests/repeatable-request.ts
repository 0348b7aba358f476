/** Decides which authorization requests may be sent through the browser again after their page was lost. */

type AcceptedRequest = {
  params: Record<string, unknown>
  parJti?: string | undefined
  trusted?: string[] | undefined
}

/**
 * The parameters to repeat. A request that was pushed or signed (RFC 9126, RFC 9101) is not repeated in the clear. Only
 * its client is kept, and the app has to begin anew.
 */
export function repeatable({ params, parJti, trusted }: AcceptedRequest): Record<string, unknown> {
  return parJti || trusted?.length ? { client_id: params['client_id'] } : params
}
