/** The person who sent the request: their language, and the app that they are on the way to. For mails, which leave later. */
import { AsyncLocalStorage } from 'node:async_hooks'

type Reader = { language: () => string; app: () => string | undefined }

const reading = new AsyncLocalStorage<Reader>()

/** Work inside is for a reader of this language. It is asked for only where it is needed. `app`: the id of a client. */
export function readingIn<T>(language: () => string, work: () => T, app: Reader['app'] = () => undefined): T {
  return reading.run({ language, app }, work)
}

/** Nothing outside a request. */
export function readersLanguage(): string | undefined {
  return reading.getStore()?.language()
}

/** The app with a look of its own that the person is on the way to. */
export function readersApp(): string | undefined {
  return reading.getStore()?.app()
}
