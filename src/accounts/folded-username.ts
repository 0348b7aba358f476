/** The form in which user names are compared. */
import { AppError } from '../platform/errors.ts'

/** The longest folded form that is stored: compatibility forms of Unicode grow. */
const LONGEST_FOLDED = 190

/** NFKC with case folded both ways, so that ß and SS, or ı and I, are one letter. Cut, so that any text has a form. */
export function foldUsername(username: string): string {
  const folded = username.slice(0, 1000).normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
  return folded.slice(0, LONGEST_FOLDED)
}

/** 409 `username_taken` */
export function usernameTaken(cause?: unknown): AppError {
  return new AppError('username_taken', 409, 'Somebody else has this user name. Choose another one.', {
    cause,
  })
}
