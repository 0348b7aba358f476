/** Why a code from a mail was not taken. */
import type { TokenRefusal } from './one-time-token.ts'

/** In English, for programs. */
export const codeProblemText: Record<TokenRefusal, string> = {
  wrong_code: 'That’s not the code from the email.',
  exhausted: 'Too many codes were wrong. Ask for another mail, and use its code.',
  invalid_token: 'This code has expired. Ask for another mail, and use its code.',
  used: 'This code was used already.',
}

/** The same, for pages. */
export const codeProblemMessage: Record<TokenRefusal, string> = {
  wrong_code: 'page-mail-code-wrong',
  exhausted: 'problem-code-exhausted',
  invalid_token: 'problem-code-invalid-token',
  used: 'problem-code-used',
}
