/** `account export`: all that is kept about one person, for an operator who answers a request for it (GDPR, article 15). */
import { createWriteStream, existsSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { namedAccount } from '../../accounts/username.ts'
import { recordAudit } from '../../audit/audit.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { personalData } from '../../pages/life/personal-data.ts'
import type { Services } from '../../services.ts'

/** The same as the person downloads. Only the owner of the file may read it. */
export async function exportPerson(input: Input, { db, clock }: Services): Promise<Answer> {
  const { id, email } = await namedAccount(db, input.operands[0] ?? '')
  const file = input.text('file') ?? ''
  if (existsSync(file)) throw usageError('--file: there is a file with this name already')
  const nowMs = clock()
  await recordAudit(db, { atMs: nowMs, action: 'account.data_exported', actor: 'cli', accountId: id })
  const written = createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true })
  await pipeline(Readable.from(personalData(db, id, nowMs)), written)
  return { data: { id, email, written: file }, text: `Wrote what is kept about ${email} to ${file}.` }
}
