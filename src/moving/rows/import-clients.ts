/** Registers the apps of another system with their ids and secrets. One that is here already is counted and not touched. */
import { insertClient } from '../../clients/clients.ts'
import type { ClientInput } from '../../clients/client-metadata.ts'
import { parseClientMetadata } from '../../clients/client-rules.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { FileRecord } from '../files/file-record.ts'
import { NotReadable } from '../incoming.ts'
import type { LeftOut } from '../incoming.ts'
import type { IncomingClient } from '../incoming-client.ts'
import type { Refusal } from '../judge.ts'
import type { Report } from '../report.ts'
import { count, refusalOf } from './import-rows.ts'
import type { RowCount, RowNeeds } from './import-rows.ts'

type ClientOutcome =
  | { outcome: 'imported' | 'alreadyHere'; leftOut: readonly LeftOut[] }
  | { outcome: 'refused'; refusal: Refusal }

/** A stored secret is a plain digest, so a guessable one must not come in: 128 bits are 22 characters of base64url. */
const SHORTEST_SECRET = 22
const LONGEST_ID = 255

/** `take` answers true for a record that is an app. `toClient` throws NotReadable. */
export function createClientImporter(
  needs: RowNeeds,
  toClient: ((at: { list: string; value: Value }) => IncomingClient | undefined) | undefined,
  { dryRun }: { dryRun: boolean },
  report: Report,
) {
  const counts: Record<string, RowCount> = {}

  async function outcomeOf(record: { list: string; value: Value }): Promise<ClientOutcome | undefined> {
    try {
      const incoming = toClient?.(record)
      return incoming && (await importClient(needs, incoming, { dryRun }))
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal) return { outcome: 'refused', refusal }
      throw error
    }
  }

  return {
    counts,
    async take(record: FileRecord): Promise<boolean> {
      const done = 'value' in record ? await outcomeOf(record) : undefined
      if (!done) return false
      count(counts, 'clients', done.outcome)
      if (done.outcome === 'refused') report.refused(record, done.refusal)
      else for (const one of done.leftOut) report.leftOut(record, one)
      return true
    },
  }
}

type Value = Readonly<Record<string, unknown>>

async function importClient(
  needs: Pick<RowNeeds, 'db' | 'clock' | 'sealer'>,
  incoming: IncomingClient,
  { dryRun }: { dryRun: boolean },
): Promise<ClientOutcome> {
  const { clientId } = incoming
  if (!/^[\x21-\x7e]+$/.test(clientId) || clientId.length > LONGEST_ID)
    throw new NotReadable(
      'the client id is not 1 to 255 characters of ASCII without blanks',
      'client_id_invalid',
    )
  const { secret, lost } = secretOf(incoming)
  const input = inputOf(incoming)
  const { token_endpoint_auth_method: method } = parseClientMetadata(input)
  const leftOut = [...incoming.leftOut, ...(method.startsWith('client_secret') ? lost : [])]
  const outcome = await written(needs, { ...incoming, secret }, input, dryRun)
  return { outcome, leftOut: outcome === 'imported' ? leftOut : [] }
}

async function written(
  needs: Pick<RowNeeds, 'db' | 'clock' | 'sealer'>,
  { clientId, secret, disabled }: IncomingClient,
  input: ClientInput,
  dryRun: boolean,
): Promise<'imported' | 'alreadyHere'> {
  return await inTransaction(needs.db, async (trx) => {
    const here: unknown = await trx('clients').where({ clientId }).first('clientId')
    if (here) return 'alreadyHere'
    if (dryRun) return 'imported'
    await insertClient(trx, input, needs, secret === undefined ? { clientId } : { clientId, secret })
    if (disabled) await trx('clients').where({ clientId }).update({ disabledAtMs: needs.clock() })
    return 'imported'
  })
}

function secretOf({ secret }: IncomingClient): { secret: string | undefined; lost: LeftOut[] } {
  const why =
    secret === undefined
      ? 'the file does not have it; client rotate-secret makes one'
      : `it is shorter than ${SHORTEST_SECRET} characters, which can be guessed; client rotate-secret makes one`
  if (secret !== undefined && secret.length >= SHORTEST_SECRET) return { secret, lost: [] }
  return { secret: undefined, lost: [{ code: 'client_secret', why }] }
}

/** `parseClientMetadata` checks every field of it. */
function inputOf({ clientId, name, metadata }: IncomingClient): ClientInput {
  return { ...metadata, client_name: name.trim().slice(0, LONGEST_ID) || clientId }
}
