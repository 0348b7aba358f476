/** Clients as `export` and `import` move them: with their secrets, and every field of their metadata. */
import type { MovedTable } from '../../platform/sql/moved-table.ts'
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
  arrived: (sql, { clientId, name }) =>
    noteClientChange(sql, 'client.created', { clientId: String(clientId), name: String(name) }),
}
