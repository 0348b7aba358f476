import { AppError } from '../platform/errors.ts'

/** A command line that cannot be understood. The message never repeats a value: it may be a misplaced password. */
export function usageError(message: string): AppError {
  return new AppError('usage', 400, message)
}
