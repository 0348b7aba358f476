/** Settings of tests, read as a process reads its environment. Nothing is written. */
import { ConfigError, loadConfig } from '../../src/settings/config.ts'

export const SECRET = 'a-secret-of-more-than-thirty-two-characters'

/** What a service needs at least. */
export const SERVICE = {
  ACCOUNT_SERVER_MYSQL_DSN: 'mysql://app:hidden@db.example/accounts',
  ACCOUNT_SERVER_ISSUER: 'https://accounts.example.com',
  ACCOUNT_SERVER_TOKEN_SECRET_KEY: SECRET,
  ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://mail.example:587',
}

export function read(environment: Record<string, string>) {
  return loadConfig(environment, { persist: false })
}

export function problemsOf(environment: Record<string, string>): string[] {
  try {
    read(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}
