/** Where the examples listen: their usual ports, or the next ones that nobody has taken. */
import { once } from 'node:events'
import { createServer } from 'node:net'

const TRIES = 20

/** @throws Error when none of `tries` ports from `wanted` on is free */
export async function firstFreePort(wanted: number, tries = TRIES): Promise<number> {
  for (let port = wanted; port < wanted + tries; port += 1) if (await isFree(port)) return port
  throw new Error(`none of the ports ${wanted} to ${wanted + tries - 1} is free`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
