/** Changes one's own address: asks for the new one, and confirms it by the code from its mail. */
import { z } from 'zod'
import { findAccountById } from '../../accounts/account.ts'
import { codeProblemText } from '../../accounts/code-problem.ts'
import {
  cancelNewAddress,
  confirmNewAddress,
  requestNewAddress,
} from '../../accounts/journeys/new-address.ts'
import type { NewAddressAsked } from '../../accounts/journeys/new-address.ts'
import { actorOf } from '../../operations/bearer.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { showAccount, shownAccount, timeOf } from '../../operations/shown-account.ts'
import { emailProblemText } from '../../platform/email.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { CODES } from './confirming.ts'
import { common, ownerOf } from './owner.ts'
import { assertProven, proof, PROOF_PROBLEMS, RECENT_SIGN_IN_SECONDS } from './proof.ts'

export function emailOperations(needs: Services): readonly Operation[] {
  return [asking(needs), confirming(needs), cancelling(needs)]
}

const asked = z
  .object({ email: z.string(), expires_at: z.iso.datetime().describe('Until then the code counts.') })
  .meta({ title: 'NewAddress' })

function asking(needs: Services): Operation {
  return operation({
    ...common,
    id: 'requestOwnEmail',
    method: 'post',
    path: '/account/email',
    summary: 'Ask for another email address',
    description:
      'Mails a code to the new address, and a notice to the one in use. Nothing changes before the code. The answer is the same where another account has the address.',
    scope: 'account:email',
    signInSeconds: RECENT_SIGN_IN_SECONDS,
    body: proof.extend({ email: z.string().min(1).max(1000) }),
    answer: { status: 202, description: 'What waits for the code.', schema: asked },
    problems: {
      ...PROOF_PROBLEMS,
      email_invalid: { status: 422, when: 'The address is not valid.' },
      email_unchanged: { status: 409, when: 'It is the address of your account.' },
      too_many_requests: { status: 429, when: 'The address or the network asked for too many mails.' },
      account_not_found: { status: 404, when: 'The account was deleted meanwhile.' },
    },
    async handle(request) {
      await assertProven(needs, request)
      const { id: accountId } = ownerOf(request.token)
      const { email } = request.body
      const answer = await requestNewAddress(needs, { accountId, email, ip: request.ip })
      if (!answer.ok) throw refusal(answer.reason)
      return { body: { email: answer.email, expires_at: timeOf(answer.expiresAtMs) } }
    },
  })
}

const WAIT_SECONDS = 3600

function refusal(reason: Exclude<NewAddressAsked, { ok: true }>['reason']): AppError {
  if (reason === 'unchanged') return new AppError('email_unchanged', 409, 'It is your address already.')
  if (reason === 'account_not_found') return new AppError(reason, 404, 'The account is gone.')
  if (reason === 'too_many_mails')
    return new AppError('too_many_requests', 429, 'This address got too many mails.', {
      retryAfterSeconds: WAIT_SECONDS,
    })
  return new AppError('email_invalid', 422, emailProblemText[reason])
}

function confirming(needs: Services): Operation {
  return operation({
    ...common,
    id: 'confirmOwnEmail',
    method: 'post',
    path: '/account/email/confirm',
    summary: 'Confirm the new email address by the code from its mail',
    description:
      'From now on it is the address of the account. The one before gets a link that undoes this for seven days.',
    scope: 'account:email',
    body: z.strictObject({ code: z.string().min(1).max(100) }),
    answer: { status: 200, description: 'The account.', schema: shownAccount, etag: true },
    problems: {
      code_wrong: { status: 422, when: 'This is not the code from the mail.' },
      code_exhausted: { status: 422, when: 'Too many codes were wrong. Ask for the address again.' },
      code_expired: { status: 422, when: 'The code has expired, or there is none.' },
      code_used: { status: 422, when: 'The code was used already.' },
      email_taken: { status: 409, when: 'Another account proved the address in the meantime.' },
    },
    async handle({ body: { code }, token, ip }) {
      const owner = ownerOf(token)
      const done = await confirmNewAddress(needs, { accountId: owner.id, code, ip })
      if (done.ok)
        return { body: showAccount(needs.config, (await findAccountById(needs.db, owner.id)) ?? owner) }
      if (done.reason === 'taken')
        throw new AppError('email_taken', 409, 'Another account uses this address by now.')
      throw new AppError(CODES[done.reason], 422, codeProblemText[done.reason])
    },
  })
}

function cancelling(needs: Services): Operation {
  return operation({
    ...common,
    id: 'cancelOwnEmail',
    method: 'post',
    path: '/account/email/cancel',
    summary: 'Keep the email address as it is',
    description: 'The code that was mailed counts no longer. Succeeds where nothing was asked for, too.',
    scope: 'account:email',
    answer: { status: 204, description: 'Nothing waits for a code.' },
    async handle({ token, ip }) {
      const { id } = ownerOf(token)
      await cancelNewAddress(needs, id, { actor: actorOf(token), ip })
      return { body: undefined }
    },
  })
}
