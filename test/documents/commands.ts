/** The tables of the operator's commands, made from the same list that the command line reads. */
import { NOUNS } from '../../src/cli/commands.ts'
import { API_OPERATIONS, operationOf } from '../../src/command-line/api-operations.ts'
import type { OperationId } from '../../src/command-line/api-operations.ts'
import { nameOf } from '../../src/command-line/command.ts'
import { ROWS, THROUGH_ANOTHER } from '../administration/ways.ts'
import { markdownTable, withContent } from './document.ts'
import type { GeneratedDocument } from './document.ts'

export const commandsDocument: GeneratedDocument = {
  file: 'docs/commands.md',
  renew: (text) => withContent(text, 'commands', commandTable()),
}

function commandTable(): string {
  const rows = NOUNS.flatMap(({ commands }) =>
    commands.map((command) => [`\`${nameOf(command)}\``, scopeOf(nameOf(command)), command.about]),
  )
  return markdownTable(['Command', 'Scope with `--server`', 'What it does'], rows)
}

/** Of its operation; empty where it needs the database. */
function scopeOf(command: string): string {
  const row = ROWS.find(({ cli }) => cli === command)
  const id = THROUGH_ANOTHER[command] ?? row?.api
  return isKnown(id) ? `\`${operationOf(id).scope}\`` : ''
}

function isKnown(id: unknown): id is OperationId {
  return typeof id === 'string' && Object.hasOwn(API_OPERATIONS, id)
}
