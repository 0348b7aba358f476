/** The requests to the mailer: one shape per template. They belong to the outbox, so that every floor above can ask. */
import { z } from 'zod'
import { code, expiresAtMs, link, mailAddress, name, oneLine, upstreamChanged } from './mail/mail-fields.ts'

const activation = z.object({ name, link, code, expiresAtMs })
const alreadyRegistered = z.object({ name, signInLink: link, resetLink: link })
const sessionAlert = z.object({ name, app: name, whenMs: z.int(), sessionsLink: link, resetLink: link })
const passwordChanged = z.object({ name, whenMs: z.int(), resetLink: link })
const factorChanged = z.object({
  name,
  whenMs: z.int(),
  kind: z.enum([
    'added',
    'removed',
    'app_removed',
    'passkey_added',
    'passkey_removed',
    'last_passkey_removed',
    'passkey_copied',
    'reset',
    'codes_renewed',
    'code_used',
    'codes_guessed',
  ]),
  passkeyName: name.optional(),
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
  /** Where that is, by language. */
  place: z.record(z.string().max(35), oneLine(200)).optional(),
  whenMs: z.int(),
  link,
  expiresAtMs,
})
const accessRequest = z.object({ name, appName: name, link, expiresAtMs })

const signInCode = activation.extend({ purpose: z.enum(['sign_in', 'second_factor']) })
const answered = z.object({ name, approved: z.boolean(), link })

/** A planned reset of the second factors. `link` stops it. */
const factorReset = z.object({ name, dueAtMs: z.int(), link, resetLink: link })
const newAddress = z.object({ name, link, code, expiresAtMs })
const addressTaken = z.object({ name, signInLink: link, resetLink: link })
const addressNotice = z.object({
  name,
  kind: z.enum(['requested', 'changed', 'changed_by_operator', 'restored']),
  address: mailAddress,
  whenMs: z.int(),
  /** Of `changed` it undoes the change, else it is the page for a new password. */
  link,
  undoUntilMs: z.int().optional(),
})
const deletionNotice = z.object({
  name,
  kind: z.enum(['requested', 'soon', 'cancelled', 'unverified']),
  deleteAtMs: z.int(),
  signInLink: link,
  resetLink: link,
})
const test = z.object({ whenMs: z.int(), link })

/** Who reads the mail. Requests of an earlier release say no language: they are English. */
const reader = {
  to: mailAddress,
  /** A language tag (BCP 47). Without one, the outbox writes that of the request that is being answered. */
  locale: oneLine(35).nullish(),
  /** For times in the text: an IANA name such as `Europe/Berlin`. UTC if there is none. */
  timeZone: oneLine(64).nullish(),
  /** The id of a client with a look of its own, which the mail then has. The outbox writes it, for `OF_A_JOURNEY`. */
  app: oneLine(255).nullish(),
}

export const mailRequestSchema = z.discriminatedUnion('template', [
  z.object({ template: z.literal('activation'), ...reader, data: activation }),
  z.object({ template: z.literal('already-registered'), ...reader, data: alreadyRegistered }),
  z.object({ template: z.literal('reset'), ...reader, data: activation }),
  z.object({ template: z.literal('session-alert'), ...reader, data: sessionAlert }),
  z.object({ template: z.literal('access-request'), ...reader, data: accessRequest }),
  z.object({ template: z.literal('password-changed'), ...reader, data: passwordChanged }),
  z.object({ template: z.literal('new-browser'), ...reader, data: newBrowser }),
  z.object({ template: z.literal('factor-changed'), ...reader, data: factorChanged }),
  z.object({ template: z.literal('password-guessed'), ...reader, data: passwordChanged }),
  z.object({ template: z.literal('check-code'), ...reader, data: activation }),
  z.object({ template: z.literal('invitation'), ...reader, data: z.object({ link, expiresAtMs }) }),
  z.object({ template: z.literal('registration-answered'), ...reader, data: answered }),
  z.object({ template: z.literal('factor-reset'), ...reader, data: factorReset }),
  z.object({ template: z.literal('new-address'), ...reader, data: newAddress }),
  z.object({ template: z.literal('address-taken'), ...reader, data: addressTaken }),
  z.object({ template: z.literal('address-notice'), ...reader, data: addressNotice }),
  z.object({ template: z.literal('deletion-notice'), ...reader, data: deletionNotice }),
  z.object({ template: z.literal('sign-in-code'), ...reader, data: signInCode }),
  z.object({ template: z.literal('upstream-changed'), ...reader, data: upstreamChanged }),
  z.object({ template: z.literal('test'), ...reader, data: test }),
])

/** Mails on the way to an app. All others are about the account, and look as the server does. */
export const OF_A_JOURNEY: ReadonlySet<string> = new Set<MailRequest['template']>([
  'activation',
  'already-registered',
  'reset',
  'sign-in-code',
  'check-code',
])

/** Every kind of mail. */
export const MAIL_KINDS: readonly string[] = mailRequestSchema.options.map(
  ({ shape }) => shape.template.value,
)

export type MailRequest = z.infer<typeof mailRequestSchema>
