/** The transfers of a storm: each is made from its number, so that none has to be kept, and is sent until it is answered. */
import { createHash } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

const MOST_AMOUNT = 2000
const RETRY_MS = 100
/** A request without an answer is sent again after so long. */
const ANSWER_WITHIN_MS = 20_000

export type Order = { token: string; key: string; body: string }
export type Answered = { status: number; text: string }

export type Sender = {
  /** Counts the requests that were sent again. */
  resent: number
  /** Sends again while no answer comes, or one that says that nothing is known (5xx). @throws the reason of `signal` */
  untilAnswered: (order: Order) => Promise<Answered>
  close: () => void
}

/** The same `seed` and number make the same transfer between two different people. */
export function orderAt(at: number, { seed, tokens }: { seed: string; tokens: readonly string[] }): Order {
  const random = createHash('sha256').update(`${seed} ${at}`).digest()
  const from = random.readUInt32LE(0) % tokens.length
  const to = (from + 1 + (random.readUInt32LE(4) % (tokens.length - 1))) % tokens.length
  const amount = 1 + (random.readUInt32LE(8) % MOST_AMOUNT)
  const body = JSON.stringify({ recipient: `person-${to + 1}@example.org`, amount_minor: amount })
  return { token: tokens[from] ?? '', key: `${seed}-${at}`, body }
}

export function createSender(publicUrl: string, atOnce: number, signal: AbortSignal): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  signal.addEventListener('abort', () => agent.destroy())
  const sender: Sender = {
    resent: 0,
    async untilAnswered(order) {
      for (;;) {
        const answer = await send(`${publicUrl}/transfers`, agent, order).catch(() => undefined)
        if (answer && answer.status < 500) return answer
        sender.resent += 1
        await pause(RETRY_MS)
        signal.throwIfAborted()
      }
    },
    close: () => agent.destroy(),
  }
  return sender
}

/** node:http, because it costs less of the machine that the ledger shares than fetch does. */
async function send(address: string, agent: Agent, { token, key, body }: Order): Promise<Answered> {
  const outgoing = request(address, {
    agent,
    method: 'POST',
    timeout: ANSWER_WITHIN_MS,
    headers: {
      Authorization: `Bearer ${token}`,
      'Idempotency-Key': key,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    },
  })
  outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in time')))
  outgoing.end(body)
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject)
    outgoing.once('response', (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk: string) => (text += chunk))
      incoming.once('error', reject)
      incoming.once('close', () => {
        if (incoming.complete) resolve({ status: incoming.statusCode ?? 0, text })
        else reject(new Error('the answer was cut off'))
      })
    })
  })
}
