/** The settings of what receives events: a Redis stream, RabbitMQ, Kafka. Webhooks are rows, see `cli webhook`. */
import { z } from 'zod'
import { EVENT_TYPES } from '../events/event-types.ts'
import { unknownTypes } from '../events/event-filter.ts'
import { flag, integer, list, redisDsn, text, url } from './kinds/setting-kinds.ts'

const GROUP = 'Events'

const types = () =>
  list()
    .refine((filter) => unknownTypes(filter, Object.keys(EVENT_TYPES)).length === 0)
    .default([])
    .meta({ takes: 'a comma-separated list of event types, or groups such as account.*', fallback: 'all' })

const address = /^[^\s:,/]+:\d{1,5}$/

/** A name at a broker or in Redis: printable, without blanks. */
const name = () => z.string().regex(/^[\x21-\x7e]{1,249}$/)

export const receiverSettings = {
  event_stream: name().optional().meta({
    group: GROUP,
    takes: 'the key of a Redis stream',
    description: 'Turns on the Redis stream: events are appended to this key.',
  }),
  event_stream_redis_dsn: redisDsn().optional().meta({
    group: GROUP,
    secret: true,
    fallback: 'REDIS_DSN',
    description: 'The Redis of the stream.',
  }),
  event_stream_max_length: integer(1000, 100_000_000).default(100_000).meta({
    group: GROUP,
    description: 'About how many events the stream keeps. Redis trims the oldest.',
  }),
  event_stream_types: types().meta({ group: GROUP, description: 'What the stream gets.' }),
  rabbitmq_dsn: url('amqp://user:password@host:port/vhost or amqps://…', 'amqp', 'amqps').optional().meta({
    group: GROUP,
    secret: true,
    description: 'Turns on RabbitMQ.',
  }),
  rabbitmq_exchange: name().default('account-events').meta({
    group: GROUP,
    takes: 'a name',
    description: 'Durable topic exchange for events. The routing key is the type.',
  }),
  rabbitmq_types: types().meta({
    group: GROUP,
    description: 'What RabbitMQ gets. Each type needs a queue that is bound to it.',
  }),
  rabbitmq_registration_queue: name().optional().meta({
    group: GROUP,
    takes: 'a name',
    description: 'Durable queue for the message about a new user.',
  }),
  kafka_brokers: list()
    .refine((brokers) => brokers.every((one) => address.test(one)))
    .default([])
    .meta({
      group: GROUP,
      takes: 'a comma-separated list of host:port',
      fallback: 'no Kafka',
      description: 'Turns on Kafka.',
    }),
  kafka_topic: name().default('account-events').meta({
    group: GROUP,
    takes: 'a name',
    description: 'Topic for events. The key is the subject.',
  }),
  kafka_types: types().meta({ group: GROUP, description: 'What the Kafka topic gets.' }),
  kafka_registration_message: flag().default(true).meta({
    group: GROUP,
    description: 'Sends the message about a new user to Kafka.',
  }),
  kafka_registration_topic: name().default('uploading_data').meta({
    group: GROUP,
    takes: 'a name',
    description: 'Topic of the message about a new user.',
  }),
  kafka_registration_key: name().default('new_user').meta({
    group: GROUP,
    takes: 'text',
    description: 'Key of the message about a new user.',
  }),
  kafka_user: text().optional().meta({
    group: GROUP,
    takes: 'text',
    description: 'Signs in to Kafka by SASL.',
  }),
  kafka_password: text().optional().meta({
    group: GROUP,
    takes: 'text',
    secret: true,
    description: 'Password of KAFKA_USER.',
  }),
  kafka_sasl_mechanism: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']).default('SCRAM-SHA-512').meta({
    group: GROUP,
    takes: 'PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512',
    description: 'How KAFKA_USER signs in.',
  }),
  kafka_tls: flag().default(false).meta({ group: GROUP, description: 'Connects to Kafka by TLS.' }),
  kafka_tls_ca: z
    .string()
    .refine((pem) => pem.includes('-----BEGIN CERTIFICATE-----'))
    .optional()
    .meta({
      group: GROUP,
      takes: 'certificates in PEM, mostly as KAFKA_TLS_CA_FILE',
      fallback: 'the authorities that Node.js knows',
      description: 'Authorities of the brokers’ certificates.',
    }),
} satisfies Record<string, z.ZodType>

type ReceiverSettings = {
  [Name in keyof typeof receiverSettings]: z.output<(typeof receiverSettings)[Name]>
} & {
  redis_dsn?: string | undefined
}

/** Settings that need one another. */
export function receiverProblems(settings: Partial<ReceiverSettings>): string[] {
  const problems: string[] = []
  if (settings.event_stream && !settings.event_stream_redis_dsn && !settings.redis_dsn)
    problems.push(
      `${upper('event_stream')} needs ${upper('event_stream_redis_dsn')} or ${upper('redis_dsn')}`,
    )
  if ((settings.kafka_user === undefined) !== (settings.kafka_password === undefined))
    problems.push(`${upper('kafka_user')} and ${upper('kafka_password')} need each other`)
  return problems
}

/** The part of the configuration for receivers; a receiver that is off is undefined. */
export function receiverConfig(settings: ReceiverSettings) {
  return { eventStream: streamOf(settings), rabbitmq: rabbitmqOf(settings), kafka: kafkaOf(settings) }
}

function streamOf(settings: ReceiverSettings) {
  const redisDsn = settings.event_stream_redis_dsn ?? settings.redis_dsn
  if (settings.event_stream === undefined || redisDsn === undefined) return undefined
  return {
    redisDsn,
    stream: settings.event_stream,
    maxLength: settings.event_stream_max_length,
    types: settings.event_stream_types,
  }
}

function rabbitmqOf(settings: ReceiverSettings) {
  if (settings.rabbitmq_dsn === undefined) return undefined
  return {
    dsn: settings.rabbitmq_dsn,
    exchange: settings.rabbitmq_exchange,
    types: settings.rabbitmq_types,
    registrationQueue: settings.rabbitmq_registration_queue,
  }
}

function kafkaOf(settings: ReceiverSettings) {
  if (settings.kafka_brokers.length === 0) return undefined
  const { kafka_user: user, kafka_password: password, kafka_sasl_mechanism: mechanism } = settings
  const sends = settings.kafka_registration_message
  return {
    brokers: settings.kafka_brokers,
    topic: settings.kafka_topic,
    types: settings.kafka_types,
    registration: sends
      ? { topic: settings.kafka_registration_topic, key: settings.kafka_registration_key }
      : undefined,
    sasl: user !== undefined && password !== undefined ? { mechanism, user, password } : undefined,
    tls: settings.kafka_tls || settings.kafka_tls_ca ? { ca: settings.kafka_tls_ca } : undefined,
  }
}

const upper = (name: string) => `ACCOUNT_SERVER_${name.toUpperCase()}`
