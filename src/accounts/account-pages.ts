/** Where requests for access wait for an answer: mails name it. */
export const REQUESTS_PATH = '/account/requests'

/** The pages that sign-in may lead on to: a closed list, so that no address from outside is ever followed. */
const PAGES = {
  account: '/account',
  password: '/account/password',
  security: '/account/security',
  sessions: '/account/sessions',
  apps: '/account/apps',
  requests: REQUESTS_PATH,
} as const

export type AccountPage = keyof typeof PAGES

/** The path of a page named in `?next=`; the account's first page for anything else. */
export function accountPath(name: unknown): string {
  return typeof name === 'string' && Object.hasOwn(PAGES, name) ? PAGES[name as AccountPage] : PAGES.account
}

/** Where somebody who is not signed in is sent, so that they come back to `page`. */
export function signInPath(page: AccountPage): string {
  return page === 'account' ? '/sign-in' : `/sign-in?next=${page}`
}

/** The address for signing in again, if the last sign-in is not recent enough for `page`. */
export function signInAgainPath(page: AccountPage): string {
  return `/sign-in?next=${page}&again=yes`
}
