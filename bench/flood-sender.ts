/** A process of its own that floods the sign-in page, so that its work does not delay what is measured. */
import { connect } from 'node:net'

export type FloodPlan = {
  issuer: string
  port: number
  sockets: number
  seconds: number
  /** 1, or as many as there are guesses. */
  networks: number | null
  addresses: number | null
}

export type FloodReport = { perSecond: number; statuses: Record<string, number> }

// JSON has no infinity: it arrives as null.
const plan = JSON.parse(process.argv[2] ?? '{}') as FloodPlan

async function flood({
  issuer,
  port,
  sockets,
  seconds,
  networks,
  addresses,
}: FloodPlan): Promise<FloodReport> {
  const page = await fetch(`${issuer}/sign-in`, { headers: { accept: 'text/html' } })
  const cookie = page.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ')
  const csrf = /name="_csrf" value="([^"]*)"/.exec(await page.text())?.[1] ?? ''
  const statuses: Record<string, number> = {}
  let sent = 0
  const next = () => {
    sent += 1
    const email = addresses === 1 ? 'flooded@example.org' : `made-up-${process.pid}-${sent}@example.org`
    const network =
      networks === 1 ? '198.51.100.7' : `${1 + (sent % 200)}.${(sent >> 8) & 255}.${sent & 255}.7`
    const body = new URLSearchParams({ _csrf: csrf, email, password: `guess ${sent}` }).toString()
    return (
      `POST /sign-in HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: ${issuer}\r\nCookie: ${cookie}\r\nAccept: text/html\r\n` +
      `X-Forwarded-For: ${network}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    )
  }
  process.send?.('begun')
  const startedAtMs = performance.now()
  const endAtMs = startedAtMs + seconds * 1000
  const drive = () => one(port, next, endAtMs, statuses)
  await Promise.all(Array.from({ length: sockets }, drive))
  return { perSecond: Math.round(sent / seconds), statuses }
}

/** One socket in a closed loop; a connection that ends is opened again. */
function one(
  port: number,
  next: () => string,
  endAtMs: number,
  statuses: Record<string, number>,
): Promise<void> {
  return new Promise((resolve) => {
    const open = () => {
      if (performance.now() >= endAtMs) return resolve()
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      let received = ''
      socket.once('connect', () => socket.write(next()))
      socket.once('error', () => undefined)
      socket.once('close', open)
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1')
        const head = received.indexOf('\r\n\r\n')
        const length = Number(/\r\ncontent-length: *(\d+)/i.exec(received.slice(0, head))?.[1] ?? 0)
        if (head < 0 || received.length < head + 4 + length) return
        const status = received.slice(9, 12)
        statuses[status] = (statuses[status] ?? 0) + 1
        const closes = /\r\nconnection: close/i.test(received.slice(0, head))
        received = ''
        if (performance.now() >= endAtMs || closes) socket.destroy()
        else socket.write(next())
      })
    }
    open()
  })
}

const report = await flood(plan)
process.send?.(report, () => process.exit(0))
