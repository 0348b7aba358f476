/** What the commands of `keys` do. */
import { listEncryptionKeys, rotateEncryptionKeys } from '../../keys/encryption-keys.ts'
import { DECRYPTION_ALGS, SIGNING_ALGS } from '../../platform/algorithms.ts'
import type { KeyAlg, Rotation } from '../../keys/key-rows.ts'
import { ensureAllKeys } from '../../keys/key-set.ts'
import { listSigningKeys, rotateSigningKeys } from '../../keys/signing-keys.ts'
import type { Parts } from '../../process/start/parts.ts'
import { countByKey, resealColumn } from '../../platform/sql/reseal.ts'
import { sealedColumns } from '../../process/sealed-columns.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, table } from '../../command-line/layout.ts'

const ALGS = [...SIGNING_ALGS, ...DECRYPTION_ALGS]

export async function list(_input: Input, parts: Parts): Promise<Answer> {
  const all = [...(await listSigningKeys(parts.db)), ...(await listEncryptionKeys(parts.db))]
  const found = all.map((key) => ({
    kid: key.kid,
    alg: key.alg,
    use: key.use,
    state: key.state,
    created_at: isoTime(key.createdAtMs),
    activated_at: isoTime(key.activatedAtMs),
    retired_at: isoTime(key.retiredAtMs),
  }))
  const dataKeys = await listDataKeys(parts)
  const none = 'No keys yet; the first start of the server makes them.'
  const rows = found.map((key) => [
    key.kid,
    key.alg,
    key.use,
    key.state,
    key.activated_at ?? key.created_at,
    key.retired_at,
  ])
  const text = table(['KID', 'ALG', 'USE', 'STATE', 'SINCE', 'RETIRED'], rows, none)
  const sealed = table(
    ['DATA KEY', 'STATE', 'SEALS'],
    dataKeys.map(({ id, state, sealed: counts }) => [id, state, countsText(counts)]),
    '',
  )
  return {
    data: { keys: found, data_keys: dataKeys },
    text: found.length > 0 ? `${text}\n\n${sealed}` : text,
  }
}

function countsText(counts: Record<string, number>): string {
  const present = Object.entries(counts).filter(([, values]) => values > 0)
  return present.map(([what, values]) => `${values} ${what.replaceAll('_', ' ')}`).join(', ') || 'nothing'
}

/** Every data key that is configured or has sealed something. `unknown` ones are not configured. */
async function listDataKeys({ db, sealer, features }: Parts) {
  const columns = sealedColumns(features)
  const counts = await Promise.all(columns.map((column) => countByKey(db, column)))
  const [current, ...older] = sealer.keyIds
  const ids = new Set([current, ...older, ...counts.flatMap((each) => [...each.keys()])])
  return [...ids].map((id) => ({
    id,
    state: id === current ? 'current' : older.includes(id) ? 'older' : 'unknown',
    sealed: Object.fromEntries(
      columns.map(({ what }, index) => [what.replaceAll(' ', '_'), counts[index]?.get(id) ?? 0]),
    ),
  }))
}

export async function rotate(input: Input, { db, clock, sealer }: Parts): Promise<Answer> {
  const needs = { clock, sealer }
  await ensureAllKeys(db, needs)
  const how = { now: input.flag('now'), alg: algOf(input) }
  const rotations = [
    ...(await rotateSigningKeys(db, needs, how)).map((each) => ({ ...each, use: 'sig' as const })),
    ...(await rotateEncryptionKeys(db, needs, how)).map((each) => ({ ...each, use: 'enc' as const })),
  ]
  const data = rotations.map(({ alg, use, kid, outcome, usedFromMs }) => ({
    alg,
    use,
    kid,
    outcome,
    used_from: isoTime(usedFromMs),
  }))
  return { data: { rotations: data }, text: rotations.map(sentence).join('\n') }
}

function algOf(input: Input): KeyAlg | undefined {
  const typed = input.text('alg')
  const known = ALGS.find((one) => one === typed)
  if (typed !== undefined && !known) throw usageError(`--alg takes ${ALGS.join(', ')}`)
  return known
}

function sentence({ alg, use, kid, outcome, usedFromMs }: Rotation<KeyAlg> & { use: 'sig' | 'enc' }): string {
  const signs = use === 'sig'
  if (outcome === 'activated') return `${alg}: ${kid} ${signs ? 'signs' : 'is published'} from now on.`
  const verb = `${outcome === 'waiting' ? 'stays' : 'is'} ${signs ? 'published' : 'ready'}`
  return `${alg}: ${kid} ${verb}; rotate again after ${isoTime(usedFromMs)} to let it ${signs ? 'sign' : 'be used'}.`
}

export async function reseal(_input: Input, { db, sealer, log, features }: Parts): Promise<Answer> {
  const columns = sealedColumns(features)
  const done: Record<string, { resealed: number; unreadable: number }> = {}
  for (const column of columns) {
    const { what } = column
    const name = what.replaceAll(' ', '_')
    done[name] = await resealColumn(db, sealer, column, {
      onBatch: (soFar) => {
        log.info({ what, ...soFar }, 'keys.resealing')
        if (process.stderr.isTTY) process.stderr.write(`${what}: ${soFar.resealed} sealed again\n`)
      },
    })
  }
  const [dataKey] = sealer.keyIds
  const lines = columns.map(({ what }) => {
    const { resealed = 0, unreadable = 0 } = done[what.replaceAll(' ', '_')] ?? {}
    const left = unreadable > 0 ? `; ${unreadable} cannot be opened with any of DATA_KEYS` : ''
    return `${what}: ${resealed} sealed again${left}`
  })
  return {
    data: { data_key: dataKey, ...done },
    text: `${lines.join('\n')}\nCurrent data key: ${dataKey}`,
  }
}
