/** Applies the rules for every password to the first administrator's. Other settings decide these rules. */
import { passwordProblem, passwordProblemText } from '../passwords/password-policy.ts'

/** What is wrong with it; the password itself is not repeated. */
export function administratorProblems(given: {
  admin_email?: string
  admin_password?: string | undefined
  password_min_length?: number
  server_name?: string
}): string[] {
  const { admin_password: password, admin_email: email = '' } = given
  if (password === undefined) return []
  const accounts = { passwordMinLength: given.password_min_length ?? 1 }
  const policy = { serverName: given.server_name ?? '', accounts }
  const problem = passwordProblem(policy, password, { email })
  return problem
    ? [`ACCOUNT_SERVER_ADMIN_PASSWORD: got ********. ${passwordProblemText(problem, policy)}`]
    : []
}
