/** Where requests for access wait for an answer: mails name it. */
export const REQUESTS_PATH = '/account/requests'

/** Where an authenticator app is set up. */
export const SET_UP_PATH = '/account/security/app'

/** Where a passkey is added. */
export const NEW_PASSKEY_PATH = '/account/security/passkeys/new'

/** The pages that sign-in may lead on to: a closed list, so that no address from outside is ever followed. */
const PAGES = {
  account: '/account',
  email: '/account/email',
  delete: '/account/delete',
  data: '/account/data',
  terms: '/account/terms',
  password: '/account/password',
  security: '/account/security',
  sessions: '/account/sessions',
  apps: '/account/apps',
  requests: REQUESTS_PATH,
  connect: '/upstream/connect',
} as const

export type AccountPage = keyof typeof PAGES

export function isAccountPage(name: unknown): name is AccountPage {
  return typeof name === 'string' && Object.hasOwn(PAGES, name)
}

/** The path of a page named in `?next=`; the account's first page for anything else. */
export function accountPath(name: unknown): string {
  return isAccountPage(name) ? PAGES[name] : PAGES.account
}

/** Where somebody who is not signed in is sent, so that they come back to `page`. */
export function signInPath(page: AccountPage): string {
  return page === 'account' ? '/sign-in' : `/sign-in?next=${page}`
}

/**
 * What a person does before the pages of the account open: accept the terms, another password, a second factor, or a sign-in
 * with the factor that is there.
 */
export type Due = 'terms' | 'new_password' | 'second_factor' | 'sign_in'

/**
 * The pages that stay open meanwhile. Changes of factors ask for a proof of their own. Who does not accept the terms takes
 * their data and leaves.
 */
export const PAGES_OF_DUE: Record<Due, readonly AccountPage[]> = {
  terms: ['terms', 'data', 'delete'],
  new_password: ['password'],
  second_factor: ['security'],
  sign_in: ['security'],
}

/** Where somebody is led who opens `page` before. */
export function duePath(due: Due, page: AccountPage): string {
  if (due === 'terms') return `${PAGES.terms}?for=${page}`
  if (due === 'new_password') return PAGES.password
  return due === 'second_factor' ? `${SET_UP_PATH}?for=${page}` : signInAgainPath(page)
}

/** The address for signing in again, if the last sign-in is not recent enough for `page`. */
export function signInAgainPath(page: AccountPage): string {
  return `/sign-in?next=${page}&again=yes`
}
