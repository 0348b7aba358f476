/** What `client errors` and `client preview` do. */
import { accountNotFound, findAccountById } from '../../accounts/account.ts'
import { findAccountByLogin } from '../../accounts/username.ts'
import { clientNotFound } from '../../clients/client-rows.ts'
import { findClient } from '../../clients/clients.ts'
import { listErrors } from '../../clients/errors/client-errors.ts'
import { shownError } from '../../clients/errors/shown-errors.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { record } from '../../command-line/layout.ts'
import { offlineProvider } from '../../process/offline-client-check.ts'
import type { Parts } from '../../process/start/parts.ts'
import { previewApp } from '../../provider/subjects/app-preview.ts'
import type { Services } from '../../services.ts'

export async function errors(input: Input, { db, clock }: Services): Promise<Answer> {
  const [clientId = ''] = input.operands
  if (!(await findClient(db, clientId))) throw clientNotFound()
  const found = (await listErrors(db, clientId, clock())).map(shownError)
  const text = found.map((one) => record({ ...one, registered: one.registered?.join(' ') ?? null }))
  return { data: { errors: found }, text: text.join('\n\n') || 'No errors in the last 7 days.' }
}

export async function preview(input: Input, parts: Parts): Promise<Answer> {
  const { db } = parts
  const [clientId = ''] = input.operands
  const named = input.text('account') ?? ''
  const client = await findClient(db, clientId)
  if (!client) throw clientNotFound()
  const account = (await findAccountById(db, named)) ?? (await findAccountByLogin(db, named))
  if (!account) throw accountNotFound()
  const provider = await offlineProvider(parts)
  const asked = { client, accountId: account.id, scope: input.text('scope') }
  const data = await previewApp(provider, parts, asked)
  const text = record({
    may_use: data.may_use,
    why_not: data.reasons.map(({ detail }) => detail).join(' '),
    scope: data.scope,
    ignored_scope: data.ignored_scope,
    id_token: JSON.stringify(data.id_token, null, 1),
    userinfo: JSON.stringify(data.userinfo, null, 1),
  })
  return { data, text }
}
