/**
 * `npm run image`: follows the Dockerfile without Docker, starts the server as the image's user, and looks at it from outside.
 * With `--if-possible` it says where it cannot, and goes on; otherwise that is a failure.
 */
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ROOT } from '../../scripts/find-binary.mjs'
import { say } from '../../scripts/step.mjs'
import { whyNotHere } from './base-root.ts'
import { buildImage } from './build.ts'
import { readDockerfile } from './dockerfile.ts'
import { lookAt } from './look.ts'

/** Of the two roots together, with room to spare. */
const NEEDED_BYTES = 3 * 2 ** 30

const [file = 'Dockerfile'] = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const stages = readDockerfile(readFileSync(resolve(ROOT, file), 'utf8'))
const why = await whyNotHere(stages[0]!.base)
if (why) {
  process.stdout.write(`The image was not built: ${why}.\n`)
  process.exit(process.argv.includes('--if-possible') ? 0 : 1)
}
const folder = mkdtempSync(join(roomy(), 'account-server-image-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
try {
  const image = await buildImage(stages, { context: ROOT, folder, say })
  await lookAt(image, (line) => process.stdout.write(`✔ ${line}\n`))
} catch (error) {
  process.stdout.write(`✖ ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
process.exit()

/** In memory where there is much of it: thousands of small files are copied. */
function roomy(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    if (bavail * bsize > NEEDED_BYTES) return '/dev/shm'
  } catch {
    return tmpdir()
  }
  return tmpdir()
}
