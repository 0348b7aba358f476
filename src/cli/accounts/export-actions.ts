/** `account export`: all that is kept about one person, for an operator who answers a request for it (GDPR, article 15). */
import { createWriteStream, existsSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { exportPersonalData } from '../../accounts/life/personal-data.ts'
import { namedAccount } from '../../accounts/username.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import type { Services } from '../../services.ts'

/** The same as the person downloads. Only the owner of the file may read it. */
export async function exportPerson(input: Input, services: Services): Promise<Answer> {
  const { id, email } = await namedAccount(services.db, input.operands[0] ?? '')
  const file = input.text('file') ?? ''
  if (existsSync(file)) throw usageError('--file: there is a file with this name already')
  const data = await exportPersonalData(services, id, { actor: 'cli' })
  const written = createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true })
  await pipeline(Readable.from(data), written)
  return { data: { id, email, written: file }, text: `Wrote what is kept about ${email} to ${file}.` }
}
