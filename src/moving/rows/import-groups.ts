/** Creates the groups that a file lists beside its accounts, also those without members. */
import { groupName, groupNameProblem, parseDescription } from '../../groups/group-name.ts'
import type { GroupInput } from '../../groups/groups.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { FileRecord } from '../files/file-record.ts'
import { createdGroups } from '../../groups/arriving-groups.ts'
import type { GroupCount } from '../incoming-groups.ts'
import { refusalOf } from './import-rows.ts'
import type { RowNeeds } from './import-rows.ts'
import type { Report } from '../report.ts'

type Value = Readonly<Record<string, unknown>>
type Options = {
  dryRun: boolean
  groupCount: GroupCount
}

/** `take` answers true for a record that is a group. `toGroups` throws NotReadable. */
export function createGroupImporter(
  { db, clock }: Pick<RowNeeds, 'db' | 'clock'>,
  toGroups: ((at: { list: string; value: Value }) => readonly GroupInput[] | undefined) | undefined,
  { dryRun, groupCount }: Options,
  report: Report,
) {
  /** Leaves groups out that have an invalid name, and reports them. */
  function fitting(record: FileRecord, groups: readonly GroupInput[]): GroupInput[] {
    return groups.flatMap((one) => {
      const name = groupName.safeParse(one.name)
      if (name.success) return { name: name.data, description: firstLine(one.description) }
      report.leftOut(record, { code: 'group_name_invalid', why: groupNameProblem(name.error) })
      return []
    })
  }

  async function write(groups: readonly GroupInput[]): Promise<void> {
    await groupCount.see(groups.map(({ name }) => name))
    if (!dryRun) await inTransaction(db, (trx) => createdGroups(trx, groups, clock()))
  }

  return {
    /** Our own export has groups as rows, which are counted there. Answers true. */
    noteRow(record: FileRecord): true {
      if ('value' in record && record.value['type'] === 'group') groupCount.note(String(record.value['name']))
      return true
    },
    async take(record: FileRecord): Promise<boolean> {
      if (!('value' in record)) return false
      try {
        const groups = toGroups?.(record)
        if (groups) await write(fitting(record, groups))
        return groups !== undefined
      } catch (error) {
        const refusal = refusalOf(error)
        if (!refusal) throw error
        report.refused(record, refusal)
        return true
      }
    },
  }
}

/** Other systems allow more than one line. */
function firstLine(description = ''): string {
  const [line = ''] = description.trim().split(/[\p{Cc}\u2028\u2029]/u)
  return parseDescription(Array.from(line).slice(0, 500).join(''))
}
