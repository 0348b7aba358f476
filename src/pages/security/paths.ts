/** The addresses of the pages of one's security. */
import { SET_UP_PATH } from '../../accounts/account-pages.ts'
import { SECURITY_PATH } from '../../factors/factor-changes.ts'

export const PATHS = {
  overview: SECURITY_PATH,
  app: SET_UP_PATH,
  remove: `${SECURITY_PATH}/app/remove`,
  newCodes: `${SECURITY_PATH}/codes`,
  codes: `${SECURITY_PATH}/codes/renew`,
} as const

/** The pages that ask for the password first. */
export type NextPage = 'app' | 'codes' | 'remove'

/** Where somebody confirms with the password that it is them, on the way to `next`. */
export function proofPath(next: NextPage | 'overview'): string {
  return `${SECURITY_PATH}/confirm?next=${next}`
}
