/** Why a sign-in at an upstream came to nothing. The person reads the reason in words of the pages, the operator the cause. */
import { AuthorizationResponseError } from 'oauth4webapi'

/**
 * - `cancelled`: the person said no there.
 * - `refused`: the provider refused for another reason.
 * - `down`: it does not answer, or not as agreed.
 * - `invalid`: its answer proves nothing: signature, issuer, nonce, subject or the like is wrong.
 * - `not_anew`: the app wants a new proof, and the provider did not ask for one.
 */
export type FailureReason = 'cancelled' | 'refused' | 'down' | 'invalid' | 'not_anew'

export class UpstreamFailure extends Error {
  readonly reason: FailureReason

  constructor(reason: FailureReason, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'UpstreamFailure'
    this.reason = reason
  }
}

/** Does the work. Its failures mean `reason`, unless the provider itself says more. */
export async function failing<T>(reason: FailureReason, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof UpstreamFailure) throw error
    if (error instanceof AuthorizationResponseError) throw ofAnswer(error)
    throw new UpstreamFailure(reason, error instanceof Error ? error.message : 'unknown', { cause: error })
  }
}

/** RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6. */
function ofAnswer(error: AuthorizationResponseError): UpstreamFailure {
  const { error: code } = error
  const reason =
    code === 'access_denied'
      ? 'cancelled'
      : code === 'server_error' || code === 'temporarily_unavailable'
        ? 'down'
        : 'refused'
  return new UpstreamFailure(reason, `it answered ${code.slice(0, 100)}`, { cause: error })
}
