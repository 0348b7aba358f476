/** Anchors in a file, as `audit anchors --json` prints them. */
import { z } from 'zod'
import type { Anchor } from '../../audit/chain/anchors.ts'
import { readJsonFile, usageError } from '../../command-line/input.ts'
import { isoTime } from '../../command-line/layout.ts'

const fileSchema = z.object({
  anchors: z.array(
    z.object({
      id: z.string(),
      chain: z.string(),
      seq: z.int(),
      hash: z.string(),
      kind: z.enum(['regular', 'pruned', 'accepted']),
      at: z.string(),
    }),
  ),
})

export function shownAnchor({ id, chain, seq, hash, kind, atMs }: Anchor) {
  return { id, chain, seq, hash, kind, at: isoTime(atMs) }
}

/** @throws AppError for a file that is something else */
export function readAnchors(option: string, file: string): Anchor[] {
  const read = fileSchema.safeParse(readJsonFile(option, file))
  if (!read.success) throw usageError(`--${option}: ${file} has no list of anchors`)
  return read.data.anchors.map(({ at, ...anchor }) => ({ ...anchor, atMs: Date.parse(at) }))
}
