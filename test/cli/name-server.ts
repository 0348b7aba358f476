/** A name server on loopback that answers questions for text records (RFC 1035), over UDP. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const NO_ERROR = 0x8180
const NO_SUCH_NAME = 0x8183
const TXT = 16

/** `records`: the texts of each name; changing it changes the answers. */
export async function startNameServer(records: Record<string, string[]>) {
  const socket = createSocket('udp4')
  socket.on('message', (question, { address, port }) =>
    socket.send(answerTo(question, records), port, address),
  )
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    stop: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  }
}

function answerTo(question: Buffer, records: Record<string, string[]>): Buffer {
  const { name, end } = nameIn(question)
  const texts = records[name]
  const head = Buffer.alloc(12)
  question.copy(head, 0, 0, 2)
  head.writeUInt16BE(texts ? NO_ERROR : NO_SUCH_NAME, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(texts?.length ?? 0, 6)
  return Buffer.concat([head, question.subarray(12, end + 4), ...(texts ?? []).map(record)])
}

function nameIn(question: Buffer): { name: string; end: number } {
  const labels: string[] = []
  let at = 12
  while (question[at] !== 0) {
    const length = question.readUInt8(at)
    labels.push(question.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 }
}

/** A record of the name that was asked for, in strings of at most 255 bytes. */
function record(text: string): Buffer {
  const strings = (text.match(/.{1,255}/gs) ?? ['']).map((part) =>
    Buffer.from(`${String.fromCharCode(part.length)}${part}`, 'latin1'),
  )
  const data = Buffer.concat(strings)
  const head = Buffer.from([0xc0, 12, 0, TXT, 0, 1, 0, 0, 0, 60, 0, 0])
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}
