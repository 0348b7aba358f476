/**
 * Real MySQL for `npm test -- --mysql`, where no server is named: Debian has it in `sid` alone. Its packages are unpacked
 * into the user's cache, checked by apt with Debian's keys, and run with the C library that comes with them: nothing is
 * installed, no root is needed, and clones share it.
 */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isDebian, unpackDebian } from './debian.mjs'
import { findBinary } from './find-binary.mjs'
import { withLock } from './lock.mjs'
import { pullImage } from './services.mjs'
import { StepFailed, withProgress } from './step.mjs'

const PACKAGE = 'mysql-server-core'
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
    if (canUnpack()) await unpackOnce(mysqlRoot())
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

/** The suite that has MySQL, on a machine that its programs were made for. */
const canUnpack = () => isDebian() && Boolean(TRIPLETS[process.arch])

function unpack(root) {
  const isWhole = (folder) => mysqlCommand(folder) !== undefined
  return unpackDebian({ suite: 'sid', packages: [PACKAGE], root, isWhole })
}
