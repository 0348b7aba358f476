/** Lists the keys that sign, encrypt and seal, and takes steps of a rotation. Never shows a secret part. */
import { z } from 'zod'
import { listEncryptionKeys, rotateEncryptionKeys } from '../../keys/encryption-keys.ts'
import type { RotatingKey, Rotation } from '../../keys/key-rows.ts'
import { ensureAllKeys } from '../../keys/key-set.ts'
import { listSigningKeys, rotateSigningKeys } from '../../keys/signing-keys.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { timeOf } from '../../operations/shown-account.ts'
import { DECRYPTION_ALGS, SIGNING_ALGS } from '../../platform/algorithms.ts'
import type { Services } from '../../services.ts'

const common = { tag: 'Keys', caller: 'administrator' } as const

/** What seals with a data key: `createSealer` knows no other. */
const SEALING_ALG = 'A256GCM'

const shownKey = z
  .object({
    kid: z.string(),
    alg: z.string(),
    use: z.enum(['sig', 'enc', 'seal']).describe('It signs tokens, decrypts requests, or seals data in SQL.'),
    state: z
      .enum(['next', 'current', 'retired'])
      .describe('A `next` key is published and not used yet. A `retired` one still verifies or opens.'),
    created_at: z.iso.datetime().nullable().describe('`null` of data keys, which are settings.'),
    activated_at: z.iso.datetime().nullable(),
    retired_at: z.iso.datetime().nullable(),
  })
  .meta({ title: 'Key' })

const shownRotation = z
  .object({
    alg: z.string(),
    use: z.enum(['sig', 'enc']),
    kid: z.string(),
    outcome: z
      .enum(['published', 'waiting', 'activated'])
      .describe('Of the first two, the key is used after `used_from`, by another rotation.'),
    used_from: z.iso.datetime(),
  })
  .meta({ title: 'Rotation of a key' })

export function keyOperations(needs: Services): readonly Operation[] {
  return [listing(needs), rotating(needs)]
}

function listing({ db, sealer }: Services): Operation {
  return operation({
    ...common,
    id: 'listKeys',
    method: 'get',
    path: '/keys',
    summary: 'List the keys that sign, encrypt and seal',
    description: 'Those in use come first. A data key that seals is named by its id, which reveals nothing.',
    scope: 'keys:read',
    answer: { status: 200, description: 'The keys.', schema: z.object({ items: z.array(shownKey) }) },
    async handle() {
      const rotating = [...(await listSigningKeys(db)), ...(await listEncryptionKeys(db))]
      const [current, ...older] = sealer.keyIds
      const sealing = [sealingKey(current, 'current'), ...older.map((id) => sealingKey(id, 'retired'))]
      return { body: { items: [...rotating.map(showKey), ...sealing] } }
    },
  })
}

function rotating(needs: Services): Operation {
  return operation({
    ...common,
    id: 'rotateKeys',
    method: 'post',
    path: '/keys/rotate',
    summary: 'Take the next step of a rotation of keys',
    description:
      'Publishes new keys, or uses those that were published for an hour. `now` does both at once, for a key that leaked.',
    scope: 'keys:manage',
    body: z.strictObject({
      alg: z
        .enum([...SIGNING_ALGS, ...DECRYPTION_ALGS])
        .optional()
        .describe('The keys of one algorithm alone.'),
      now: z.boolean().default(false).describe('Apps with cached keys fail until they fetch the new ones.'),
    }),
    answer: {
      status: 200,
      description: 'What was done, by algorithm.',
      schema: z.object({ items: z.array(shownRotation) }),
    },
    problems: { rotation_conflict: { status: 409, when: 'Another rotation is running.' } },
    async handle({ body: { alg, now } }) {
      const { db } = needs
      await ensureAllKeys(db, needs)
      const order = { alg, now }
      const signing = await rotateSigningKeys(db, needs, order)
      const encrypting = await rotateEncryptionKeys(db, needs, order)
      return {
        body: { items: [...signing.map(showRotation('sig')), ...encrypting.map(showRotation('enc'))] },
      }
    },
  })
}

type ShownRotation = z.output<typeof shownRotation>

function showRotation(use: ShownRotation['use']) {
  return ({ alg, kid, outcome, usedFromMs }: Rotation<ShownRotation['alg']>): ShownRotation => {
    return { alg, use, kid, outcome, used_from: timeOf(usedFromMs) }
  }
}

type ShownKey = z.output<typeof shownKey>

function showKey(key: RotatingKey<string>): ShownKey {
  return {
    kid: key.kid,
    alg: key.alg,
    use: key.use,
    state: key.state,
    created_at: timeOf(key.createdAtMs),
    activated_at: key.activatedAtMs === null ? null : timeOf(key.activatedAtMs),
    retired_at: key.retiredAtMs === null ? null : timeOf(key.retiredAtMs),
  }
}

/** In place of a kid it has the id that sealed values begin with. */
function sealingKey(id: string, state: ShownKey['state']): ShownKey {
  const unknown = { created_at: null, activated_at: null, retired_at: null }
  return { kid: id, alg: SEALING_ALG, use: 'seal', state, ...unknown }
}
