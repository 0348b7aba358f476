/** What a browser sends back from an authenticator, as JSON (WebAuthn §5.1, `toJSON`). */
import { z } from 'zod'

const LONGEST_ANSWER = 20_000
const LONGEST_CREDENTIAL_ID = 1364

const bytes = z
  .string()
  .max(LONGEST_ANSWER)
  .regex(/^[\w-]*$/)
const credentialId = z
  .string()
  .min(1)
  .max(LONGEST_CREDENTIAL_ID)
  .regex(/^[\w-]+$/)
const ofAny = {
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
}

const assertionSchema = z.object({
  ...ofAny,
  response: z.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: bytes.nullish(),
  }),
})
const creationSchema = z.object({
  ...ofAny,
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z
      .array(
        z
          .string()
          .max(20)
          .regex(/^[a-z-]+$/),
      )
      .max(8)
      .optional(),
  }),
})
const clientData = z.object({ challenge: z.string().max(200) })

export type Assertion = z.infer<typeof assertionSchema>
export type Creation = z.infer<typeof creationSchema>

/** An answer of `navigator.credentials.get`. Nothing for anything else. */
export function readAssertion(text: string): Assertion | undefined {
  return assertionSchema.safeParse(jsonOf(text)).data
}

/** An answer of `navigator.credentials.create`. Nothing for anything else. */
export function readCreation(text: string): Creation | undefined {
  return creationSchema.safeParse(jsonOf(text)).data
}

/** The challenge that was signed. */
export function challengeOf({ response }: Assertion | Creation): string {
  const json = Buffer.from(response.clientDataJSON, 'base64url').toString('utf8')
  return clientData.safeParse(jsonOf(json)).data?.challenge ?? ''
}

function jsonOf(text: string): unknown {
  if (text.length > LONGEST_ANSWER) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
