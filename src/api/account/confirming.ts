/** Confirms one's own address by the mailed code, and asks for another mail. */
import { z } from 'zod'
import { findAccountById } from '../../accounts/account.ts'
import { codeProblemText } from '../../accounts/code-problem.ts'
import { activateSignedIn } from '../../accounts/journeys/activation.ts'
import { resendActivation } from '../../accounts/journeys/sign-up.ts'
import type { TokenRefusal } from '../../accounts/one-time-token.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { showAccount, shownAccount } from '../../operations/shown-account.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { common, ownerOf } from './owner.ts'

/** The problem of each refusal of a code. */
export const CODES = {
  wrong_code: 'code_wrong',
  exhausted: 'code_exhausted',
  invalid_token: 'code_expired',
  used: 'code_used',
} as const

export function confirmingOperations(needs: Services): readonly Operation[] {
  return [verifying(needs), resending(needs)]
}

function verifying(needs: Services): Operation {
  return operation({
    ...common,
    id: 'verifyOwnAddress',
    method: 'post',
    path: '/account/verify',
    summary: 'Confirm your address by the code from the mail',
    scope: 'account:write',
    body: z.strictObject({ code: z.string().min(1).max(100) }),
    answer: { status: 200, description: 'The account.', schema: shownAccount, etag: true },
    problems: {
      code_wrong: { status: 422, when: 'This is not the code from the mail.' },
      code_exhausted: { status: 422, when: 'Too many codes were wrong. Ask for another mail.' },
      code_expired: { status: 422, when: 'The code has expired, or there is none.' },
      code_used: { status: 422, when: 'The code was used already.' },
    },
    async handle({ body: { code }, token, ip }) {
      const owner = ownerOf(token)
      const done = await activateSignedIn(needs, { accountId: owner.id, code, ip })
      if (!done.ok) {
        const reason = done.reason as TokenRefusal
        throw new AppError(CODES[reason], 422, codeProblemText[reason])
      }
      return { body: showAccount(needs.config, (await findAccountById(needs.db, owner.id)) ?? owner) }
    },
  })
}

function resending(needs: Services): Operation {
  return operation({
    ...common,
    id: 'resendOwnActivation',
    method: 'post',
    path: '/account/resend',
    summary: 'Mail the code again',
    description: 'A confirmed address gets no mail.',
    scope: 'account:write',
    creates: true,
    answer: { status: 202, description: 'Accepted.' },
    async handle({ token, ip }) {
      await resendActivation(needs, { email: ownerOf(token).email, ip })
      return { body: undefined }
    },
  })
}
