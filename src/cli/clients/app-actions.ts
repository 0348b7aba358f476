/** What `client errors` does. */
import { clientNotFound } from '../../clients/client-rows.ts'
import { findClient } from '../../clients/clients.ts'
import { listErrors } from '../../clients/errors/client-errors.ts'
import { shownError } from '../../clients/errors/shown-errors.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { record } from '../../command-line/layout.ts'
import type { Services } from '../../services.ts'

export async function errors(input: Input, { db, clock }: Services): Promise<Answer> {
  const [clientId = ''] = input.operands
  if (!(await findClient(db, clientId))) throw clientNotFound()
  const found = (await listErrors(db, clientId, clock())).map(shownError)
  const text = found.map((one) => record({ ...one, registered: one.registered?.join(' ') ?? null }))
  return { data: { errors: found }, text: text.join('\n\n') || 'No errors in the last 7 days.' }
}
