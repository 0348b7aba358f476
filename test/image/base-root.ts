/** The root of `node:NN-slim`, put together from Debian's packages and the Node of this project. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { isDebian, unpackDebian } from '../../scripts/debian.mjs'
import { findBinary } from '../../scripts/find-binary.mjs'
import { withLock } from '../../scripts/lock.mjs'
import { runQuietly, withProgress } from '../../scripts/step.mjs'

const SUITE = 'bookworm'
const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'account-server')
const DEBIAN = join(CACHE, `image-${SUITE}-${process.arch}`)
/** Downloads of npm, kept between runs. */
export const NPM_CACHE = join(CACHE, 'image-npm')

/** Why the base image `name` cannot be made here, or nothing. Fetches Debian where it is not there yet. */
export async function whyNotHere(name: string): Promise<string | undefined> {
  if (!isDebian()) return 'that needs Debian, with a mirror for its packages'
  if (process.getuid?.() !== 0) return 'that needs root, for chroot'
  const missing = ['unshare', 'setpriv', 'chroot', 'mount', 'tar'].filter((one) => !findBinary(one))
  if (missing.length > 0) return `this machine has no ${missing.join(', ')}`
  if (process.versions.node.split('.')[0] !== majorOf(name))
    return `it is for ${name}, and this is Node ${process.versions.node}`
  const fetched = withLock(`${DEBIAN}.lock`, async () => {
    if (!existsSync(DEBIAN)) await withProgress('Fetching Debian for the image (once) …', fetchDebian)
  })
  return fetched.then(
    () => undefined,
    (error: unknown) =>
      `Debian's packages cannot be had: ${error instanceof Error ? error.message : String(error)}`,
  )
}

/** @throws {Error} where the base is not known here */
function majorOf(name: string): string {
  const [, major] = /^node:(\d+)-slim$/.exec(name) ?? []
  if (!major) throw new Error(`Dockerfile: a base that is not known here: ${name}`)
  return major
}

/** Makes `folder` the root of the base image `name`, after `whyNotHere` had nothing to say. */
export async function makeBase(name: string, folder: string): Promise<void> {
  majorOf(name)
  await runQuietly('cp', ['-a', DEBIAN, folder])
  addNode(folder)
  for (const file of ['resolv.conf', 'hosts'])
    if (existsSync(`/etc/${file}`)) cpSync(realpathSync(`/etc/${file}`), join(folder, 'etc', file))
}

/** The packages that every Debian has, and the library that Node is linked with. */
async function fetchDebian(): Promise<void> {
  await unpackDebian({
    suite: SUITE,
    packages: ['?essential', 'libstdc++6'],
    root: DEBIAN,
    prepare: linkFolders,
    isWhole: (folder) =>
      existsSync(join(folder, 'bin/sh')) && existsSync(join(folder, MASTER, 'passwd.master')),
  })
}

const MASTER = 'usr/share/base-passwd'

/** Packages of this suite expect /bin and the like as links into /usr. */
function linkFolders(folder: string): void {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(folder, 'usr', name), { recursive: true })
    symlinkSync(`usr/${name}`, join(folder, name))
  }
}

/** As the official image has them: Node and npm in /usr/local, and the user `node` with the number 1000. */
function addNode(folder: string): void {
  cpSync(process.execPath, join(folder, 'usr/local/bin/node'))
  const npm = join(folder, 'usr/local/lib/node_modules/npm')
  cpSync(npmFolder(), npm, { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(folder, 'usr/local/bin/npm'))
  const etc = join(folder, 'etc')
  cpSync(join(folder, MASTER, 'passwd.master'), join(etc, 'passwd'))
  cpSync(join(folder, MASTER, 'group.master'), join(etc, 'group'))
  appendFileSync(join(etc, 'passwd'), 'node:x:1000:1000::/home/node:/bin/bash\n')
  appendFileSync(join(etc, 'group'), 'node:x:1000:\n')
  writeFileSync(join(etc, 'nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n')
  mkdirSync(join(folder, 'home/node'), { recursive: true })
}

/** The npm that started this. */
function npmFolder(): string {
  const started = process.env['npm_execpath'] ?? findBinary('npm')
  if (!started) throw new Error('there is no npm to put into the image')
  return dirname(dirname(realpathSync(started)))
}
