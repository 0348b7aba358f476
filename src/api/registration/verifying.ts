/** Finishes a registration: with the mailed code or link, and the password as proof that it is the same person. */
import { z } from 'zod'
import { findAccountById } from '../../accounts/account.ts'
import { activate, activateElsewhere, activateWithNewPassword } from '../../accounts/journeys/activation.ts'
import type { Activated } from '../../accounts/journeys/activation.ts'
import { ANSWER_STEP_MS, evenly } from '../../attempts/even-timing.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { showAccount, shownAccount } from '../../operations/shown-account.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import {
  accountAt,
  CHOSEN_PROBLEMS,
  common,
  isTokenOrAddress,
  mailed,
  MAILED_PROBLEMS,
  password,
  personBehind,
  refusal,
  TOKEN_OR_ADDRESS,
} from './passed-on.ts'

const given = z
  .strictObject({
    ...mailed,
    password: password.optional().describe('The password that was chosen at registration.'),
    new_password: password.optional().describe('In its place: a new one. The old one and its name go.'),
  })
  .refine(isTokenOrAddress, TOKEN_OR_ADDRESS)
  .refine(
    (body) => body.code !== undefined || (body.token !== undefined && body.new_password === undefined),
    {
      path: ['code'],
      error: 'An address and a new password need the code from the mail.',
    },
  )
  .refine((body) => [body.password, body.new_password, body.browser].filter(isGiven).length === 1, {
    path: ['password'],
    error: 'Send one of password, new_password and, with a token, browser.',
  })
  .refine((body) => body.browser === undefined || body.token !== undefined, {
    path: ['browser'],
    error: 'browser goes with a token.',
  })

type Given = z.output<typeof given>

export function verifyingOperations(needs: Services): readonly Operation[] {
  return [
    operation({
      ...common,
      id: 'verifyRegistration',
      method: 'post',
      path: '/registrations/verify',
      summary: 'Confirm the address of a person who registered',
      description:
        'By the mailed token with the password, or the code with address or token. A wrong guess counts; five end the mail.',
      body: given,
      answer: { status: 200, description: 'The confirmed account.', schema: shownAccount },
      problems: {
        ...CHOSEN_PROBLEMS,
        ...MAILED_PROBLEMS,
        password_wrong: { status: 422, when: 'The password is not the one that was chosen at registration.' },
      },
      async handle(request) {
        const ip = await personBehind(needs, request)
        const done = await evenly(ANSWER_STEP_MS, () => verify(needs, request.body, ip))
        if (!done.ok) throw refusal(needs, done, request.body.token === undefined)
        const account = await findAccountById(needs.db, done.accountId)
        if (!account) throw new AppError('link_invalid', 422, 'The account is gone.')
        return { body: showAccount(needs.config, account) }
      },
    }),
  ]
}

async function verify(needs: Services, body: Given, ip: string): Promise<Activated> {
  const { token, browser, code, name, password, new_password: newPassword } = body
  if (token !== undefined && browser !== undefined) return activate(needs, { token, browser, ip })
  const mailed = token === undefined ? await codeOfAddress(needs, body) : { token, code }
  if (!mailed) return { ok: false, reason: 'invalid_token' }
  if (newPassword !== undefined) return activateWithNewPassword(needs, { ...mailed, newPassword, name, ip })
  return activateElsewhere(needs, { ...mailed, password: password ?? '', ip })
}

async function codeOfAddress(needs: Services, { email = '', code = '' }: Given) {
  const found = await accountAt(needs, email)
  return found && { ...found, code }
}

function isGiven(value: unknown): boolean {
  return value !== undefined
}
