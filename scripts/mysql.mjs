/**
 * Real MySQL for `npm test -- --mysql`, where no server is named: Debian has it in `sid` alone. Its packages are unpacked
 * into the user's cache, checked by apt with Debian's keys, and run with the C library that comes with them: nothing is
 * installed, no root is needed, and clones share it.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { findBinary } from './find-binary.mjs'
import { withLock } from './lock.mjs'
import { pullImage } from './services.mjs'
import { StepFailed, runQuietly, withProgress } from './step.mjs'

const PACKAGE = 'mysql-server-core'
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
/** Where there is no Debian. */
export const MYSQL_IMAGE = 'mysql:9.4'
const LOADERS = { x64: 'ld-linux-x86-64.so.2', arm64: 'ld-linux-aarch64.so.1' }
const TRIPLETS = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }

/** Where the unpacked packages are; the folder has this name only when it is whole. */
export function mysqlRoot(environment = process.env) {
  const cache = environment.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(cache, 'account-server', `mysql-${process.arch}`)
}

/**
 * How to run MySQL's server: the command and its first arguments.
 * @returns {string[] | undefined} nothing before `prepareMysql`
 */
export function mysqlCommand(root = mysqlRoot()) {
  const program = join(root, 'usr', 'sbin', 'mysqld')
  const loader = ['usr/lib64', 'usr/lib', `usr/lib/${TRIPLETS[process.arch]}`, 'lib64', 'lib']
    .map((folder) => join(root, folder, LOADERS[process.arch] ?? 'none'))
    .find(existsSync)
  if (!loader || !existsSync(program)) return undefined
  const libraries = ['usr/lib', 'lib'].map((folder) => join(root, folder, TRIPLETS[process.arch]))
  return [
    loader,
    '--library-path',
    libraries.join(':'),
    program,
    '--no-defaults',
    `--basedir=${join(root, 'usr')}`,
  ]
}

/**
 * Makes sure that there is a MySQL to test on: `TEST_MYSQL_URL`, Debian's packages, or Docker.
 * @throws {StepFailed} naming what is missing, how to get it, and what did not run
 */
export async function prepareMysql() {
  if (process.env.TEST_MYSQL_URL || mysqlCommand()) return
  try {
    if (isDebian()) await unpackOnce(mysqlRoot())
    else await prepareContainer()
  } catch (error) {
    throw error instanceof StepFailed ? new StepFailed(`${error.message}\n${DID_NOT_RUN}`) : error
  }
}

const DID_NOT_RUN =
  'Nothing was tested on MySQL: that needs Debian with a reachable mirror, Docker, or TEST_MYSQL_URL.'

/** Two runs that begin at once build it once. */
async function unpackOnce(root) {
  await withLock(`${root}.lock`, async () => {
    if (mysqlCommand(root)) return
    await withProgress('Fetching MySQL from Debian sid for the tests (once) …', () => unpack(root))
  })
}

async function prepareContainer() {
  if (!findBinary('docker')) throw new StepFailed('There is no MySQL on this machine.')
  await withProgress('Fetching the MySQL image for the tests (once) …', () => pullImage(MYSQL_IMAGE))
}

function isDebian() {
  if (process.platform !== 'linux' || !TRIPLETS[process.arch] || !findBinary('apt-get')) return false
  return existsSync('/etc/os-release') && /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'))
}

/** Into a folder beside, which gets its name when it is whole: an interrupted one is thrown away and begun again. */
async function unpack(root) {
  const building = `${root}.building`
  const apt = `${root}.apt`
  for (const folder of [building, apt, root]) rmSync(folder, { recursive: true, force: true })
  try {
    const options = await ownState(apt)
    await runQuietly('apt-get', [...options, 'update'])
    const wanted = ['install', '-y', '--no-install-recommends', '--download-only', PACKAGE]
    await runQuietly('apt-get', [...options, ...wanted])
    mkdirSync(building, { recursive: true })
    for (const file of readdirSync(join(apt, 'archives')).filter((name) => name.endsWith('.deb')))
      await runQuietly('dpkg-deb', ['--extract', join(apt, 'archives', file), building])
    if (!mysqlCommand(building)) throw new StepFailed(`The package ${PACKAGE} did not bring the program.`)
    renameSync(building, root)
  } finally {
    for (const folder of [building, apt]) rmSync(folder, { recursive: true, force: true })
  }
}

/** Lets apt-get see an empty machine with sid on this machine's mirror as its only source. Needs no root, changes nothing. */
async function ownState(folder) {
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, name), { recursive: true })
  const signed = existsSync(KEYRING) ? `[signed-by=${KEYRING}] ` : ''
  writeFileSync(join(folder, 'sid.list'), `deb ${signed}${await mirror()} sid main\n`)
  writeFileSync(join(folder, 'status'), '')
  return [
    `Dir::Etc::sourcelist=${join(folder, 'sid.list')}`,
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
