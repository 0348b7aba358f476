/** Who makes the changes of a piece of work, for the events of these changes. */
import { AsyncLocalStorage } from 'node:async_hooks'

const acting = new AsyncLocalStorage<string>()

/** Changes inside `work` are those of `actor`: an account id, `client:` and a client id, or `cli`. */
export function actingAs<T>(actor: string, work: () => T): T {
  return acting.run(actor, work)
}

/** The current actor. Where none is set, it answers `otherwise`: by default `system`, on our pages the person. */
export function currentActor(otherwise = 'system'): string {
  return acting.getStore() ?? otherwise
}

/** An app that changes something by itself. */
export function clientActor(clientId: string): string {
  return `client:${clientId}`
}
