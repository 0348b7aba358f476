/**
 * The port of a receiver that takes many messages at once and keeps their order: brokers and webhooks. Its lane is held
 * by one worker at a time.
 */
import type { DeliveryFailure, OutboxMessage, Sink } from './sink.ts'

export type BatchOutcome = {
  /** Ids of the messages that the receiver has taken over. */
  delivered: readonly string[]
  /** By id. A message that is in neither was not tried, because an earlier one of its key failed. */
  failed: ReadonlyMap<string, DeliveryFailure>
}

export type BatchSink = {
  /** The most messages of one call. After a crash at most these arrive twice. */
  batchSize: number
  /**
   * Delivers in the order given, at least among messages of one key. Rejects while the receiver is away: then nothing
   * counts as an attempt, and the whole lane waits.
   */
  deliverAll: (messages: readonly OutboxMessage[]) => Promise<BatchOutcome>
  /** Waits after failures; each doubles the wait, up to the cap. */
  retry: {
    baseMs: number
    capMs: number
    /** The longest wait of the lane itself, while no message gets through. */
    laneCapMs: number
    /** A message of this age is given up at its next failure, but not before its third attempt. */
    giveUpAfterMs: number
  }
  /** Ends its connections. It is not used again. */
  close?: () => Promise<void>
}

export type AnySink = Sink | BatchSink

export function isBatchSink(sink: AnySink): sink is BatchSink {
  return 'deliverAll' in sink
}
