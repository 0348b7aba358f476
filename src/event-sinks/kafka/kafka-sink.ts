/**
 * Produces to a Kafka topic: acknowledged by all replicas, idempotent, and with a key, so that messages of one key are in
 * one partition and keep their order.
 */
import type { Producer } from '@platformatic/kafka'
import type { BatchOutcome, BatchSink } from '../../outbox/batch-sink.ts'
import { DeliveryFailure } from '../../outbox/sink.ts'
import type { OutboxMessage } from '../../outbox/sink.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { within } from '../../platform/deadline.ts'
import { BROKER_RETRY, eachAlone } from '../received-event.ts'

export type KafkaConnection = {
  /** `host:port` each. */
  brokers: readonly string[]
  sasl: { mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'; user: string; password: string } | undefined
  /** Connects by TLS; `ca` is in PEM, for authorities that the system does not know. */
  tls: { ca: string | undefined } | undefined
}

export type KafkaRecord = { key: string; value: string; headers: Record<string, string> }

type KafkaSettings = KafkaConnection & {
  topic: string
  toRecord: (message: OutboxMessage) => KafkaRecord
  /** The longest wait for one request with all its repetitions. Default: a minute. */
  sendWithinMs?: number | undefined
}

type StringProducer = Producer<string, string, string, string>

/**
 * Less than the lane waits. Against a broker that is stopped the library repeats each step within repetitions of others, for
 * more than two minutes. It would still send then, beside the lane's next attempt.
 */
const SEND_WITHIN_MS = 60 * SECOND_MS
const tooLate = () => new DeliveryFailure('send_timeout')

/** Codes of the protocol for a record that no later attempt makes acceptable: MESSAGE_TOO_LARGE and relatives. */
const HOPELESS = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'])

export function createKafkaSink(settings: KafkaSettings): BatchSink {
  let producer: StringProducer | undefined
  const send = async (messages: readonly KafkaRecord[]): Promise<void> => {
    producer ??= await openProducer(settings)
    try {
      const sending = producer.send({
        messages: messages.map((record) => ({ ...record, topic: settings.topic })),
      })
      await within(settings.sendWithinMs ?? SEND_WITHIN_MS, sending, tooLate)
    } catch (error) {
      // After an error its sequence numbers may be unknown to the broker. A new one starts again.
      const broken = producer
      producer = undefined
      await broken.close(true).catch(() => undefined)
      throw error
    }
  }
  return {
    batchSize: 200,
    retry: BROKER_RETRY,
    async deliverAll(messages) {
      const records: { id: string; record: KafkaRecord }[] = []
      const failed = await eachAlone(messages, async (message) => {
        records.push({ id: message.id, record: settings.toRecord(message) })
      })
      const outcome = await sendSome(records, send)
      return { delivered: outcome.delivered, failed: new Map([...failed, ...outcome.failed]) }
    },
    async close() {
      await producer?.close(true).catch(() => undefined)
      producer = undefined
    },
  }
}

/** All at once. A batch with a record that the broker never takes is sent record by record, to find that one. */
async function sendSome(
  records: readonly { id: string; record: KafkaRecord }[],
  send: (records: readonly KafkaRecord[]) => Promise<void>,
): Promise<BatchOutcome> {
  if (records.length === 0) return { delivered: [], failed: new Map() }
  try {
    await send(records.map(({ record }) => record))
    return { delivered: records.map(({ id }) => id), failed: new Map() }
  } catch (error) {
    const code = hopelessCode(error)
    if (!code) throw error
    const [only] = records
    if (only && records.length === 1)
      return {
        delivered: [],
        failed: new Map([[only.id, new DeliveryFailure(code, { permanent: true, cause: error })]]),
      }
  }
  const delivered: string[] = []
  const failed = new Map<string, DeliveryFailure>()
  for (const record of records) {
    const outcome = await sendSome([record], send)
    delivered.push(...outcome.delivered)
    for (const [id, failure] of outcome.failed) failed.set(id, failure)
  }
  return { delivered, failed }
}

/** The library nests the broker's answer in causes and lists of errors. */
function hopelessCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('apiId' in error && typeof error.apiId === 'string' && HOPELESS.has(error.apiId))
    return error.apiId.toLowerCase()
  const inner: unknown[] = error instanceof AggregateError ? [...error.errors, error.cause] : [error.cause]
  return inner.map(hopelessCode).find((code) => code !== undefined)
}

function saslOf({ user, ...sasl }: NonNullable<KafkaConnection['sasl']>) {
  return { ...sasl, username: user }
}

/** Loads the library, which takes megabytes, where it is needed. */
async function openProducer({ brokers, sasl, tls }: KafkaConnection): Promise<StringProducer> {
  const kafka = await import('@platformatic/kafka')
  const producer = new kafka.Producer<string, string, string, string>({
    clientId: 'account-server',
    bootstrapBrokers: [...brokers],
    serializers: kafka.stringSerializers,
    acks: kafka.ProduceAcks.ALL,
    idempotent: true,
    // "None yet", as the protocol has it. The library's own value asks a broker for producer 0.
    producerId: -1n,
    producerEpoch: -1,
    autocreateTopics: true,
    connectTimeout: 5000,
    requestTimeout: 15_000,
    retries: 2,
    retryDelay: 250,
    ...(sasl ? { sasl: saslOf(sasl) } : {}),
    ...(tls ? { tls: tls.ca ? { ca: tls.ca } : {} } : {}),
  })
  // Without a listener an error of a connection ends the process. `send` reports it as well.
  producer.on('error', () => undefined)
  return producer
}
