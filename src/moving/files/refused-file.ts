/** The file of what was refused or left out. */
import { once } from 'node:events'
import { createWriteStream, rmSync } from 'node:fs'
import { finished } from 'node:stream/promises'

/** Made when there is something to write, and readable by its owner alone: refused lines hold password hashes. */
export function refusedFile(path: string) {
  let stream: ReturnType<typeof createWriteStream> | undefined
  return {
    begun: () => stream !== undefined,
    write(text: string): void {
      if (!stream) {
        // An older file may be readable by others; a new one is not.
        rmSync(path, { force: true })
        stream = createWriteStream(path, { flags: 'wx', mode: 0o600 })
        stream.on('error', () => {})
      }
      stream.write(text)
    },
    async drained(): Promise<void> {
      if (stream?.writableNeedDrain) await once(stream, 'drain')
    },
    async close(): Promise<void> {
      if (!stream) return
      stream.end()
      await finished(stream)
    },
  }
}
