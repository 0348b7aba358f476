/**
 * Loaded into server processes with `--import`: the process that is about to answer a token request with success kills
 * itself instead, once, when the file named in TEST_DIE_BEFORE_ANSWER is there. Everything is written by then.
 */
import { ServerResponse } from 'node:http'
import { rmSync } from 'node:fs'

const order = process.env['TEST_DIE_BEFORE_ANSWER'] ?? ''
const end = Reflect.get(ServerResponse.prototype, 'end') as (...given: unknown[]) => ServerResponse

ServerResponse.prototype.end = function (this: ServerResponse, ...given: unknown[]) {
  if (this.req.url === '/oauth/token' && this.statusCode === 200 && wasOrdered())
    process.kill(process.pid, 'SIGKILL')
  return Reflect.apply(end, this, given) as ServerResponse
} as typeof end

/** Removing the file is what one process of several succeeds in. */
function wasOrdered(): boolean {
  try {
    rmSync(order)
    return true
  } catch {
    return false
  }
}
