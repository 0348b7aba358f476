/** Lets registrations and resets pass where their network has no challenge to solve, or has solved one. */
import { takePass } from '../../attempts/mailbox-pass.ts'
import { issuePuzzle, takeSolution } from '../../attempts/puzzle.ts'
import type { Puzzle } from '../../attempts/puzzle.ts'
import { networkState } from '../../attempts/wide-failures.ts'
import { AppError, Overload } from '../../platform/errors.ts'
import { lookupEmail } from '../../platform/email.ts'
import type { Services } from '../../services.ts'
import type { Proof } from './counted-attempt.ts'

/** 403 `challenge_required`, with a puzzle that a program can solve. */
export class ChallengeRequired extends AppError {
  readonly puzzle: Puzzle

  constructor(puzzle: Puzzle) {
    super(
      'challenge_required',
      403,
      'This network has to solve a challenge. Solve it, and send the request again.',
    )
    this.name = 'ChallengeRequired'
    this.puzzle = puzzle
  }
}

/**
 * Uses a proof up, where one is needed. The address is the text as it was sent. Never inside a transaction.
 * @throws ChallengeRequired, and Overload `too_many_requests` for a network over its second limit
 */
export async function passChallenge(
  needs: Services,
  { email, ip, proof = {} }: { email: string; ip: string; proof?: Proof | undefined },
): Promise<void> {
  const { challenge, waitSeconds } = await networkState(needs, ip, needs.clock())
  if (!challenge) return
  if (waitSeconds !== undefined) throw new Overload('too_many_requests', waitSeconds)
  const { pass, solution } = proof
  if (pass !== undefined && (await takePass(needs, { pass, of: lookupEmail(email) }))) return
  if (solution !== undefined && (await takeSolution(needs, { solution, address: email, ip }))) return
  throw new ChallengeRequired(issuePuzzle(needs, ip))
}
