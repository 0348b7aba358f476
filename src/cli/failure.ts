/** Describes a failure for stderr: no stack, no SQL with its values, no secret. */
import { ConfigError } from '../settings/config-error.ts'
import { AppError } from '../platform/errors.ts'
import { loggableError } from '../platform/logging/loggable-error.ts'
import { PLAIN, painted } from '../command-line/screen.ts'
import type { Screen } from '../command-line/screen.ts'
import { describeFailure } from '../process/start/start-failure.ts'

export type Failure = { code: string; lines: string[] }

const NO_CONNECTION = new Set([
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'ECONNRESET',
  'EAI_AGAIN',
])

export function failureOf(error: unknown): Failure {
  if (error instanceof ConfigError) return { code: 'configuration_invalid', lines: describeFailure(error) }
  if (error instanceof AppError) return { code: error.code, lines: [error.message + hiddenCause(error)] }
  if (error instanceof Error && isUnreachable(error))
    return {
      code: 'temporarily_unavailable',
      lines: [`the database does not answer (${codeOf(error) || 'timeout'}); see ACCOUNT_SERVER_MYSQL_DSN`],
    }
  const [line = ''] = describeFailure(error)
  const { message } = loggableError(error)
  // Known system errors have words of our own. Other messages may hold values and are cleaned.
  const own = error instanceof Error && line !== '' && !error.message.startsWith(line)
  return { code: 'failed', lines: [own ? line : message || 'failed'] }
}

/** The printed form: one object for programs, or one line for each mistake. */
export function failureText({ code, lines }: Failure, json: boolean, screen: Screen = PLAIN): string {
  if (json) return `${JSON.stringify({ error: code, error_description: lines.join('; ') })}\n`
  const from = painted('account-server:', 'red', screen)
  return lines.map((line) => `${from} ${line}\n`).join('')
}

// A page does not name the store that is down, but an operator needs to know it.
function hiddenCause({ status, cause }: AppError): string {
  if (status < 500 || !(cause instanceof Error)) return ''
  const { message, reason } = loggableError(cause)
  return ` (${message || reason})`
}

function isUnreachable(error: Error): boolean {
  return NO_CONNECTION.has(codeOf(error)) || error.name === 'KnexTimeoutError'
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : ''
}
