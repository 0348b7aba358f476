/**
 * Limits as operators see them: who is limited now, and how far a count is. The counts themselves belong to `attempts`. A count is
 * found by the network or the account that it is about, because its name is a digest of these.
 */
import { existing, findAccountById } from '../accounts/account.ts'
import { countedNetworks } from '../attempts/network.ts'
import { AppError } from '../platform/errors.ts'
import type { Db } from '../platform/sql/database.ts'
import { runningOf } from './counts.ts'
import type { Limit, LimitedAccount, Reading, Subject } from './counts.ts'
import { LIMIT_KINDS, ruleOf } from './limit-kinds.ts'
import type { LimitKind } from './limit-kinds.ts'
import { seenInTrail } from './seen-in-trail.ts'
import type { Seen } from './seen-in-trail.ts'

/** For the page: more are narrowed by a kind, a network or an account. */
const MOST_LISTED = 200

/**
 * Without a network and an account: who is limited now, as far as the audit trail names them. With one: each count that runs.
 * @throws AppError 400 `network_invalid`, 404 `account_not_found`
 */
export async function listLimits(
  reading: Reading,
  { network, accountId, kind }: { network?: string; accountId?: string; kind?: LimitKind },
): Promise<Limit[]> {
  const kinds = kind === undefined ? LIMIT_KINDS : [kind]
  const typed = network === undefined ? undefined : networkTyped(network)
  if (accountId !== undefined) {
    const account = existing(await findAccountById(reading.db, accountId))
    return runningOf(reading, await subjectsOf(reading, account, typed), kinds)
  }
  if (typed) return runningOf(reading, [typed], kinds)
  const seen = await seenInTrail(reading.db, reading.clock())
  return reached(await runningOf(reading, await subjectsSeen(reading.db, seen), kinds)).slice(0, MOST_LISTED)
}

/** Whether no limit per network counts what was typed. */
export function isUnlimited({ limits }: Reading['config'], network: string): boolean {
  return limits.isUnlimited(network.trim().split('/')[0] ?? '')
}

/** Those that are reached. @throws AppError 404 `account_not_found` */
export async function limitsOfAccount(reading: Reading, accountId: string): Promise<Limit[]> {
  return reached(await listLimits(reading, { accountId }))
}

/** @throws AppError 404 `limit_not_found` when nothing is counted */
export async function theLimit(reading: Reading, id: string): Promise<Limit> {
  const [name = ''] = id.split(':', 1)
  const kind = LIMIT_KINDS.find((one) => one === name)
  const subject = kind && (await subjectNamed(reading.db, kind, id.slice(name.length + 1)))
  const found = subject && (await runningOf(reading, [subject], [kind])).find((one) => one.id === id)
  if (!found) throw limitNotFound()
  return found
}

export function limitNotFound(): AppError {
  return new AppError('limit_not_found', 404, 'Nothing is counted under this id, or it has ended.')
}

function reached(limits: readonly Limit[]): Limit[] {
  return limits.filter(({ state }) => state !== 'counting')
}

/** @throws AppError 400 `network_invalid` */
function networkTyped(typed: string) {
  const found = countedNetworks(typed)
  if (found) return found
  const takes =
    'The network is an address, an IPv4 network of at least /24, or an IPv6 network of at least /48.'
  throw new AppError('network_invalid', 400, takes)
}

/** Of the account alone, and of it with each network. */
async function subjectsOf(reading: Reading, account: LimitedAccount, typed?: Subject): Promise<Subject[]> {
  if (typed) return [{ account }, { ...typed, account }]
  const seen = await seenInTrail(reading.db, reading.clock(), account.id)
  return [{ account }, ...networksIn(seen).map((network) => ({ ip: addressIn(network), account }))]
}

async function subjectsSeen(db: Db, seen: readonly Seen[]): Promise<Subject[]> {
  const ids = [...new Set(seen.flatMap(({ accountId }) => accountId ?? []))]
  const rows: LimitedAccount[] = await db('accounts')
    .whereIn('id', ids)
    .select('id', 'email', 'emailCanonical')
  const accounts = new Map(rows.map((row) => [row.id, row]))
  const pairs = seen.flatMap(({ accountId, network }) => {
    const account = accounts.get(accountId ?? '')
    return account && network !== undefined ? [{ ip: addressIn(network), account }] : []
  })
  return [
    ...networksIn(seen).map((network) => ({ ip: addressIn(network) })),
    ...rows.map((account) => ({ account })),
    ...pairs,
  ]
}

function networksIn(seen: readonly Seen[]): string[] {
  return [...new Set(seen.flatMap(({ network }) => network ?? []))]
}

function addressIn(network: string): string {
  return network.split('/', 1)[0] ?? ''
}

async function subjectNamed(db: Db, kind: LimitKind, named: string): Promise<Subject | undefined> {
  const { per } = ruleOf(kind)
  if (per === 'network') return countedNetworks(named)
  const [accountId = '', ...network] = named.split(':')
  const account = await findAccountById(db, accountId)
  if (!account) return undefined
  if (per === 'account') return { account }
  const typed = countedNetworks(network.join(':'))
  return typed && { ...typed, account }
}
