/** The commands of `audit` that read entries, on a running server. */
import { z } from 'zod'
import { AUDIT_KINDS } from '../../audit/audit-kinds.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { accountPage } from '../../command-line/server/named.ts'
import type { ServerApi } from '../../command-line/server/server-api.ts'
import { entryAnswer, entryList, KIND_USAGE, limitIn, timeIn } from './audit-answers.ts'

const LARGEST_PAGE = 200

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
const page = z.object({ items: z.array(entry), next: z.string().optional() })

export async function list(input: Input, api: ServerApi): Promise<Answer> {
  const wanted = limitIn(input)
  const filter = await filterOf(input, api)
  const entries: z.infer<typeof entry>[] = []
  let cursor = input.integer('after', { min: 1, max: 2 ** 48 })?.toString()
  do {
    const limit = Math.min(wanted - entries.length, LARGEST_PAGE)
    const { items, next } = await api.call('listAuditEntries', page, { query: { ...filter, limit, cursor } })
    entries.push(...items)
    cursor = next
  } while (cursor !== undefined && entries.length < wanted)
  return entryList(entries, cursor)
}

export async function show({ operands: [id = ''] }: Input, api: ServerApi): Promise<Answer> {
  return entryAnswer(await api.call('getAuditEntry', entry, { params: { id } }))
}

/** An account may be gone: then only its id is known. */
async function filterOf(input: Input, api: ServerApi) {
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
