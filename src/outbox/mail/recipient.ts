/**
 * What a mail keeps in the clear of its receiver, so that an operator finds the mails of one person: a digest that only this
 * server can make of an address, and the kind of mail. The row keeps it after delivery, when the sealed text is gone.
 */
import { lookupEmail } from '../../platform/email.ts'
import { keyedDigest } from '../../platform/tokens.ts'

export function recipientKey(key: Buffer, to: string, kind: string): string {
  return `${recipientDigest(key, to)}:${kind}`
}

/** The keys of all kinds of mails to an address. */
export function recipientKeys(key: Buffer, to: string, kinds: readonly string[]): string[] {
  const digest = recipientDigest(key, to)
  return kinds.map((kind) => `${digest}:${kind}`)
}

/** `null` of a mail that an earlier release wrote. */
export function kindIn(recordKey: string | null): string | null {
  return recordKey?.split(':')[1] ?? null
}

function recipientDigest(key: Buffer, to: string): string {
  return keyedDigest(key, JSON.stringify(['mail to', lookupEmail(to)]))
}
