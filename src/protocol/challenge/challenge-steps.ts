/**
 * The steps of a sign-in at the authorization challenge endpoint, in order. Another factor is another entry: its fields
 * are requested after the steps before it.
 */
import { errors } from 'oidc-provider'
import { finishSignIn, passwordProof } from '../../factors/finish-sign-in.ts'
import { finishByMail } from '../../factors/spared/mailed-factor.ts'
import { signIn } from '../../accounts/journeys/sign-in.ts'
import type { SignInOrigin } from '../../audit/sign-in-origin.ts'
import { SECOND_FACTOR_AMR } from '../../factors/second-factor.ts'
import { PASSWORD_AMR } from '../../provider/sessions/browser-session.ts'
import type { Services } from '../../services.ts'
import { invalidSession } from './auth-session.ts'
import type { Passed } from './auth-session.ts'

export type Attempt = {
  /** The values of the step's fields, which are all present. */
  fields: Record<string, string>
  passed: Passed
  ip: string
  device: string | undefined
  from: SignInOrigin
  /** The solution of a puzzle, for the user name as it was sent. */
  solution: string | undefined
}

/** Why a step was not passed. The app learns no difference between the first two. */
export type Failed = 'wrong' | 'blocked' | 'challenge' | 'mail_code'

export type ChallengeStep = {
  /** The app gets this name and shows a form for it. */
  name: string
  fields: readonly string[]
  /** A field that may come in place of them, once a code was mailed. */
  instead?: string
  /** The methods that it may add (RFC 8176). */
  amr: readonly string[]
  isDue: (passed: Passed) => boolean
  /**
   * What the person has then proved. `blocked`: it may not be tried now.
   * @throws errors.OIDCProviderError `invalid_session` when an earlier step is void by now
   */
  take: (services: Services, attempt: Attempt) => Promise<Passed | Failed>
  /** For the app's developer. It is the same for every reason. */
  refusal: string
}

const LONGEST_USERNAME = 320
const LONGEST_CODE = 100
/** The code of a mail. */
const MAILED_CODE = 'mailed_otp'

const password: ChallengeStep = {
  name: 'password',
  fields: ['username', 'password'],
  amr: PASSWORD_AMR,
  isDue: ({ amr }) => !amr.includes('pwd'),
  async take(
    services,
    { fields: { username = '', password: secret = '' }, passed, ip, device, from, solution },
  ) {
    if (username.length > LONGEST_USERNAME) throw new errors.InvalidRequest('username is too long')
    const result = await signIn(services, {
      email: username,
      password: secret,
      ip,
      deviceCookie: device,
      from,
      proof: { solution },
    })
    if (result.ok) return { accountId: result.account.id, amr: [...passed.amr, ...PASSWORD_AMR] }
    if (result.reason === 'waits') return 'wrong'
    if (result.reason !== 'second_factor') return result.reason
    const proof = passwordProof(result.account, services.clock())
    return { accountId: result.account.id, amr: [...passed.amr, ...PASSWORD_AMR], proof }
  },
  refusal: 'username and password do not match, or there were too many attempts; ask for them again',
}

const otp: ChallengeStep = {
  name: 'otp',
  fields: ['otp'],
  instead: MAILED_CODE,
  amr: SECOND_FACTOR_AMR.totp.filter((method) => !PASSWORD_AMR.includes(method)),
  isDue: ({ proof }) => proof !== undefined,
  async take(services, { fields, passed: { proof, mailed, ...passed }, ip, from }) {
    const { otp: code = '', [MAILED_CODE]: mailedCode } = fields
    if ((mailedCode ?? code).length > LONGEST_CODE) throw new errors.InvalidRequest('the code is too long')
    if (!proof) return 'wrong'
    const given = { proof, ip, from }
    const result =
      mailedCode === undefined
        ? await finishSignIn(services, { ...given, code })
        : mailed && (await finishByMail(services, { ...given, kept: mailed, code: mailedCode }))
    if (result?.ok) return { ...passed, amr: result.amr }
    if (result?.reason === 'over') throw invalidSession()
    return result?.reason === 'blocked' ? 'blocked' : 'wrong'
  },
  refusal: 'the code is wrong or was used before, or there were too many attempts; ask for the next one',
}

const STEPS: readonly ChallengeStep[] = [password, otp]

/** The methods of all steps. No sign-in at this endpoint is stronger. */
export const STEP_METHODS = STEPS.flatMap(({ amr }) => amr)

/** Beside the fields of a step: the solution of the puzzle that came with its refusal. */
export const PROOF_OF_WORK = 'proof_of_work'

/** Asks for a code by mail, with the value `email`. */
export const SEND_CODE = 'send_code'

/** Every field that a step may take. */
export const STEP_FIELDS = [
  ...STEPS.flatMap(({ fields, instead }) => (instead ? [...fields, instead] : fields)),
  PROOF_OF_WORK,
  SEND_CODE,
]

/** The first step that is not passed yet. */
export function dueStep(passed: Passed): ChallengeStep | undefined {
  return STEPS.find(({ isDue }) => isDue(passed))
}

/** The fields of a step, if the request has them all. Its `login_hint` is the default user name. */
export function fieldsFor(
  { fields, instead = '' }: ChallengeStep,
  { login_hint: username, ...params }: Record<string, unknown>,
): Record<string, string> | undefined {
  const { [instead]: other } = params
  if (typeof other === 'string') return { [instead]: other }
  const values = fields.flatMap((name) => {
    const value = params[name] ?? (name === 'username' ? username : undefined)
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  return values.length === fields.length ? Object.fromEntries(values) : undefined
}
