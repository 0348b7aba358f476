/** The first and the last line of our own export: how its secrets are sealed, and how many lines there are. */
import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import type { Sealer } from '../../platform/tokens.ts'
import type { FileRecord } from '../files/file-record.ts'
import { isSameKey } from '../sealed-factors.ts'
import type { FactorSeal } from '../sealed-factors.ts'
import { openSealing, sealing } from './passphrase.ts'
import type { Sealing } from './passphrase.ts'
import { isHeader } from './row-lines.ts'

/** What this release writes and reads. */
export const VERSION = 1

/** Asked for when a file has something sealed, and not before. */
export type Passphrase = () => Promise<string | undefined>

/** Reads the first line. @throws AppError 403 `passphrase_wrong`, 400 `usage`, 422 `file_invalid` */
export type Opener = (firstLine: object) => Promise<FactorSeal | undefined>

const header = z.object({
  version: z.literal(VERSION),
  sealing: sealing.optional(),
  digest_key: z.string().optional(),
})
const ending = z.object({ lines: z.int() })

/** The key is made once for a file, however often it is read: that takes half a second. `digestKey`: of this server. */
export function createOpener(digestKey: Buffer, passphrase: Passphrase): Opener {
  const opened = new Map<string, Sealer>()
  return async (firstLine) => {
    const read = header.safeParse(firstLine)
    if (!read.success) throw invalid('This export is of another release: its first line is not as here.')
    const { sealing: sealed, digest_key: keyName } = read.data
    if (!sealed) return undefined
    const sealer = opened.get(sealed.salt) ?? (await sealerOf(sealed, await passphrase()))
    opened.set(sealed.salt, sealer)
    return { sealer, knowsCodes: isSameKey(sealer, digestKey, keyName) }
  }
}

export type ExportFrame = {
  /** `none`: not of our own export. It has to see every record, in order. */
  see: (record: FileRecord) => Promise<'none' | 'frame' | 'row'>
  seal: () => FactorSeal | undefined
  /** After the last record. @throws AppError 422 `file_invalid` when an export ended before its last line */
  end: (more?: string) => void
}

export function createExportFrame(opener: Opener): ExportFrame {
  let [lines, isExport, ended] = [0, false, false]
  let seal: FactorSeal | undefined
  return {
    async see(record) {
      lines += 1
      const value = 'value' in record ? record.value : undefined
      if (lines === 1 && isHeader(value)) {
        isExport = true
        seal = await opener(value)
        return 'frame'
      }
      if (!isExport) return 'none'
      if (value?.['type'] !== 'end') return 'row'
      ended = ending.safeParse(value).data?.lines === lines - 2
      return 'frame'
    },
    seal: () => seal,
    end(more = '') {
      if (!isExport || ended) return
      throw invalid(
        `The export is not whole: its last line is missing, or lines are. ${lines} lines were read.${more}`,
      )
    },
  }
}

async function sealerOf(sealed: Sealing, passphrase: string | undefined): Promise<Sealer> {
  if (passphrase !== undefined) return await openSealing(sealed, passphrase)
  throw new AppError('usage', 400, 'the file has sealed secrets; import needs --passphrase-file')
}

function invalid(message: string): AppError {
  return new AppError('file_invalid', 422, message)
}
