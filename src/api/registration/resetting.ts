/** A forgotten password: asks for the mail, and sets the new one. Setting it ends all sessions and access of the account. */
import { z } from 'zod'
import { completeReset, requestReset } from '../../accounts/journeys/password-reset.ts'
import type { ResetDone } from '../../accounts/journeys/password-reset.ts'
import { ANSWER_STEP_MS, evenly } from '../../attempts/even-timing.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import type { Services } from '../../services.ts'
import {
  browser,
  accountAt,
  CHOSEN_PROBLEMS,
  common,
  email,
  ip,
  isTokenOrAddress,
  mailed,
  MAILED_PROBLEMS,
  password,
  personBehind,
  proofOfWork,
  CHALLENGED,
  refusal,
  TOKEN_OR_ADDRESS,
} from './passed-on.ts'

const given = z
  .strictObject({
    ...mailed,
    new_password: password,
  })
  .refine(isTokenOrAddress, TOKEN_OR_ADDRESS)
  .refine((body) => body.code !== undefined || (body.token !== undefined && body.browser !== undefined), {
    path: ['code'],
    error: 'Send the code from the mail or, with a token, browser.',
  })

export function resettingOperations(needs: Services): readonly Operation[] {
  return [
    operation({
      ...common,
      id: 'requestReset',
      method: 'post',
      path: '/password-resets',
      summary: 'Mail a link to choose a new password',
      creates: true,
      body: z.strictObject({ email, browser, ip, proof_of_work: proofOfWork }),
      answer: { status: 202, description: 'Accepted. The answer is the same for every address.' },
      problems: CHALLENGED,
      async handle(request) {
        const { email, browser, proof_of_work: solution } = request.body
        const ip = await personBehind(needs, request)
        await requestReset(needs, { email, browser, ip, proof: { solution } })
        return { body: undefined }
      },
    }),
    operation({
      ...common,
      id: 'completeReset',
      method: 'post',
      path: '/password-resets/complete',
      summary: 'Set the new password',
      description: 'Ends all sessions and access of the account, and signs nobody in.',
      body: given,
      answer: { status: 204, description: 'The password is set.' },
      problems: { ...CHOSEN_PROBLEMS, ...MAILED_PROBLEMS },
      async handle(request) {
        const ip = await personBehind(needs, request)
        const done = await evenly(ANSWER_STEP_MS, () => complete(needs, request.body, ip))
        if (!done.ok) throw refusal(needs, done, request.body.token === undefined)
        return { body: undefined }
      },
    }),
  ]
}

async function complete(
  needs: Services,
  { token, email = '', new_password: newPassword, ...rest }: z.output<typeof given>,
  ip: string,
): Promise<ResetDone> {
  const found = token === undefined ? await accountAt(needs, email) : { token }
  if (!found) return { ok: false, reason: 'invalid_token' }
  return completeReset(needs, { ...rest, ...found, newPassword, ip })
}
