import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { Webhook } from 'standardwebhooks'
import type { CloudEvent } from '../../src/events/events.ts'
import { createWorker } from '../../src/process/worker.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { embeddedPlace } from '../cli/command-line.ts'
import { waitFor } from '../contracts/sink-receivers.ts'

describe('webhooks', () => {
  const place = embeddedPlace()
  let server: Parts
  let worker: ReturnType<typeof createWorker>
  let secret = ''
  let id = ''
  let status = 204
  const arrived: CloudEvent[] = []
  const wrong: unknown[] = []
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      try {
        const headers = request.headers as Record<string, string>
        const event = new Webhook(secret).verify(Buffer.concat(chunks).toString(), headers) as CloudEvent
        if (status === 204) arrived.push(event)
      } catch (error) {
        wrong.push(error)
      }
      response.writeHead(status).end()
    })
  })
  const url = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`
  const newAccount = async (email: string) =>
    place.json([
      'account',
      'create',
      '--email',
      email,
      '--name',
      'Ada',
      '--password',
      'correct horse battery',
    ])
  const arrival = async (count: number) =>
    waitFor(async () => (arrived.length >= count ? arrived : undefined), `${count} events`)

  before(async () => {
    receiver.listen(0, '127.0.0.1')
    await once(receiver, 'listening')
    server = await place.prepared()
    const made = await place.json(['webhook', 'create', '--url', url(), '--event', 'account.*'])
    secret = String(made['secret'])
    id = made.id
    worker = createWorker(server)
    worker.start()
  })
  after(async () => {
    await worker?.stop()
    receiver.close()
    receiver.closeAllConnections()
    await place.remove()
  })

  it('post each event with a signature of Standard Webhooks', async () => {
    await newAccount('ada@example.org')
    const [event] = await arrival(1)
    expect(event?.type).to.equal('account.created')
    expect(event?.data['account']).to.include({ email: 'ada@example.org' })
    expect(wrong).to.deep.equal([])
  })

  it('show the secret once, and never in the list', async () => {
    expect(secret).to.match(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(await place.text(['webhook', 'list']))
      .to.contain(id)
      .and.not.contain(secret)
  })

  it('sign with the older secret as well after a rotation', async () => {
    const before = arrived.length
    const rotated = await place.json(['webhook', 'rotate-secret', id])
    expect(rotated['secret']).to.not.equal(secret)
    await newAccount('grace@example.org')
    await arrival(before + 1)
    secret = String(rotated['secret'])
    await newAccount('mary@example.org')
    await arrival(before + 2)
    expect(wrong).to.deep.equal([])
  })

  it('send the events of a time again, with the same ids', async () => {
    const ids = arrived.map((event) => event.id)
    const { replayed } = await place.json(['webhook', 'replay', id, '--since', '2020-01-01T00:00:00Z'])
    expect(replayed).to.equal(ids.length)
    const all = await arrival(2 * ids.length)
    expect(all.slice(ids.length).map((event) => event.id)).to.have.members(ids)
  })

  it('are turned off by a receiver that answers 410', async () => {
    status = 410
    await newAccount('joan@example.org')
    await waitFor(async () => {
      const { webhooks } = await place.json(['webhook', 'list'])
      return (webhooks as { enabled: boolean }[])[0]?.enabled === false ? true : undefined
    }, 'the webhook to be off')
  })

  it('take no address without TLS beyond this machine, and no unknown type', async () => {
    const create = ['webhook', 'create', '--url']
    const plain = await place.refused([...create, 'http://crm.example.com/'])
    expect(plain).to.include({ error: 'webhook_invalid' })
    expect(plain.error_description).to.contain('takes an https address')
    const unknown = await place.refused([...create, url(), '--event', 'account.x'])
    expect(unknown).to.include({ error: 'webhook_invalid' })
    expect(unknown.error_description).to.contain('account.x')
  })
})
