/** The requests to the mailer: one shape per template. They belong to the outbox, so that every floor above can ask. */
import { z } from 'zod'

// A control character (CR, LF, NUL and their Unicode relatives) could end a mail header and begin another.
const oneLine = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'one line')

/** One bare address: nothing in it can add a recipient or a header. */
const mailAddress = oneLine(254).regex(/^[^\s<>()[\]\\,;:"@]+@[^\s<>()[\]\\,;:"@]+$/, 'one e-mail address')

const name = oneLine(255)
const link = oneLine(2048).regex(/^https?:\/\//, 'an http(s) address')
const code = oneLine(64)
const expiresAtMs = z.int()

const activation = z.object({ name, link, code, expiresAtMs })
const reset = z.object({ name, link, code, expiresAtMs })
const alreadyRegistered = z.object({ name, signInLink: link, resetLink: link })
const sessionAlert = z.object({ name, app: name, whenMs: z.int(), sessionsLink: link, resetLink: link })
const passwordChanged = z.object({ name, whenMs: z.int(), resetLink: link })
const factorChanged = z.object({
  name,
  whenMs: z.int(),
  kind: z.enum(['added', 'removed', 'reset', 'codes_renewed', 'code_used', 'codes_guessed']),
  /** Unused recovery codes. */
  codesLeft: z.int(),
  securityLink: link,
  resetLink: link,
})

const newBrowser = z.object({
  name,
  browser: oneLine(100),
  /** The app, if it signs people in with its own forms. */
  app: name.optional(),
  ip: oneLine(45),
  whenMs: z.int(),
  link,
  expiresAtMs,
})
const accessRequest = z.object({ name, appName: name, link, expiresAtMs })

const passwordGuessed = z.object({ name, whenMs: z.int(), resetLink: link })
const checkCode = z.object({ name, code, link, expiresAtMs })

/** A planned reset of the second factors. `link` stops it. */
const factorReset = z.object({ name, dueAtMs: z.int(), link, resetLink: link })

const test = z.object({ whenMs: z.int(), link })

export const mailRequestSchema = z.discriminatedUnion('template', [
  z.object({ template: z.literal('activation'), to: mailAddress, data: activation }),
  z.object({ template: z.literal('already-registered'), to: mailAddress, data: alreadyRegistered }),
  z.object({ template: z.literal('reset'), to: mailAddress, data: reset }),
  z.object({ template: z.literal('session-alert'), to: mailAddress, data: sessionAlert }),
  z.object({ template: z.literal('access-request'), to: mailAddress, data: accessRequest }),
  z.object({ template: z.literal('password-changed'), to: mailAddress, data: passwordChanged }),
  z.object({ template: z.literal('new-browser'), to: mailAddress, data: newBrowser }),
  z.object({ template: z.literal('factor-changed'), to: mailAddress, data: factorChanged }),
  z.object({ template: z.literal('password-guessed'), to: mailAddress, data: passwordGuessed }),
  z.object({ template: z.literal('check-code'), to: mailAddress, data: checkCode }),
  z.object({ template: z.literal('factor-reset'), to: mailAddress, data: factorReset }),
  z.object({ template: z.literal('test'), to: mailAddress, data: test }),
])

export type MailRequest = z.infer<typeof mailRequestSchema>
