/** Makes pictures of what somebody uploaded, in a process of its own, with a limit of time and of output. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import { limitConcurrency } from '../platform/concurrency.ts'
import { pictureType } from '../platform/picture-type.ts'

/** `moves`: it was an animation, of which this is the first picture. */
type Made<Images> = ({ ok: true; moves: boolean } & Images) | { ok: false; reason: CropRefusal }

/** WebP, without any metadata. */
export type Cropped = Made<{ large: Buffer; small: Buffer }>

/** PNG, without any metadata. No side is longer than `LARGE`. */
export type Whole = Made<{ whole: Buffer }>

/** `too_slow`: its decoding took too long. `busy`: too many pictures wait for their turn. */
export type CropRefusal = 'empty' | 'not_a_picture' | 'too_many_pixels' | 'broken' | 'too_slow' | 'busy'

/** `squares` cuts them from the middle; `whole` keeps the shape. Both wait in one queue. */
export type Crop = {
  squares: (given: Buffer) => Promise<Cropped>
  whole: (given: Buffer) => Promise<Whole>
}

const PROGRAM = join(import.meta.dirname, 'crop-program.ts')
const LIMIT_MS = 15_000
const OUTPUT_LIMIT = 4 * 1024 * 1024

/** Each may take some hundred megabytes and a core. */
const AT_ONCE = 2
const MOST_WAITING = 20

const image = z.base64().transform((text) => Buffer.from(text, 'base64'))
const moves = z.boolean()
const IMAGES = {
  squares: z.object({ large: image, small: image, moves }),
  whole: z.object({ whole: image, moves }),
}
const problem = z.object({ problem: z.enum(['too_many_pixels', 'broken']) })

export function createCrop({ limitMs = LIMIT_MS }: { limitMs?: number } = {}): Crop {
  const turns = limitConcurrency(AT_ONCE)
  const inTurn = async <Images extends object>(
    given: Buffer,
    work: () => Promise<Made<Images>>,
  ): Promise<Made<Images>> => {
    if (given.length === 0) return { ok: false, reason: 'empty' }
    if (pictureType(given) === undefined) return { ok: false, reason: 'not_a_picture' }
    if (turns.waiting() >= MOST_WAITING) return { ok: false, reason: 'busy' }
    return turns.run(work)
  }
  return {
    squares: (given) =>
      inTurn(given, async () => read(await run(['squares'], given, limitMs), IMAGES.squares)),
    whole: (given) => inTurn(given, async () => read(await run(['whole'], given, limitMs), IMAGES.whole)),
  }
}

function read<Images extends { moves: boolean }>(
  written: Buffer | 'too_slow',
  images: z.ZodType<Images>,
): Made<Images> {
  if (written === 'too_slow') return { ok: false, reason: 'too_slow' }
  const output = jsonOf(written)
  const made = images.safeParse(output)
  if (made.success) return { ok: true, ...made.data }
  // A decoder that crashed writes nothing.
  return { ok: false, reason: problem.safeParse(output).data?.problem ?? 'broken' }
}

function run(args: readonly string[], given: Buffer, limitMs: number): Promise<Buffer | 'too_slow'> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { env: {}, stdio: ['pipe', 'pipe', 'ignore'] })
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
