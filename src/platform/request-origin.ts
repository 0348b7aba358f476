/** Which request the work in progress belongs to, for what is written about it. Work of a worker or a command has none. */
import { AsyncLocalStorage } from 'node:async_hooks'

export type RequestOrigin = { requestId: string | undefined; ip: string | undefined }

const origins = new AsyncLocalStorage<RequestOrigin>()

export function fromRequest<T>(origin: RequestOrigin, work: () => T): T {
  return origins.run(origin, work)
}

export function currentOrigin(): RequestOrigin | undefined {
  return origins.getStore()
}
