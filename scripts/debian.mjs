/**
 * Packages of a Debian suite, unpacked into a folder: apt checks them with Debian's keys. Nothing is installed, no script of a
 * package runs, and no root is needed.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findBinary } from './find-binary.mjs'
import { StepFailed, runQuietly } from './step.mjs'

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** Whether this machine is a Debian with a mirror of its own. */
export function isDebian() {
  if (process.platform !== 'linux' || !findBinary('apt-get')) return false
  return existsSync('/etc/os-release') && /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'))
}

/**
 * Unpacks packages and all that they depend on. The folder `root` gets its name when it is whole: an interrupted one is
 * thrown away and begun again.
 * @param {{ suite: string, packages: string[], root: string, prepare?: (folder: string) => void, isWhole: (folder: string) => boolean }} options
 *   `prepare` makes what has to be in the folder before the packages
 * @throws {StepFailed} with the output of apt or dpkg, or where something is missing at the end
 */
export async function unpackDebian({ suite, packages, root, prepare = () => {}, isWhole }) {
  const building = `${root}.building`
  const apt = `${root}.apt`
  for (const folder of [building, apt, root]) rmSync(folder, { recursive: true, force: true })
  try {
    const options = await ownState(apt, suite)
    await runQuietly('apt-get', [...options, 'update'])
    const wanted = ['install', '-y', '--no-install-recommends', '--download-only', ...packages]
    await runQuietly('apt-get', [...options, ...wanted])
    mkdirSync(building, { recursive: true })
    prepare(building)
    for (const file of readdirSync(join(apt, 'archives')).filter((name) => name.endsWith('.deb')))
      await runQuietly('sh', ['-c', UNPACK, join(apt, 'archives', file), building])
    if (!isWhole(building)) throw new StepFailed(`The packages ${packages.join(' ')} did not bring all.`)
    renameSync(building, root)
  } finally {
    for (const folder of [building, apt]) rmSync(folder, { recursive: true, force: true })
  }
}

/** Keeps links of folders, such as /bin, that are there already. What people read is left out, as in slim images. */
const UNPACK = `dpkg-deb --fsys-tarfile "$0" | tar --extract --directory "$1" --keep-directory-symlink ${[
  'doc',
  'info',
  'locale',
  'man',
]
  .map((name) => `--exclude=./usr/share/${name}`)
  .join(' ')}`

/** Lets apt-get see an empty machine with one suite on this machine's mirror as its only source. Needs no root, changes nothing. */
async function ownState(folder, suite) {
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, name), { recursive: true })
  const signed = existsSync(KEYRING) ? `[signed-by=${KEYRING}] ` : ''
  writeFileSync(join(folder, 'only.list'), `deb ${signed}${await mirror()} ${suite} main\n`)
  writeFileSync(join(folder, 'status'), '')
  return [
    `Dir::Etc::sourcelist=${join(folder, 'only.list')}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${join(folder, 'lists')}/`,
    `Dir::State::status=${join(folder, 'status')}`,
    `Dir::Cache::archives=${join(folder, 'archives')}/`,
    'Dir::Cache::pkgcache=',
    'Dir::Cache::srcpkgcache=',
    'Acquire::Languages=none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
    'Acquire::IndexTargets::deb::DEP-11-icons-small::DefaultEnabled=false',
    'Acquire::IndexTargets::deb::DEP-11-icons::DefaultEnabled=false',
    'APT::Sandbox::User=root',
    'Debug::NoLocking=1',
  ].flatMap((setting) => ['-o', setting])
}

/** The Debian mirror that this machine uses. */
async function mirror() {
  const listed = await runQuietly('apt-get', ['indextargets', '--format', '$(REPO_URI)'])
  const uris = listed.split('\n').filter((uri) => /^https?:.*debian/.test(uri) && !uri.includes('security'))
  const found = uris.find((uri) => /\/debian\/?$/.test(uri)) ?? uris[0]
  if (!found) throw new StepFailed('The apt sources of this machine name no Debian mirror.')
  return found
}
