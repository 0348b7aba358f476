/** The release before this one: a tag, or a commit while there is no tag. Unpacked beside this tree, with packages of its own lock. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../scripts/find-binary.mjs'
import { ensureInstalled, holdsWhatIsLocked } from '../../scripts/install.mjs'

/** In place of the first release until it has a tag: three migrations and one package ago. */
const BEFORE_THE_FIRST_TAG = '521ac46ba4ebc8d88bc3e624ae6c26d0e9809e9d'

export type Release = { name: string; folder: string }

/** This tree. */
export const THIS: Release = { name: 'this release', folder: ROOT }

/** The newest tag before this commit, or what `PREVIOUS_RELEASE` names; nothing where the history does not reach it. */
export function previousRef(): { ref: string; isThere: boolean } {
  const tag = git('describe', '--tags', '--abbrev=0', 'HEAD^')
  const ref = process.env['PREVIOUS_RELEASE'] ?? (tag || BEFORE_THE_FIRST_TAG)
  return { ref, isThere: git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`) !== '' }
}

/** Puts the tree of `ref` into a folder that goes when this process ends. */
export async function unpack(ref: string): Promise<Release> {
  const folder = mkdtempSync(join(tmpdir(), 'account-server-previous-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const archive = execFileSync('git', ['archive', ref], { cwd: ROOT, maxBuffer: 2 ** 30 })
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  // A release that needs nothing else than this one has the same packages.
  if (holdsWhatIsLocked(folder, ROOT)) symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  else await ensureInstalled({ folder, what: `the dependencies of ${ref}` })
  return { name: `the release before (${ref})`, folder }
}

function git(...args: string[]): string {
  const { stdout, status } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : ''
}
