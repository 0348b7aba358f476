/** An error of an app as the API, the pages and the command line show it. */
import type { CountedError } from './client-errors.ts'

export function shownError(one: CountedError) {
  return {
    error: one.error,
    endpoint: one.endpoint,
    reason: one.reason ?? null,
    cause: one.cause ?? null,
    got: one.got ?? null,
    registered: one.registered ? [...one.registered] : null,
    times: one.times,
    first_at: new Date(one.firstAtMs).toISOString(),
    last_at: new Date(one.lastAtMs).toISOString(),
    request_id: one.requestId ?? null,
  }
}
