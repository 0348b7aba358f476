/** One's own second factors: list them, set up and remove the authenticator app, renew the recovery codes. */
import { z } from 'zod'
import { findAccountById } from '../../accounts/account.ts'
import { linkTo } from '../../accounts/account-mail.ts'
import { SECURITY_PATH } from '../../factors/factor-changes.ts'
import { isFactorRequired } from '../../factors/required-factor.ts'
import { renewRecoveryCodes } from '../../factors/factors.ts'
import { beginTotp, confirmTotp, removeTotp } from '../../factors/totp-set-up.ts'
import { operation } from '../../operations/operation.ts'
import type { ApiRequest, Operation } from '../../operations/operation.ts'
import { timeOf } from '../../operations/shown-account.ts'
import { shownFactors, showFactors } from '../../operations/shown-factors.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { common, ownerOf } from './owner.ts'
import { assertFactorProven, proof, PROOF_PROBLEMS, RECENT_SIGN_IN_SECONDS } from './proof.ts'

export function factorOperations(needs: Services): readonly Operation[] {
  return [listing(needs), beginning(needs), confirming(needs), removing(needs), renewing(needs)]
}

const changing = {
  ...common,
  method: 'post',
  scope: 'account:factors',
  signInSeconds: RECENT_SIGN_IN_SECONDS,
} as const

const NO_TOTP = { totp_not_found: { status: 404, when: 'There is no authenticator app.' } } as const
const EXISTS = { totp_exists: { status: 409, when: 'There is an authenticator app already.' } } as const

const newCodes = z
  .object({ recovery_codes: z.array(z.string()).describe('Shown only now. Each signs in once.') })
  .meta({ title: 'NewRecoveryCodes' })

const shownSetUp = z
  .object({
    secret: z.string().describe('Base32, for typing.'),
    otpauth_uri: z.string().describe('For a QR code. It contains the secret.'),
    expires_at: z.iso.datetime(),
  })
  .meta({ title: 'TotpSetUp' })

function listing({ db }: Services): Operation {
  return operation({
    ...common,
    id: 'getOwnFactors',
    method: 'get',
    path: '/account/factors',
    summary: 'List your second factors',
    scope: 'account:read',
    answer: { status: 200, description: 'The factors.', schema: shownFactors, etag: true },
    handle: async ({ token }) => ({ body: await showFactors(db, ownerOf(token).id) }),
  })
}

function beginning(needs: Services): Operation {
  return operation({
    ...changing,
    id: 'beginOwnTotp',
    path: '/account/factors/totp',
    summary: 'Begin to set up an authenticator app',
    description:
      'Makes a secret, which replaces one that was not confirmed. It is no factor before a code of it is.',
    body: proof,
    answer: { status: 201, description: 'The secret, for an hour.', schema: shownSetUp },
    problems: {
      ...PROOF_PROBLEMS,
      ...EXISTS,
      email_unverified: { status: 409, when: 'The address is not confirmed yet.' },
      account_not_found: { status: 404, when: 'The account was deleted meanwhile.' },
    },
    async handle(request) {
      await assertFactorProven(needs, request)
      const { secret, uri, expiresAtMs } = await beginTotp(needs, ownerOf(request.token).id)
      return { body: { secret, otpauth_uri: uri, expires_at: timeOf(expiresAtMs) } }
    },
  })
}

function confirming(needs: Services): Operation {
  return operation({
    ...common,
    id: 'confirmOwnTotp',
    method: 'post',
    path: '/account/factors/totp/confirm',
    summary: 'Confirm an authenticator app by its first code',
    description: 'From now on, signing in takes a code as well. Mails a notice to the person.',
    scope: 'account:factors',
    body: z.strictObject({ code: z.string().min(1).max(100) }),
    answer: { status: 200, description: 'The recovery codes.', schema: newCodes },
    problems: {
      ...EXISTS,
      code_wrong: { status: 422, when: 'This is not the code that the app shows now.' },
      set_up_expired: { status: 422, when: 'There is no set-up to confirm. Begin again.' },
    },
    async handle(request) {
      const { id: accountId } = ownerOf(request.token)
      const done = await confirmTotp(needs, { accountId, code: request.body.code }, byOwner(request))
      if (done.ok) return { body: { recovery_codes: done.recoveryCodes } }
      if (done.reason === 'wrong_code')
        throw new AppError('code_wrong', 422, 'This is not the code that the app shows now.')
      throw new AppError('set_up_expired', 422, 'There is no set-up to confirm. Begin again.')
    },
  })
}

function removing(needs: Services): Operation {
  return operation({
    ...changing,
    id: 'removeOwnTotp',
    path: '/account/factors/totp/remove',
    summary: 'Remove the authenticator app',
    description:
      'Without a passkey the recovery codes go with it, and the password alone signs in. Mails a notice to the person.',
    body: proof,
    answer: { status: 204, description: 'The app is removed.' },
    problems: {
      ...PROOF_PROBLEMS,
      ...NO_TOTP,
      second_factor_required: { status: 409, when: 'The account needs a second factor.' },
    },
    async handle(request) {
      await assertFactorProven(needs, request)
      await assertNotRequired(needs, ownerOf(request.token).id)
      if (!(await removeTotp(needs, ownerOf(request.token).id, byOwner(request)))) throw totpNotFound()
      return { body: undefined }
    },
  })
}

function renewing(needs: Services): Operation {
  return operation({
    ...changing,
    id: 'renewOwnRecoveryCodes',
    path: '/account/factors/recovery-codes',
    summary: 'Make new recovery codes',
    description: 'The earlier ones stop working. Mails a notice to the person.',
    body: proof,
    answer: { status: 200, description: 'The recovery codes.', schema: newCodes },
    problems: { ...PROOF_PROBLEMS, ...NO_TOTP },
    async handle(request) {
      await assertFactorProven(needs, request)
      const codes = await renewRecoveryCodes(needs, ownerOf(request.token).id, byOwner(request))
      if (!codes) throw totpNotFound()
      return { body: { recovery_codes: codes } }
    },
  })
}

/** The page sets up another app at once; a program cannot. */
async function assertNotRequired(needs: Services, accountId: string): Promise<void> {
  const account = await findAccountById(needs.db, accountId)
  if (!account || !(await isFactorRequired(needs, account))) return
  const page = linkTo(needs.config, SECURITY_PATH)
  throw new AppError(
    'second_factor_required',
    409,
    `The account needs a second factor. Replace it at ${page}.`,
  )
}

function byOwner({ token, ip }: Pick<ApiRequest, 'token' | 'ip'>) {
  return { actor: ownerOf(token).id, ip }
}

function totpNotFound(): AppError {
  return new AppError('totp_not_found', 404, 'There is no authenticator app.')
}
