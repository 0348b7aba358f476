/** What the data of a mail is made of. Nothing in it can add a recipient or a header. */
import { z } from 'zod'

// A control character (CR, LF, NUL and their Unicode relatives) could end a mail header and begin another.
export const oneLine = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'one line')

/** One bare address: nothing in it can add a recipient or a header. */
export const mailAddress = oneLine(254).regex(
  /^[^\s<>()[\]\\,;:"@]+@[^\s<>()[\]\\,;:"@]+$/,
  'one email address',
)

export const name = oneLine(255)
export const link = oneLine(2048).regex(/^https?:\/\//, 'an http(s) address')
export const code = oneLine(64)
export const expiresAtMs = z.int()

/** A way to sign in at another provider came or went. */
export const upstreamChanged = z.object({
  name,
  /** The label of the provider. An operator chose it. */
  provider: oneLine(100),
  kind: z.enum(['connected', 'disconnected']),
  /** An operator did it. */
  byOperator: z.boolean(),
  whenMs: z.int(),
  securityLink: link,
  resetLink: link,
})
