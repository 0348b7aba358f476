/** The addresses of the pages of one's security. */
import { accountPath, SET_UP_PATH } from '../../accounts/account-pages.ts'
import { SECURITY_PATH } from '../../factors/factor-changes.ts'
import { PROOF_PATH } from '../../interaction/proof/recent-proof.ts'
import type { PageWithProof } from '../../interaction/proof/recent-proof.ts'

export const PATHS = {
  overview: SECURITY_PATH,
  app: SET_UP_PATH,
  remove: `${SECURITY_PATH}/app/remove`,
  newCodes: `${SECURITY_PATH}/codes`,
  codes: `${SECURITY_PATH}/codes/renew`,
  email: accountPath('email'),
  delete: accountPath('delete'),
} as const

/** The pages that ask for the password first. */
export type NextPage = 'app' | 'codes' | 'remove' | PageWithProof

/** Where somebody confirms with the password that it is them, on the way to `next`. */
export function proofPath(next: NextPage | 'overview'): string {
  return `${PROOF_PATH}?next=${next}`
}
