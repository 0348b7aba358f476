/** What the API takes and answers. The same schemas validate requests and make the OpenAPI document. */
import { z } from 'zod'

const minor = z.int().describe('In minor units of the currency, such as cents.')

export const recipient = z
  .string()
  .trim()
  .min(1, 'Name the recipient.')
  .max(255)
  .describe('The e-mail address or user name of a registered person, exactly.')

export const note = z
  .string()
  .trim()
  .max(140, 'A note has at most 140 characters.')
  .describe('The recipient reads it.')

export const amountMinor = minor
  .min(1, 'The amount must be more than zero.')
  .max(Number.MAX_SAFE_INTEGER, 'The amount is too large.')

export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'Idempotency-Key has 1 to 255 visible ASCII characters.')
  .describe('Chosen by the sender, one for each transfer. Sent again, it answers the same and books nothing.')

export const transferBody = z
  .strictObject({ recipient, amount_minor: amountMinor, note: note.optional() })
  .meta({ title: 'Transfer order' })

export const receipt = z
  .object({
    id: z.uuid(),
    amount_minor: minor,
    recipient: z.string(),
    note: z.string().nullable(),
    balance_minor: minor.describe('The balance of the sender afterwards.'),
    created_at: z.iso.datetime(),
  })
  .meta({ title: 'Receipt' })

export const balance = z
  .object({
    balance_minor: minor.describe('Before the first transfer: what the account will be opened with.'),
    currency: z.string().describe('ISO 4217.'),
  })
  .meta({ title: 'Balance' })

const LARGEST_PAGE = 200
const MOST_SKIPPED = 1_000_000

export const pageQuery = (defaultLimit: number) =>
  z.object({
    skip: z.coerce.number().int().min(0).max(MOST_SKIPPED).default(0).describe('How many to leave out.'),
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .default(defaultLimit)
      .transform((value) => Math.min(value, LARGEST_PAGE))
      .describe(`How many at most. More than ${LARGEST_PAGE} count as ${LARGEST_PAGE}.`),
  })

export const transactions = z
  .object({
    items: z.array(
      z.object({
        id: z.uuid(),
        kind: z.enum(['transfer', 'opening']).describe('`opening`: the starting balance.'),
        amount_minor: minor.describe('Below zero for what was sent.'),
        balance_minor: minor.describe('After this transaction.'),
        counterparty: z.string().nullable().describe('An address or a user name, where one is known.'),
        note: z.string().nullable(),
        created_at: z.iso.datetime(),
      }),
    ),
    skip: z.int(),
    limit: z.int(),
    has_more: z.boolean(),
  })
  .meta({ title: 'Transactions' })

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('A sentence for the reader.'),
    code: z.string().describe('Stable: what a program decides by.'),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ title: 'Problem (RFC 9457)' })
