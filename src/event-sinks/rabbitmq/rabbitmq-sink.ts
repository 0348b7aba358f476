/**
 * Publishes events to a RabbitMQ exchange: persistent, mandatory and confirmed. A message that no queue takes comes back
 * and waits, so that nothing is lost while the queues are not bound yet.
 */
import type { ChannelModel, ConfirmChannel, Options } from 'amqplib'
import type { BatchSink } from '../../outbox/batch-sink.ts'
import { DeliveryFailure } from '../../outbox/sink.ts'
import type { OutboxMessage } from '../../outbox/sink.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { within } from '../../platform/deadline.ts'
import { BROKER_RETRY, deliverInRounds } from '../received-event.ts'

export type Publication = { routingKey: string; body: string; properties: Options.Publish }

type RabbitmqSettings = {
  url: string
  /** Where messages are published; the default exchange (`''`) routes to the queue that the routing key names. */
  exchange: string
  /** Declares the durable exchange or queue. */
  prepare: (channel: ConfirmChannel) => Promise<unknown>
  toPublication: (message: OutboxMessage) => Publication
  timeouts?: RabbitmqTimeouts | undefined
}

/** The longest waits: for a channel that is ready, and for the confirmation of a round. Defaults: 5 and 30 seconds. */
export type RabbitmqTimeouts = { connectMs: number; confirmMs: number }

type Open = { connection: ChannelModel; channel: ConfirmChannel; returned: Set<string> }

const TIMEOUTS: RabbitmqTimeouts = { connectMs: 5 * SECOND_MS, confirmMs: 30 * SECOND_MS }

export function createRabbitmqSink(settings: RabbitmqSettings): BatchSink {
  let current: Promise<Open> | undefined
  const drop = () => {
    const dropped = current
    current = undefined
    void dropped?.then(({ connection }) => closeConnection(connection, settings)).catch(() => undefined)
  }
  const open = () => {
    current ??= openChannel(settings, () => (current = undefined)).catch((error: unknown) => {
      current = undefined
      throw error
    })
    return current
  }
  return {
    batchSize: 200,
    retry: BROKER_RETRY,
    async deliverAll(messages) {
      const opened = await open()
      try {
        return await deliverInRounds(messages, (round) => publishRound(opened, settings, round))
      } catch (error) {
        // A channel that lost a confirmation is of no use any more.
        drop()
        throw error
      }
    },
    async close() {
      const opened = await current?.catch(() => undefined)
      current = undefined
      if (opened) await closeConnection(opened.connection, settings)
    },
  }
}

async function openChannel(settings: RabbitmqSettings, lost: () => void): Promise<Open> {
  const { url, timeouts = TIMEOUTS } = settings
  const { connect } = await import('amqplib')
  const connection = await connect(withHeartbeat(url), {
    timeout: timeouts.connectMs,
    clientProperties: { connection_name: 'account-server' },
  })
  // Without a listener the error of a lost connection ends the process. The next batch connects again.
  connection.on('error', lost)
  connection.on('close', lost)
  try {
    const late = () => new DeliveryFailure('connect_timeout')
    return await within(timeouts.connectMs, prepareChannel(connection, settings, lost), late)
  } catch (error) {
    void closeConnection(connection, settings)
    throw error
  }
}

async function prepareChannel(
  connection: ChannelModel,
  { prepare }: RabbitmqSettings,
  lost: () => void,
): Promise<Open> {
  const channel = await connection.createConfirmChannel()
  channel.on('error', lost)
  channel.on('close', lost)
  const returned = new Set<string>()
  channel.on('return', ({ properties }) => void returned.add(String(properties.messageId)))
  await prepare(channel)
  return { connection, channel, returned }
}

/** A stopped broker does not confirm the end. Missing heartbeats end the connection later. */
async function closeConnection(
  connection: ChannelModel,
  { timeouts = TIMEOUTS }: RabbitmqSettings,
): Promise<void> {
  const late = () => new DeliveryFailure('close_timeout')
  await within(timeouts.connectMs, connection.close(), late).catch(() => undefined)
}

/** A broker that vanished without a word is noticed after two of these. */
const HEARTBEAT_SECONDS = '15'

function withHeartbeat(address: string): string {
  const url = new URL(address)
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', HEARTBEAT_SECONDS)
  return url.href
}

async function publishRound(
  { channel, returned }: Open,
  { exchange, toPublication, timeouts = TIMEOUTS }: RabbitmqSettings,
  round: readonly OutboxMessage[],
): Promise<Map<string, DeliveryFailure>> {
  const failed = new Map<string, DeliveryFailure>()
  const sent = new Map<string, string>()
  returned.clear()
  for (const message of round) {
    try {
      const { routingKey, body, properties } = toPublication(message)
      sent.set(String(properties.messageId), message.id)
      channel.publish(exchange, routingKey, Buffer.from(body), {
        ...properties,
        persistent: true,
        mandatory: true,
      })
    } catch (error) {
      if (!(error instanceof DeliveryFailure)) throw error
      failed.set(message.id, error)
    }
  }
  const late = () => new DeliveryFailure('confirmation_timeout')
  await within(timeouts.confirmMs, channel.waitForConfirms(), late)
  // A message that comes back does so before its confirmation.
  for (const messageId of returned) {
    const id = sent.get(messageId)
    if (id) failed.set(id, new DeliveryFailure('unroutable'))
  }
  return failed
}
