/** Clients as `export` and `import` move them: with their secrets, and every field of their metadata. */
import { createdGroups } from '../../groups/arriving-groups.ts'
import { foldGroupName, parseGroupName } from '../../groups/group-name.ts'
import type { Sql } from '../../platform/sql/database.ts'
import type { MovedRow, MovedTable } from '../../platform/sql/moved-table.ts'
import { parseClientMetadata } from '../../clients/client-rules.ts'
import { clientSecretContext } from '../../clients/client-secret.ts'
import { noteClientChange } from '../../clients/clients.ts'

const moment = { kind: 'moment', nullable: true } as const
const hash = { kind: 'text', max: 64, nullable: true } as const
const sealed = { kind: 'sealed', nullable: true } as const

export const MOVED_CLIENTS: MovedTable = {
  type: 'client',
  plural: 'clients',
  table: 'clients',
  key: 'clientId',
  fields: {
    clientId: { kind: 'text', max: 255 },
    name: { kind: 'text', max: 255 },
    firstParty: { kind: 'flag' },
    profile: { kind: 'text', max: 32 },
    metadata: { kind: 'json' },
    secretHash: hash,
    secretSealed: sealed,
    previousSecretHash: hash,
    previousSecretSealed: sealed,
    previousSecretUntilMs: moment,
    registeredBy: { kind: 'text', max: 64, nullable: true },
    registrationPolicy: { kind: 'json', nullable: true },
    registrationTokenHash: hash,
    lastUsedAtMs: moment,
    disabledAtMs: moment,
    createdAtMs: { kind: 'moment' },
    updatedAtMs: { kind: 'moment' },
  },
  context: ({ clientId }) => clientSecretContext(String(clientId)),
  check({ name, firstParty, profile, metadata }) {
    const rest = JSON.parse(String(metadata)) as Record<string, unknown>
    parseClientMetadata({ ...rest, client_name: name, first_party: firstParty, profile })
  },
  leaving: withGroupNames,
  fitted: (sql, row, nowMs) => withGroupIds(sql, row, nowMs),
  arrived: (sql, { clientId, name }) =>
    noteClientChange(sql, 'client.created', { clientId: String(clientId), name: String(name) }),
}

type Metadata = Record<string, unknown> & { allowed_groups?: readonly string[] | null }

/** Another server has other ids for groups of the same names. */
async function withGroupNames(
  sql: Sql,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<Record<string, unknown>[]> {
  const groups: { id: string; name: string }[] = await sql('groups').select('id', 'name')
  const nameOf = new Map(groups.map(({ id, name }) => [id, name]))
  return rows.map((row) => {
    const metadata = metadataOf(row['metadata'])
    if (!metadata.allowed_groups) return row
    const names = metadata.allowed_groups.map((id) => nameOf.get(id) ?? id)
    return { ...row, metadata: JSON.stringify({ ...metadata, allowed_groups: names }) }
  })
}

/** Groups are created as needed, as those of accounts are. An export of an earlier release has ids, and its groups come later. */
async function withGroupIds(sql: Sql, row: MovedRow, nowMs: number): Promise<MovedRow> {
  const metadata = metadataOf(row['metadata'])
  const { allowed_groups: typed } = metadata
  if (!typed) return row
  const names = typed.filter((one) => !ID.test(one)).map((one) => parseGroupName(one))
  const named = names.map((name) => ({ name }))
  const byName = await createdGroups(sql, named, nowMs)
  const ids = typed.map((one) => (ID.test(one) ? one : (byName.get(foldGroupName(one)) ?? one)))
  return { ...row, metadata: JSON.stringify({ ...metadata, allowed_groups: [...new Set(ids)] }) }
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function metadataOf(stored: unknown): Metadata {
  return (typeof stored === 'string' ? JSON.parse(stored) : stored) as Metadata
}
