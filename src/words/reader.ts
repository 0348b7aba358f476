/** The language of the person who sent the request, for texts that leave later, such as mails. */
import { AsyncLocalStorage } from 'node:async_hooks'

const reading = new AsyncLocalStorage<() => string>()

/** Work inside is for a reader of this language. It is asked for only where it is needed. */
export function readingIn<T>(language: () => string, work: () => T): T {
  return reading.run(language, work)
}

/** Nothing outside a request. */
export function readersLanguage(): string | undefined {
  return reading.getStore()?.()
}
