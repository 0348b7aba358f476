/** Chooses the Node that runs this project: the user's own where it is new enough, else Node 24 from npm. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './find-binary.mjs'
import { ensureInstalled } from './install.mjs'
import { StepFailed, runQuietly } from './step.mjs'

const FOLDER = join(ROOT, 'scripts', 'runtime')
/** Loaders that mark a Linux on glibc, which the Node from npm is linked against. */
const GLIBC_LOADERS = { x64: '/lib64/ld-linux-x86-64.so.2', arm64: '/lib/ld-linux-aarch64.so.1' }

/**
 * @param {string} version for example 22.18.0
 * @returns {boolean} whether this Node runs TypeScript without a flag: 22.18, 23.6 and everything after
 */
export function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)
}

/**
 * The path of the Node to use; installed first where that is needed.
 * @returns {Promise<string>}
 * @throws {StepFailed} where neither is possible
 */
export async function chooseNode() {
  if (isNewEnough(process.versions.node)) return process.execPath
  const tooOld = `Node ${process.versions.node} is too old for this project`
  const advice = `${tooOld}: please install Node 22.18 or newer (24 is best), https://nodejs.org`
  const loader = process.platform === 'linux' ? GLIBC_LOADERS[process.arch] : undefined
  if (!loader || !existsSync(loader)) throw new StepFailed(advice)
  const node = join(FOLDER, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')
  const installed = await ensureInstalled({ folder: FOLDER, what: `Node 24 (${tooOld})` })
  if (installed) await runQuietly(node, ['--version'], { failure: advice })
  return node
}
