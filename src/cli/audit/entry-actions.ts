/** The commands of `audit` that read entries, and the export from a running server. */
import { z } from 'zod'
import { AUDIT_KINDS } from '../../audit/audit-kinds.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { accountPage } from '../../command-line/named.ts'
import type { Api } from '../../command-line/api.ts'
import { itemsOf } from '../../command-line/api-pages.ts'
import { exportedTo } from './entry-file.ts'
import { entryAnswer, entryList, KIND_USAGE, limitIn, timeIn } from './audit-answers.ts'

/** Of one request of an export: the server counts each in the trail, and the answer is held while it is written. */
const EXPORTED_AT_ONCE = 20_000

const text = z.string().nullable()
const entry = z.looseObject({
  id: z.number(),
  at: z.string(),
  action: z.string(),
  actor: z.string(),
  account_id: text,
  ip: text,
  client_id: text,
  times: z.number(),
})
const exported = z.object({ items: z.array(entry), next: z.string().optional() })

export async function list(input: Input, api: Api): Promise<Answer> {
  const query = await filterOf(input, api)
  const { items, next } = await itemsOf(api, 'listAuditEntries', entry, {
    query,
    most: limitIn(input),
    after: input.text('after'),
    endsAtShortPage: true,
  })
  return entryList(items, next)
}

export async function exportFromServer(input: Input, api: Api): Promise<Answer> {
  const [file = ''] = input.operands
  return exportedTo(file, entriesOf(api, await filterOf(input, api)))
}

async function* entriesOf(api: Api, filter: Awaited<ReturnType<typeof filterOf>>) {
  let cursor: string | undefined
  do {
    const query = { ...filter, limit: EXPORTED_AT_ONCE, cursor }
    const { items, next } = await api.call('exportAuditEntries', exported, { query })
    yield items
    cursor = next
  } while (cursor !== undefined)
}

export async function show({ operands: [id = ''] }: Input, api: Api): Promise<Answer> {
  return entryAnswer(await api.call('getAuditEntry', entry, { params: { id } }))
}

/** An account may be gone: then only its id is known. */
async function filterOf(input: Input, api: Api) {
  const [account, kind] = [input.text('account'), input.text('kind')]
  if (kind !== undefined && !AUDIT_KINDS.some((known) => known === kind)) throw usageError(KIND_USAGE)
  const found =
    account === undefined
      ? undefined
      : await api.call('listAccounts', accountPage, { query: { login: account } })
  return {
    account_id: found?.items[0]?.id ?? account,
    actor: input.text('actor'),
    action: input.text('action'),
    kind,
    client_id: input.text('app'),
    from: isoOf(timeIn(input, 'from')),
    until: isoOf(timeIn(input, 'until')),
  }
}

function isoOf(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString()
}
