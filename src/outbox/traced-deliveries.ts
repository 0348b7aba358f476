/** Deliveries as parts of the traces of the requests that recorded the messages. */
import type { Span, SpanTerms, Tracing } from '../platform/tracing/tracing.ts'
import type { BatchOutcome } from './batch-sink.ts'
import type { SealedMessage } from './opened-message.ts'
import { asDeliveryFailure } from './sink.ts'
import type { DeliveryFailure } from './sink.ts'

/** Everything that the delivery of this message does is part of it. */
export function tracedDelivery(
  tracing: Tracing,
  message: SealedMessage,
  deliver: () => Promise<DeliveryFailure | undefined>,
): Promise<void> {
  return tracing.within(nameOf(message), termsOf(message), (span) =>
    deliver()
      .then((failure) => failure && span.fail(failure.reason))
      .finally(() => span.end()),
  )
}

/** A batch has messages of several traces: each gets a part of its own, as long as the batch. */
export async function tracedBatch(
  tracing: Tracing,
  batch: readonly SealedMessage[],
  deliver: () => Promise<BatchOutcome>,
): Promise<BatchOutcome> {
  const spans = new Map<string, Span | undefined>()
  for (const message of batch)
    if (message.traceparent) spans.set(message.id, tracing.begin(nameOf(message), termsOf(message)))
  try {
    const outcome = await deliver()
    for (const [id, { reason }] of outcome.failed) spans.get(id)?.fail(reason)
    return outcome
  } catch (error) {
    for (const span of spans.values()) span?.fail(asDeliveryFailure(error).reason)
    throw error
  } finally {
    for (const span of spans.values()) span?.end()
  }
}

function nameOf({ topic }: SealedMessage): string {
  // A topic may end in the id of a receiver, and names of spans are few.
  return `deliver ${topic.split(':', 1)[0]}`
}

function termsOf({ id, topic, attempts, traceparent }: SealedMessage): SpanTerms {
  const attributes = {
    'messaging.message.id': id,
    'messaging.destination.name': topic,
    'account_server.attempt': attempts,
  }
  return { kind: 'consumer', attributes, parent: traceparent ?? undefined }
}
