/** Explains a failed start, one line for each mistake: what was wrong, and which setting corrects it. */
import { ConfigError } from '../../settings/config-error.ts'
import { AppError } from '../../platform/errors.ts'
import { loggableError } from '../../platform/logging/loggable-error.ts'

type SystemError = Error & {
  code?: string
  address?: string
  port?: number
  path?: string
  /** The setting of the port. */
  portSetting?: string
}

export function describeFailure(error: unknown): string[] {
  if (error instanceof ConfigError) return error.problems
  if (error instanceof AppError) return [error.message]
  if (!(error instanceof Error)) return [String(error)]
  return [systemFailure(error) ?? loggableError(error).message.split('\n')[0] ?? error.name]
}

function systemFailure({ code, address, port, path, portSetting = 'PORT' }: SystemError): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} on ${address} is in use; set ACCOUNT_SERVER_${portSetting} to a free one`
    case 'EADDRNOTAVAIL':
      return `${address} is not an address of this machine; set ACCOUNT_SERVER_HOST to one that is`
    case 'ENOTFOUND':
      return 'ACCOUNT_SERVER_HOST or a database host cannot be resolved'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
      return path
        ? `${path} cannot be written; set ACCOUNT_SERVER_DATA_DIR or ACCOUNT_SERVER_LOG_DIR to a folder that can`
        : `port ${port} may not be used by this user; set ACCOUNT_SERVER_${portSetting} to one above 1023`
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
      return 'the database file cannot be written; set ACCOUNT_SERVER_DATA_DIR to a folder that can'
    default:
      return undefined
  }
}
