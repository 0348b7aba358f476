/** Names the page that an interaction shows next. The provider decides what is missing. */

export type Step =
  | 'create'
  | 'select-account'
  | 'sign-in'
  | 'verify-email'
  | 'no-access'
  | 'terms'
  | 'new-password'
  | 'set-up'
  | 'consent'

const STEPS: Record<string, Step> = {
  create: 'create',
  select_account: 'select-account',
  login: 'sign-in',
  verify_email: 'verify-email',
  app_access: 'no-access',
  terms: 'terms',
  new_password: 'new-password',
  second_factor: 'set-up',
  consent: 'consent',
}

/** The step for a prompt of the provider's policy. `undefined` for a prompt without a page. */
export function nextStep(promptName: string): Step | undefined {
  return Object.hasOwn(STEPS, promptName) ? STEPS[promptName] : undefined
}
