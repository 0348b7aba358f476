/** Registers people, and mails the confirmation again. The answer is the same for every address. */
import { z } from 'zod'
import { register, resendActivation } from '../../accounts/journeys/sign-up.ts'
import type { RegistrationProblem } from '../../accounts/journeys/sign-up.ts'
import { LONGEST_TERMS_VERSION } from '../../accounts/terms.ts'
import { NAME_PROBLEM_TEXT } from '../../accounts/profile.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { AppError } from '../../platform/errors.ts'
import { emailProblemText } from '../../platform/email.ts'
import { passwordProblemText } from '../../passwords/password-policy.ts'
import type { RegistrationRefusal } from '../../accounts/registrations/registration-mode.ts'
import type { Services } from '../../services.ts'
import {
  browser,
  CHALLENGED,
  common,
  email,
  ip,
  password,
  CHOSEN_PROBLEMS,
  personBehind,
  proofOfWork,
} from './passed-on.ts'

const MAILED = {
  status: 202,
  description: 'Accepted. The mail says how it goes on, to its owner alone.',
} as const

const newRegistration = z.strictObject({
  email,
  password,
  name: z.string().max(400).optional(),
  username: z.string().max(256).nullish(),
  invitation: z.string().max(100).optional().describe('What the link of an invitation carries.'),
  locale: z.string().max(35).nullish().describe('A language tag (BCP 47).'),
  terms_version: z
    .string()
    .max(LONGEST_TERMS_VERSION)
    .optional()
    .describe(
      'The version of the terms that the person accepted in the app. Without that of getRegistrationRules, a page asks later.',
    ),
  browser,
  ip,
  proof_of_work: proofOfWork,
})

const PROBLEMS = {
  ...CHOSEN_PROBLEMS,
  ...CHALLENGED,
  registration_closed: { status: 403, when: 'Nobody may register.' },
  domain_not_allowed: { status: 422, when: 'Addresses of this domain may not register.' },
  invitation_invalid: {
    status: 422,
    when: 'The invitation is missing, unknown, used, expired or for another address.',
  },
  username_taken: { status: 409, when: 'Somebody else has the user name.' },
  email_invalid: { status: 422, when: 'The e-mail address is not valid.' },
} as const

export function registeringOperations(needs: Services): readonly Operation[] {
  return [registering(needs), resending(needs)]
}

function registering(needs: Services): Operation {
  return operation({
    ...common,
    id: 'registerAccount',
    method: 'post',
    path: '/registrations',
    summary: 'Register a person',
    description: 'Mails a link and a code. An address with an account gets another mail and the same answer.',
    creates: true,
    body: newRegistration,
    answer: MAILED,
    problems: PROBLEMS,
    async handle(request) {
      const ip = await personBehind(needs, request)
      const { proof_of_work: solution, terms_version: termsVersion, ...given } = request.body
      const done = await register(needs, { ...given, termsVersion, ip, proof: { solution } })
      if (!done.ok) throw refused(needs, done.problems)
      return { body: undefined }
    },
  })
}

function resending(needs: Services): Operation {
  return operation({
    ...common,
    id: 'resendActivation',
    method: 'post',
    path: '/registrations/resend',
    summary: 'Mail the confirmation again',
    creates: true,
    body: z.strictObject({ email, ip }),
    answer: MAILED,
    async handle(request) {
      const { email } = request.body
      await resendActivation(needs, { email, ip: await personBehind(needs, request) })
      return { body: undefined }
    },
  })
}

/** The code of the first problem; the list names all. */
function refused({ config }: Pick<Services, 'config'>, problems: readonly RegistrationProblem[]): AppError {
  const [first] = problems
  if (first?.reason === 'not_allowed') return notAllowed(first.why)
  const faults = problems.map((one) => {
    if (one.reason === 'email_invalid') return fault('email', emailProblemText[one.problem])
    if (one.reason === 'profile_invalid') return fault(one.field, NAME_PROBLEM_TEXT)
    if (one.reason === 'not_allowed') return fault('email', '')
    if (one.reason === 'username_taken') return fault('username', 'Somebody else has this user name.')
    return fault('password', passwordProblemText(one.problem, config))
  })
  const detail = faults.map(({ message }) => message).join(' ')
  const cause = new z.ZodError(faults)
  const reason = problems[0]?.reason ?? 'invalid_request'
  return new AppError(reason, reason === 'username_taken' ? 409 : 422, detail, { cause })
}

const NOT_ALLOWED = {
  closed: ['registration_closed', 403, 'Nobody may register.'],
  domain: ['domain_not_allowed', 422, 'Addresses of this domain may not register.'],
  invitation: ['invitation_invalid', 422, 'This takes an invitation that is valid for the address.'],
} as const

function notAllowed(why: RegistrationRefusal): AppError {
  const [code, status, message] = NOT_ALLOWED[why]
  return new AppError(code, status, message)
}

function fault(field: string, message: string) {
  return { code: 'custom' as const, path: [field], message, input: undefined }
}
