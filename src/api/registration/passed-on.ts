/**
 * What programs pass on for a person: fields, refusals and limits that the operations of this folder share. The rules are
 * those of the pages. A stolen client can spend its own share of requests, and no more mails than strangers may cause.
 */
import { z } from 'zod'
import { takeClientRequest } from '../../attempts/account-limits.ts'
import { findAccountByEmail } from '../../accounts/account.ts'
import type { TokenRefusal } from '../../accounts/one-time-token.ts'
import type { ApiRequest, Problem } from '../../operations/operation.ts'
import { PASSWORD_PROBLEMS } from '../../operations/password-problems.ts'
import { AppError } from '../../platform/errors.ts'
import { passwordRefused } from '../../passwords/password-policy.ts'
import type { PasswordProblem } from '../../passwords/password-policy.ts'
import type { Services } from '../../services.ts'

export const common = {
  tag: 'Registration',
  scope: 'accounts:register',
  caller: 'program',
  limited: true,
} as const

export const email = z.string().min(1).max(1000).describe('The e-mail address, as typed.')
export const password = z.string().min(1).max(1024)
export const name = z.string().max(400).optional().describe('The name that the person types now.')
export const ip = z
  .union([z.ipv4(), z.ipv6()])
  .optional()
  .describe('The address of the person, for limits and the audit trail. Without it, yours is counted.')
export const browser = z
  .string()
  .min(32)
  .max(200)
  .optional()
  .describe(
    'A random secret that you keep in the person’s browser. Sent again, it takes the place of the code.',
  )
export const proofOfWork = z
  .string()
  .max(1400)
  .optional()
  .describe(
    'The solution of the puzzle that a refusal with challenge_required brought, for this address and ip.',
  )
export const token = z.string().max(200).describe('What the mailed link carries.')
export const code = z.string().min(1).max(100).describe('The code from the mail.')

/** What the person sends back of a mail: the token of its link, or the address and the code. */
export const mailed = {
  token: token.optional(),
  email: email.optional(),
  code: code.optional(),
  browser,
  name,
  ip,
}

/** Counts the request for its client and answers the address to count for the person. */
export async function personBehind(
  needs: Pick<Services, 'db' | 'config' | 'clock'>,
  request: Pick<ApiRequest<unknown, unknown, { ip?: string | undefined }>, 'body' | 'token' | 'ip'>,
): Promise<string> {
  await takeClientRequest(needs, 'registration', request.token.clientId, needs.clock())
  return request.body.ip ?? request.ip
}

/** The account of a typed address. */
export async function accountAt({ db }: Pick<Services, 'db'>, email: string) {
  const account = await findAccountByEmail(db, email)
  return account && { accountId: account.id }
}

/** Whether a body names either the mailed token, or the address that was mailed. */
export function isTokenOrAddress(body: { token?: string | undefined; email?: string | undefined }): boolean {
  return (body.token === undefined) !== (body.email === undefined)
}

export const TOKEN_OR_ADDRESS = { path: ['token'], error: 'Send either token, or email and code.' }

export const CHOSEN_PROBLEMS: Record<string, Problem> = {
  ...PASSWORD_PROBLEMS,
  profile_invalid: { status: 422, when: 'The name is not valid.' },
}
export const CHALLENGED: Record<string, Problem> = {
  challenge_required: {
    status: 403,
    when: 'The network of ip failed to sign in too often. Solve the puzzle of the member challenge.',
  },
}
export const MAILED_PROBLEMS: Record<string, Problem> = {
  verification_failed: {
    status: 422,
    when: 'The address has nothing to confirm, or the code is wrong or expired.',
  },
  link_invalid: { status: 422, when: 'The token is unknown or expired, or a later mail replaced it.' },
  link_used: { status: 409, when: 'The token had its effect before.' },
  code_wrong: { status: 422, when: 'The code does not belong to the token.' },
  code_exhausted: { status: 422, when: 'Too many codes or passwords were wrong. Ask for another mail.' },
}

export type Refused =
  | { ok: false; reason: TokenRefusal | 'wrong_password' | 'name_refused' }
  | { ok: false; reason: 'password_refused'; problem: PasswordProblem }

/** `byAddress`: says only that it failed, because an address is no secret. */
export function refusal(
  { config }: Pick<Services, 'config'>,
  refused: Refused,
  byAddress: boolean,
): AppError {
  if (refused.reason === 'password_refused') return passwordRefused(refused.problem, config)
  if (refused.reason === 'name_refused') return new AppError('profile_invalid', 422, 'The name is not valid.')
  if (byAddress)
    return new AppError('verification_failed', 422, 'The code is wrong or expired, or nothing waits for one.')
  const [outside, status, message] = OF_TOKENS[refused.reason]
  return new AppError(outside, status, message)
}

const OF_TOKENS = {
  invalid_token: ['link_invalid', 422, 'The token is unknown or expired. Ask for another mail.'],
  used: ['link_used', 409, 'The token was used already.'],
  wrong_code: ['code_wrong', 422, 'The code is not the one from the mail of this token.'],
  exhausted: ['code_exhausted', 422, 'Too many attempts were wrong. Ask for another mail.'],
  wrong_password: ['password_wrong', 422, 'This is not the password that was chosen at registration.'],
} as const
