/** A message as a sink gets it: with its payload opened. */
import type { Sealer } from '../platform/tokens.ts'
import { sealContext } from './outbox.ts'
import { DeliveryFailure } from './sink.ts'
import type { OutboxMessage } from './sink.ts'

export type SealedMessage = {
  id: string
  topic: string
  recordKey: string | null
  payload: string | null
  attempts: number
  createdAtMs: number
  /** W3C Trace Context of the request that recorded it. */
  traceparent: string | null
}

export const SEALED_COLUMNS = [
  'id',
  'topic',
  'recordKey',
  'payload',
  'attempts',
  'createdAtMs',
  'traceparent',
] as const

/** @throws DeliveryFailure `payload_unreadable` */
export function openMessage(message: SealedMessage, sealer: Sealer): OutboxMessage {
  const { id, topic, recordKey, payload, attempts, createdAtMs, traceparent } = message
  const plain = sealer.open(payload ?? '', sealContext(id, topic))
  // A retry cannot help. A replay works once the key of the payload is configured again.
  if (plain === undefined) throw new DeliveryFailure('payload_unreadable', { permanent: true })
  const opened = { id, topic, key: recordKey ?? undefined, attempt: attempts, createdAtMs }
  const trace = traceparent === null ? {} : { traceparent }
  return { ...opened, payload: JSON.parse(plain) as unknown, ...trace }
}
