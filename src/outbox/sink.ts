/** The port that a receiver implements: mail, brokers, webhooks. */

export type OutboxMessage = {
  /** The same for every attempt: what a receiver recognises a repeated delivery by. */
  id: string
  topic: string
  key: string | undefined
  payload: unknown
  /** 1 on the first attempt. */
  attempt: number
  createdAtMs: number
  /** W3C Trace Context of the request that recorded it, where traces are on: to be passed on. */
  traceparent?: string | undefined
}

export type Sink = {
  /**
   * Resolves once the receiver has taken the message over, and not before. Called again with the same id when a worker
   * died in between. Any error means "try later"; a `DeliveryFailure` may say that trying again is of no use.
   */
  deliver: (message: OutboxMessage) => Promise<void>
  /**
   * Messages of one key arrive in the order in which they were recorded. While one waits for its next attempt, later ones
   * of its key wait too; one that was given up holds up none. Messages without a key are not ordered.
   */
  ordered?: boolean
}

export class DeliveryFailure extends Error {
  /** Kept in the row and in the log: a short code, never a payload, an address or a receiver's own words. */
  readonly reason: string
  readonly permanent: boolean

  constructor(reason: string, options: { permanent?: boolean; cause?: unknown } = {}) {
    super(reason, { cause: options.cause })
    this.name = 'DeliveryFailure'
    this.reason = reason
    this.permanent = options.permanent ?? false
  }
}

/** What may be kept of any error: its stable code, since messages quote addresses and payloads. */
export function asDeliveryFailure(error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const reason = typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown'
  return new DeliveryFailure(reason.slice(0, 100), { cause: error })
}
