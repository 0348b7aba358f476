/** The form that sends money: what was typed, what is wrong with it in words, and the key that makes it count once. */
import { randomUUID } from 'node:crypto'
import type { RefusalCode } from '../books/refusal.ts'
import { amountMinor, idempotencyKey, note, recipient } from '../http/schemas.ts'
import type { Money } from './money.ts'

export type Typed = { recipient: string; amount: string; note: string }
type FormErrors = Partial<Record<keyof Typed | 'form', string>>

/** What the page shows. Each showing has a key of its own, so a form that is sent twice counts once. */
export type Form = { values: Typed; errors: FormErrors; key: string }

export type ReadForm =
  | {
      ok: true
      typed: Typed
      order: { recipient: string; amountMinor: number; note?: string; idempotencyKey: string }
    }
  | { ok: false; form: Form }

export function emptyForm(): Form {
  return { values: { recipient: '', amount: '', note: '' }, errors: {}, key: randomUUID() }
}

export function readTransferForm(given: URLSearchParams, money: Money): ReadForm {
  const typed = {
    recipient: given.get('recipient') ?? '',
    amount: given.get('amount') ?? '',
    note: given.get('note') ?? '',
  }
  const amount = amountMinor.safeParse(money.parse(typed.amount))
  const [to, words] = [recipient.safeParse(typed.recipient), note.safeParse(typed.note)]
  const key = idempotencyKey.safeParse(given.get('key'))
  if (to.success && amount.success && words.success && key.success) {
    const about = words.data === '' ? {} : { note: words.data }
    return {
      ok: true,
      typed,
      order: { recipient: to.data, amountMinor: amount.data, ...about, idempotencyKey: key.data },
    }
  }
  const errors: FormErrors = {
    ...(!to.success && { recipient: 'Type the e-mail address or user name of the recipient.' }),
    ...(!amount.success && { amount: amountFault(money.parse(typed.amount), money) }),
    ...(!words.success && { note: 'A note has at most 140 characters.' }),
    ...(!key.success && { form: 'This form was not complete. Please send it again.' }),
  }
  return { ok: false, form: { values: typed, errors, key: randomUUID() } }
}

/** The form again, with what the ledger refused in words. Nothing was sent. */
export function refusedForm(typed: Typed, code: RefusalCode, balance: string): Form {
  const said: Partial<Record<RefusalCode, FormErrors>> = {
    recipient_unknown: {
      recipient: `Nobody is registered as “${typed.recipient.trim()}”. Check the spelling.`,
    },
    self_transfer: { recipient: 'This is you. Choose somebody else as the recipient.' },
    insufficient_funds: { amount: `You have ${balance}. Choose a smaller amount.` },
    balance_overflow: { amount: 'The recipient cannot hold so much. Choose a smaller amount.' },
    idempotency_key_reused: {
      form: 'You had sent this form before, with other entries. If you want to send these too, press the button again.',
    },
    temporarily_unavailable: {
      form: 'A service that the ledger needs does not answer. Press the button again in a moment. It counts once.',
    },
  }
  const errors = said[code] ?? { form: 'That did not work. Nothing was sent. Please try again.' }
  return { values: typed, errors, key: randomUUID() }
}

function amountFault(minor: number | undefined, { example }: Money): string {
  if (minor !== undefined && minor <= 0) return 'The amount must be more than zero.'
  if (minor === Infinity) return 'The amount is too large.'
  return `Type an amount, such as ${example}.`
}
