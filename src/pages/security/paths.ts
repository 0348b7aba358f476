/** The addresses of the pages of one's security. */
import { accountPath, SET_UP_PATH } from '../../accounts/account-pages.ts'
import { ADD_PASSWORD_PATH, SECURITY_PATH } from '../../factors/factor-changes.ts'
import { isPageWithProof, PROOF_PATH } from '../../interaction/proof/recent-proof.ts'
import type { PageWithProof } from '../../interaction/proof/recent-proof.ts'

export const PATHS = {
  overview: SECURITY_PATH,
  app: SET_UP_PATH,
  remove: `${SECURITY_PATH}/app/remove`,
  newCodes: `${SECURITY_PATH}/codes`,
  codes: `${SECURITY_PATH}/codes/renew`,
  email: accountPath('email'),
  delete: accountPath('delete'),
  passkey: `${SECURITY_PATH}/passkeys/new`,
  password: ADD_PASSWORD_PATH,
  newPasskey: `${SECURITY_PATH}/passkeys/new`,
  data: accountPath('data'),
} as const

/** The page of one passkey. */
export function passkeyPath(id: string): string {
  return `${SECURITY_PATH}/passkeys/${id}`
}

/** The pages that ask for the password first. `passkey-` and an id: the removal of that one. */
export type NextPage =
  | 'app'
  | 'codes'
  | 'remove'
  | 'passkey'
  | 'password'
  | `passkey-${string}`
  | PageWithProof

const REMOVAL = /^passkey-([\da-f-]{36})$/

/** From a closed list, so that no address from outside is followed. */
export function nextPageOf(given: unknown): NextPage | 'overview' {
  if (isOwnPage(given)) return given
  if (isPageWithProof(given)) return given
  const [, id] = typeof given === 'string' ? (REMOVAL.exec(given) ?? []) : []
  return id === undefined ? 'overview' : `passkey-${id}`
}

function isOwnPage(given: unknown): given is 'app' | 'codes' | 'remove' | 'passkey' | 'password' {
  return ['app', 'codes', 'remove', 'passkey', 'password'].some((name) => name === given)
}

/** The address of such a page. */
export function pathOf(next: NextPage | 'overview'): string {
  const [, id] = REMOVAL.exec(next) ?? []
  if (id !== undefined) return `${passkeyPath(id)}/remove`
  return next in PATHS ? PATHS[next as keyof typeof PATHS] : PATHS.overview
}

/** Where somebody confirms that it is them, on the way to `next`. */
export function proofPath(next: NextPage | 'overview'): string {
  return `${PROOF_PATH}?next=${next}`
}
