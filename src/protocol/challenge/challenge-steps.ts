/**
 * The steps of a sign-in at the authorization challenge endpoint, in order. Another factor is another entry: its fields
 * are requested after the steps before it.
 */
import { errors } from 'oidc-provider'
import { signIn } from '../../accounts/journeys/sign-in.ts'
import { PASSWORD_AMR } from '../../provider/sessions/browser-session.ts'
import type { Services } from '../../services.ts'
import type { Passed } from './auth-session.ts'

export type Attempt = {
  /** The values of the step's fields, which are all present. */
  fields: Record<string, string>
  passed: Passed
  ip: string
  device: string | undefined
}

/** Why a step was not passed. The app learns no difference. */
export type Failed = 'wrong' | 'blocked'

export type ChallengeStep = {
  /** The app gets this name and shows a form for it. */
  name: string
  fields: readonly string[]
  /** The methods that it adds (RFC 8176). */
  amr: readonly string[]
  isDue: (passed: Passed) => boolean
  /** What the person has then proved, without the methods. `blocked`: it may not be tried now. */
  take: (services: Services, attempt: Attempt) => Promise<Passed | Failed>
  /** For the app's developer. It is the same for every reason. */
  refusal: string
}

const LONGEST_USERNAME = 320

const password: ChallengeStep = {
  name: 'password',
  fields: ['username', 'password'],
  amr: PASSWORD_AMR,
  isDue: ({ amr }) => !amr.includes('pwd'),
  async take(services, { fields: { username = '', password: secret = '' }, passed, ip, device }) {
    if (username.length > LONGEST_USERNAME) throw new errors.InvalidRequest('username is too long')
    const result = await signIn(services, { email: username, password: secret, ip, deviceCookie: device })
    if (!result.ok) return result.reason
    return { accountId: result.account.id, amr: passed.amr }
  },
  refusal: 'username and password do not match, or there were too many attempts; ask for them again',
}

const STEPS: readonly ChallengeStep[] = [password]

/** The methods of all steps. No sign-in at this endpoint is stronger. */
export const STEP_METHODS = STEPS.flatMap(({ amr }) => amr)

/** Every field that a step may take. */
export const STEP_FIELDS = STEPS.flatMap(({ fields }) => fields)

/** The first step that is not passed yet. */
export function dueStep(passed: Passed): ChallengeStep | undefined {
  return STEPS.find(({ isDue }) => isDue(passed))
}

/** What the person has proved after a step, or why it failed. */
export async function takeStep(
  step: ChallengeStep,
  services: Services,
  attempt: Attempt,
): Promise<Passed | Failed> {
  const passed = await step.take(services, attempt)
  return typeof passed === 'string' ? passed : { ...passed, amr: [...passed.amr, ...step.amr] }
}

/** The fields of a step, if the request has them all. Its `login_hint` is the default user name. */
export function fieldsFor(
  { fields }: ChallengeStep,
  { login_hint: username, ...params }: Record<string, unknown>,
): Record<string, string> | undefined {
  const values = fields.flatMap((name) => {
    const value = params[name] ?? (name === 'username' ? username : undefined)
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  return values.length === fields.length ? Object.fromEntries(values) : undefined
}
