/** What changes of one's own factors need: the password, or a sign-in of the last minutes. */
import { z } from 'zod'
import { confirmPassword } from '../../accounts/journeys/sign-in.ts'
import { LEVELS } from '../../accounts/levels.ts'
import { isPasskeyAlone } from '../../accounts/passkeys/passkey.ts'
import { isRecentProof, isWithoutFactor, RECENT_PROOF_MS } from '../../factors/recent-proof.ts'
import type { ApiRequest, ApiToken, Problem } from '../../operations/operation.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { methodsOfSession } from '../../sessions/account-sessions.ts'
import { ownerOf } from './owner.ts'

/** The age of a sign-in that is enough without the password. */
export const RECENT_SIGN_IN_SECONDS = RECENT_PROOF_MS / SECOND_MS

export const proof = z.strictObject({
  current_password: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .describe(
      'Not needed when the sign-in of the token is at most ten minutes old, and newer than the factors.',
    ),
})

export const PROOF_PROBLEMS: Record<string, Problem> = {
  insufficient_user_authentication: {
    status: 401,
    when: 'The sign-in is too old. Send the password, or ask for a token with the max_age in WWW-Authenticate. Or, for a change of factors, it was without the second factor: ask for a token with acr_values=urn:account-server:acr:second-factor.',
  },
  password_wrong: { status: 422, when: 'This is not the current password.' },
  too_many_attempts: {
    status: 429,
    when: 'Too many passwords were wrong. Retry-After says when to try again.',
  },
  hashing_busy: {
    status: 503,
    when: 'Too many passwords wait to be hashed. Retry-After says when to try again.',
  },
}

/**
 * For a change of factors: also the second factor that the account has.
 * @throws AppError as `assertProven`
 */
export async function assertFactorProven(
  needs: Services,
  request: Parameters<typeof assertProven>[1],
): Promise<void> {
  const { level, signedInAtSeconds = 0 } = request.token
  const signIn = { level, signedInAtMs: signedInAtSeconds * SECOND_MS }
  if (await isWithoutFactor(needs.db, ownerOf(request.token).id, signIn))
    throw new AppError(
      'insufficient_user_authentication',
      401,
      `The sign-in was without the second factor. Ask for a token with acr_values=${LEVELS[1]}.`,
    )
  await assertProven(needs, request)
}

/**
 * For a first password, as on the page for it: a recent sign-in with a passkey alone, which verified the person. A sign-in at
 * another provider is no such proof, nor a passkey that was the second step after one (decision 0032). A token without its
 * session does not say how the person signed in.
 * @throws AppError 401 `insufficient_user_authentication`
 */
export async function assertPasskeyProven(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  token: ApiToken,
): Promise<void> {
  const { id } = ownerOf(token)
  const { sessionUid, signedInAtSeconds = 0 } = token
  const amr = sessionUid === undefined ? undefined : await methodsOfSession(db, id, sessionUid)
  if (isPasskeyAlone(amr) && (await isRecentProof(db, id, signedInAtSeconds * SECOND_MS, clock()))) return
  throw new AppError(
    'insufficient_user_authentication',
    401,
    `Ask for a token with prompt=login and max_age=${RECENT_SIGN_IN_SECONDS}, and sign in with a passkey alone.`,
  )
}

/** @throws AppError 401 `insufficient_user_authentication`, 422 `password_wrong`, 429 `too_many_attempts` */
export async function assertProven(
  needs: Services,
  { token, body, ip }: Pick<ApiRequest<unknown, unknown, z.output<typeof proof>>, 'token' | 'body' | 'ip'>,
): Promise<void> {
  const { id } = ownerOf(token)
  const { current_password: password } = body
  if (password !== undefined) {
    // So the person's list of sign-ins names the app.
    return assertPassword(needs, id, { password, ip, from: { client: token.clientId } })
  }
  const provenAtMs = (token.signedInAtSeconds ?? 0) * SECOND_MS
  if (await isRecentProof(needs.db, id, provenAtMs, needs.clock())) return
  throw new AppError(
    'insufficient_user_authentication',
    401,
    `Send current_password, or ask for a token with max_age=${RECENT_SIGN_IN_SECONDS} or less.`,
  )
}

async function assertPassword(needs: Services, id: string, given: Parameters<typeof confirmPassword>[2]) {
  const confirmed = await confirmPassword(needs, id, given)
  if (confirmed.ok) return
  if (confirmed.reason === 'wrong')
    throw new AppError('password_wrong', 422, 'This is not the current password.')
  const { retryAfterSeconds } = confirmed
  throw new AppError('too_many_attempts', 429, 'Too many passwords were wrong.', { retryAfterSeconds })
}
