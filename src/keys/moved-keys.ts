/**
 * Keys as `export` and `import` move them, so that tokens signed before a move verify after it. Where the other database has
 * a current key already, a moved one arrives retired: it stays published, and signs nothing.
 */
import { recordEvent } from '../events/events.ts'
import { noteChange } from '../platform/sql/change-feed.ts'
import type { MovedTable } from '../platform/sql/moved-table.ts'
import { ENCRYPTION_KEYS_TOPIC, SEALED_ENCRYPTION_KEYS } from './encryption-keys.ts'
import { SEALED_SIGNING_KEYS, SIGNING_KEYS_TOPIC } from './signing-keys.ts'

type Kind = {
  type: string
  plural: string
  table: string
  topic: string
  use: 'sig' | 'enc'
  erased: boolean
  context: (row: Record<string, string>) => string
}

export const MOVED_SIGNING_KEYS = movedKeys({
  type: 'signing_key',
  plural: 'signing keys',
  table: 'signing_keys',
  topic: SIGNING_KEYS_TOPIC,
  use: 'sig',
  erased: true,
  context: SEALED_SIGNING_KEYS.context,
})

export const MOVED_ENCRYPTION_KEYS = movedKeys({
  type: 'encryption_key',
  plural: 'encryption keys',
  table: 'encryption_keys',
  topic: ENCRYPTION_KEYS_TOPIC,
  use: 'enc',
  erased: false,
  context: SEALED_ENCRYPTION_KEYS.context,
})

function movedKeys({ topic, use, erased, context, ...names }: Kind): MovedTable {
  return {
    ...names,
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
    context: ({ kid }) => context({ kid: String(kid) }),
    needsSealed: true,
    async fitted(sql, row, nowMs) {
      if (row['slot'] === null) return row
      const taken: unknown = await sql(names.table).where({ slot: row['slot'] }).first('kid')
      if (!taken) return row
      const retired = { ...row, state: 'retired', slot: null, retiredAtMs: nowMs }
      return erased ? { ...retired, privateJwk: null } : retired
    },
    async arrived(sql, { kid, alg, state }) {
      await noteChange(sql, topic)
      const data = () => ({ kid: String(kid), alg: String(alg), use })
      const type = state === 'current' ? 'key.activated' : 'key.published'
      await recordEvent(sql, { type, subject: String(kid), data })
    },
  }
}
