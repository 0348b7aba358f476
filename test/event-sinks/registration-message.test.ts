import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { connect } from 'amqplib'
import { expect } from 'chai'
import { findBinary } from '../../scripts/find-binary.mjs'
import { createCaller } from '../api/caller.ts'
import { waitFor } from '../contracts/sink-receivers.ts'
import { anyAddress, openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { codeIn } from '../support/letter.ts'
import { KAFKA_KIND, startKafka } from '../support/service-kafka.ts'
import type { Kafka } from '../support/service-kafka.ts'
import { startRabbitmq } from '../support/service-rabbitmq.ts'

const QUEUE = 'registrations'
const EMAIL = 'ann@example.org'
type Message = { user_id: string; username: string; full_name: string; created_at: string }

describe(`the message about a new user, with ${KAFKA_KIND} and RabbitMQ`, () => {
  let stage: Stage
  let broker: Kafka
  let rabbit: Awaited<ReturnType<typeof startRabbitmq>>
  let accountId = ''

  before(async () => {
    broker = await startKafka()
    rabbit = await startRabbitmq()
    stage = await openStage({
      store: 'sqlite',
      env: {
        ACCOUNT_SERVER_KAFKA_BROKERS: broker.brokers.join(','),
        ACCOUNT_SERVER_RABBITMQ_DSN: rabbit.url,
        ACCOUNT_SERVER_RABBITMQ_REGISTRATION_QUEUE: QUEUE,
      },
    })
    const api = await createCaller(stage, ['accounts:register'])
    const token = await api.ownToken()
    const post = (path: string, body: object) =>
      api.call('POST', path, { token, body: { ip: anyAddress(), email: EMAIL, password: PASSWORD, ...body } })
    expect((await post('/registrations', { name: 'Ann Example', username: 'ann' })).status).to.equal(202)
    const code = codeIn(await stage.waitForMail(EMAIL, /^Activate/))
    expect(await inKafka()).to.eql([])
    const activated = await post('/registrations/verify', { code })
    expect(activated.status, activated.text).to.equal(200)
    accountId = String(activated.json()['id'])
  })
  after(async () => {
    await stage?.stop()
    await broker?.stop()
  })

  const isAboutAnn = (message: Message) => {
    const { created_at: createdAt, ...rest } = message
    expect(rest).to.eql({ user_id: accountId, username: 'ann', full_name: 'Ann Example' })
    expect(new Date(createdAt).toISOString()).to.equal(createdAt)
  }

  it('goes to the topic uploading_data with the key new_user at activation [A16]', async () => {
    const records = await waitFor(async () => {
      const found = await inKafka()
      return found.length > 0 ? found : undefined
    }, 'the record')
    expect(records.map(([key]) => key)).to.eql(['new_user'])
    isAboutAnn(JSON.parse(records[0]![1]!) as Message)
  })

  it('goes to the queue of RabbitMQ that the settings name [A16]', async () => {
    const connection = await connect(rabbit.url)
    const channel = await connection.createChannel()
    const message = await waitFor(async () => (await channel.get(QUEUE, { noAck: true })) || undefined, QUEUE)
    await connection.close()
    isAboutAnn(JSON.parse(message.content.toString()) as Message)
  })

  /** Key and value of each record, read by another client than ours. */
  async function inKafka(): Promise<string[][]> {
    const args = ['-C', '-t', 'uploading_data', '-o', 'beginning', '-e', '-q', '-f', '%k\\t%s\\n']
    const run = promisify(execFile)(findBinary('kcat') ?? 'kcat', ['-b', broker.brokers.join(','), ...args])
    const output = await run.then(
      ({ stdout }) => stdout,
      () => '',
    )
    return output
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t'))
  }
})
