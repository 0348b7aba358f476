/** Passkeys as `export` and `import` move them. They work on the other server only under the same domain. */
import type { MovedTable } from '../platform/sql/moved-table.ts'

export const MOVED_PASSKEYS: MovedTable = {
  type: 'passkey',
  plural: 'passkeys',
  table: 'passkeys',
  key: 'id',
  alike: 'credentialDigest',
  fields: {
    id: { kind: 'text', max: 36 },
    accountId: { kind: 'text', max: 36 },
    credentialDigest: { kind: 'text', max: 43 },
    credentialId: { kind: 'text', max: 1400 },
    userHandle: { kind: 'text', max: 86 },
    publicKey: { kind: 'text' },
    counter: { kind: 'number' },
    transports: { kind: 'text', max: 100 },
    aaguid: { kind: 'text', max: 36 },
    synced: { kind: 'flag' },
    backedUp: { kind: 'flag' },
    name: { kind: 'text', max: 100 },
    createdAtMs: { kind: 'moment' },
    lastUsedAtMs: { kind: 'moment', nullable: true },
    warnedAtMs: { kind: 'moment', nullable: true },
  },
}
