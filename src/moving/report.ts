/** What an import says of single records: everything refused or left out is counted, and written to the file beside. */
import type { FileRecord } from './files/file-record.ts'
import type { LeftOut } from './incoming.ts'
import type { Refusal } from './judge.ts'
import { add, countRefusal } from './summary.ts'
import type { Summary } from './summary.ts'

export type Report = {
  refused: (record: FileRecord, refusal: Refusal) => void
  /** Imported without a part of it. */
  leftOut: (record: FileRecord, leftOut: LeftOut) => void
}

/** `write` gets the entries of the file. */
export function reporter(summary: Summary, write: (entry: object) => void): Report {
  return {
    refused({ line, raw: record }, { code, why }) {
      countRefusal(summary, { line, code, why })
      write({ line, outcome: 'refused', code, why, record })
    },
    leftOut({ line, raw: record }, { code, why }) {
      add(summary.leftOut, code)
      // Every record of the file may have this, so the report would repeat it for each.
      if (!/^(column|field) /.test(code)) write({ line, outcome: 'left_out', code, why, record })
    },
  }
}
