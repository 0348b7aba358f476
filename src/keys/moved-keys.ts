/**
 * Keys as `export` and `import` move them, so that tokens signed before a move verify after it. Where the other database has
 * a current key already, a moved one arrives retired: it stays published, and signs nothing.
 */
import type { MovedTable } from '../platform/sql/moved-table.ts'
import { ENCRYPTION_KIND } from './encryption-keys.ts'
import { noteKeyChange } from './key-rows.ts'
import type { KeyAlg, KeyKind } from './key-rows.ts'
import { SIGNING_KIND } from './signing-keys.ts'

export const MOVED_SIGNING_KEYS = movedKeys(SIGNING_KIND, {
  type: 'signing_key',
  plural: 'signing keys',
})

export const MOVED_ENCRYPTION_KEYS = movedKeys(ENCRYPTION_KIND, {
  type: 'encryption_key',
  plural: 'encryption keys',
})

function movedKeys(kind: KeyKind<KeyAlg>, names: Pick<MovedTable, 'type' | 'plural'>): MovedTable {
  return {
    ...names,
    table: kind.table,
    key: 'kid',
    fields: {
      kid: { kind: 'text', max: 64 },
      alg: { kind: 'text', max: 16 },
      use: { kind: 'text', max: 8 },
      state: { kind: 'text', max: 16 },
      slot: { kind: 'text', max: 40, nullable: true },
      publicJwk: { kind: 'json' },
      privateJwk: { kind: 'sealed', nullable: true },
      createdAtMs: { kind: 'moment' },
      activatedAtMs: { kind: 'moment', nullable: true },
      retiredAtMs: { kind: 'moment', nullable: true },
    },
    context: ({ kid }) => kind.sealContext(String(kid)),
    needsSealed: true,
    async fitted(sql, row, nowMs) {
      if (row['slot'] === null) return row
      const taken: unknown = await sql(kind.table).where({ slot: row['slot'] }).first('kid')
      if (!taken) return row
      const retired = { ...row, state: 'retired', slot: null, retiredAtMs: nowMs }
      return kind.erasedAtRetirement ? { ...retired, privateJwk: null } : retired
    },
    async arrived(sql, { kid, alg, state }) {
      const type = state === 'current' ? 'key.activated' : 'key.published'
      await noteKeyChange(sql, kind, type, { kid: String(kid), alg: String(alg) })
    },
  }
}
