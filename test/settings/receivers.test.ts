import { expect } from 'chai'
import { problemsOf, read, SERVICE } from './environment.ts'

describe('settings of receivers of events', () => {
  const pem = '-----BEGIN PUBLIC KEY-----'
  const WRONG: Record<string, [given: string, takes: string]> = {
    EVENT_STREAM: ['two words', 'the key of a Redis stream'],
    EVENT_STREAM_REDIS_DSN: ['http://redis', 'redis://'],
    EVENT_STREAM_MAX_LENGTH: ['999', 'a whole number from 1000 to 100000000'],
    EVENT_STREAM_TYPES: ['account.created,account.cretaed', 'event types, or groups such as account.*'],
    RABBITMQ_DSN: ['http://rabbit', 'amqp://user:password@host:port/vhost'],
    RABBITMQ_EXCHANGE: ['two words', 'a name'],
    RABBITMQ_TYPES: ['accounts.*', 'event types, or groups such as account.*'],
    RABBITMQ_REGISTRATION_QUEUE: ['новые', 'a name'],
    KAFKA_BROKERS: ['kafka-1:9092,kafka-2', 'host:port'],
    KAFKA_TOPIC: ['a topic', 'a name'],
    KAFKA_TYPES: ['everything', 'event types, or groups such as account.*'],
    KAFKA_REGISTRATION_MESSAGE: ['maybe', 'true or false'],
    KAFKA_REGISTRATION_TOPIC: ['a topic', 'a name'],
    KAFKA_REGISTRATION_KEY: ['new user', 'text'],
    KAFKA_SASL_MECHANISM: ['GSSAPI', 'PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512'],
    KAFKA_TLS: ['1.3', 'true or false'],
    KAFKA_TLS_CA: [pem, 'certificates in PEM'],
    REGISTRATION_MESSAGE_AT: ['once', 'activation'],
  }
  for (const [name, [given, takes]] of Object.entries(WRONG))
    it(`name what ${name} takes when it is wrong`, () => {
      const variable = `ACCOUNT_SERVER_${name}`
      const problems = problemsOf({ [variable]: given })
      expect(problems, problems.join('\n')).to.have.lengthOf(1)
      expect(problems[0]).to.contain(variable).and.to.contain(takes)
    })

  it('are masked where they are secret', () => {
    const problems = problemsOf({ ACCOUNT_SERVER_RABBITMQ_DSN: 'amqps//app:hidden@rabbit' })
    expect(problems.join()).to.contain('RABBITMQ_DSN').and.not.to.contain('hidden')
  })

  it('need one another: a stream its Redis, a Kafka user the password', () => {
    expect(problemsOf({ ACCOUNT_SERVER_EVENT_STREAM: 'events' })).to.deep.equal([
      'ACCOUNT_SERVER_EVENT_STREAM needs ACCOUNT_SERVER_EVENT_STREAM_REDIS_DSN or ACCOUNT_SERVER_REDIS_DSN',
    ])
    for (const one of ['USER', 'PASSWORD'])
      expect(problemsOf({ [`ACCOUNT_SERVER_KAFKA_${one}`]: 'x' }), one).to.deep.equal([
        'ACCOUNT_SERVER_KAFKA_USER and ACCOUNT_SERVER_KAFKA_PASSWORD need each other',
      ])
  })

  it('turn a receiver on, each with what is usual for the rest', () => {
    expect(read({}).receivers).to.deep.equal({
      eventStream: undefined,
      rabbitmq: undefined,
      kafka: undefined,
    })
    const { eventStream, rabbitmq, kafka } = read({
      ...SERVICE,
      ACCOUNT_SERVER_REDIS_DSN: 'redis://redis:6379',
      ACCOUNT_SERVER_EVENT_STREAM: 'account-events',
      ACCOUNT_SERVER_RABBITMQ_DSN: 'amqp://rabbit',
      ACCOUNT_SERVER_KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9092',
    }).receivers
    expect(eventStream).to.include({ redisDsn: 'redis://redis:6379', maxLength: 100_000 })
    expect(rabbitmq).to.include({ exchange: 'account-events', registrationQueue: undefined })
    expect(kafka).to.deep.include({ brokers: ['kafka-1:9092', 'kafka-2:9092'], topic: 'account-events' })
    expect(kafka?.registration).to.deep.equal({ topic: 'uploading_data', key: 'new_user' })
  })
})
