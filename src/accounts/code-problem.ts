/** Why a code from a mail was not taken, in words for the person who typed it. */
import type { TokenRefusal } from './one-time-token.ts'

export const codeProblemText: Record<TokenRefusal, string> = {
  wrong_code: 'That’s not the code from the email.',
  exhausted: 'Too many codes were wrong. Ask for another mail, and use its code.',
  invalid_token: 'This code has expired. Ask for another mail, and use its code.',
  used: 'This code was used already.',
}
