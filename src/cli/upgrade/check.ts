/** What `upgrade check` does: reads the database, Redis and the disk, and says what an upgrade would find. */
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { table } from '../../command-line/layout.ts'
import { outboxStats } from '../../outbox/dead-letters.ts'
import type { Parts } from '../../process/start/parts.ts'
import type { Finding } from './finding.ts'
import { migrationFindings } from './migrations.ts'
import { keyFindings } from './readable-keys.ts'
import { serverFindings } from './servers.ts'

export async function check(_input: Input, parts: Parts): Promise<Answer> {
  // The settings were read before this began, so they are all known and accepted.
  const settings: Finding = { check: 'settings', state: 'ok', found: 'all are known and accepted' }
  const servers = await serverFindings(parts)
  const schema = await migrationFindings(parts.db)
  const findings = [settings, ...servers, ...schema.findings]
  if (schema.isThere) findings.push(...(await keyFindings(parts)), await messages(parts))
  return answer(findings, schema.pending)
}

/** Of an empty database, nobody asks for messages. */
async function messages({ db, clock }: Parts): Promise<Finding> {
  const { pending, dead } = await outboxStats(db, clock())
  const found = `${pending} waiting, ${dead} given up`
  return { check: 'messages', state: dead > 0 ? 'note' : 'ok', found }
}

function answer(findings: Finding[], pending: string[]): Answer {
  const faults = findings.filter(({ state }) => state === 'fault')
  const rows = findings.map(({ check: what, state, found }) => [what, state, found])
  const verdict =
    faults.length === 0 ? 'Nothing stops the upgrade.' : 'Mend each fault first, then check again.'
  return {
    data: { ready: faults.length === 0, pending, checks: findings },
    text: `${table(['CHECK', 'RESULT', 'FOUND'], rows, '')}\n\n${verdict}`,
    exitCode: faults.length === 0 ? 0 : 1,
  }
}
