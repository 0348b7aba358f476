/** Makes square pictures of what somebody uploaded, in a process of its own, with a limit of time and of output. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import { limitConcurrency } from '../platform/concurrency.ts'
import { pictureType } from '../platform/picture-type.ts'

export type Cropped =
  /** WebP, without any metadata. `moves`: it was an animation, of which this is the first picture. */
  { ok: true; large: Buffer; small: Buffer; moves: boolean } | { ok: false; reason: CropRefusal }

/** `too_slow`: its decoding took too long. `busy`: too many pictures wait for their turn. */
export type CropRefusal = 'empty' | 'not_a_picture' | 'too_many_pixels' | 'broken' | 'too_slow' | 'busy'

export type Crop = (given: Buffer) => Promise<Cropped>

const PROGRAM = join(import.meta.dirname, 'crop-program.ts')
const LIMIT_MS = 15_000
const OUTPUT_LIMIT = 4 * 1024 * 1024

/** Each may take some hundred megabytes and a core. */
const AT_ONCE = 2
const MOST_WAITING = 20

const output = z.union([
  z.object({ problem: z.enum(['too_many_pixels', 'broken']) }),
  z.object({ large: z.base64(), small: z.base64(), moves: z.boolean() }),
])

export function createCrop({ limitMs = LIMIT_MS }: { limitMs?: number } = {}): Crop {
  const turns = limitConcurrency(AT_ONCE)
  return async (given) => {
    if (given.length === 0) return { ok: false, reason: 'empty' }
    if (pictureType(given) === undefined) return { ok: false, reason: 'not_a_picture' }
    if (turns.waiting() >= MOST_WAITING) return { ok: false, reason: 'busy' }
    return turns.run(() => crop(given, limitMs))
  }
}

async function crop(given: Buffer, limitMs: number): Promise<Cropped> {
  const written = await run(given, limitMs)
  if (written === 'too_slow') return { ok: false, reason: 'too_slow' }
  const read = output.safeParse(jsonOf(written))
  // A decoder that crashed writes nothing.
  if (!read.success) return { ok: false, reason: 'broken' }
  if ('problem' in read.data) return { ok: false, reason: read.data.problem }
  const { large, small, moves } = read.data
  return { ok: true, large: Buffer.from(large, 'base64'), small: Buffer.from(small, 'base64'), moves }
}

function run(given: Buffer, limitMs: number): Promise<Buffer | 'too_slow'> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM], { env: {}, stdio: ['pipe', 'pipe', 'ignore'] })
    const pieces: Buffer[] = []
    let size = 0
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      resolve('too_slow')
    }, limitMs)
    child.stdout.on('data', (piece: Buffer) => {
      size += piece.length
      if (size <= OUTPUT_LIMIT) pieces.push(piece)
      else child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(pieces))
    })
    // It may end before it has read everything.
    child.stdin.on('error', () => undefined)
    child.stdin.end(given)
  })
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}
